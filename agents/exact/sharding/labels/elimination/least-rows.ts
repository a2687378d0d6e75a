/**
 * The inner loop of elimination. For all labels of the dependent set it finds the eliminated
 * node's label of the least sum, the first of equals.
 *
 * Tables are added level by level of the dependent set. So each addition is made once for each
 * combination of the labels that it needs. At the last level, labels are tried by what they
 * cost so far. A row ends once the rest cannot be less.
 */
import type { RowTable } from "./table.ts";

export interface LeastRows {
  readonly values: Float64Array;
  readonly labels: Uint16Array;
}

/**
 * `ends` are the numbers of labels of the dependent set, `labels` of the eliminated node. Pre: at
 * most 65,536 labels; each node of the dependent set is in some table.
 */
export function leastRows(tables: readonly RowTable[], ends: ArrayLike<number>, labels: number): LeastRows {
  const depth = ends.length;
  const byDepth = Array.from({ length: depth + 1 }, (_, level) =>
    tables.filter((table) => table.depth === level),
  );
  const base = Array.from({ length: depth + 1 }, () => new Float64Array(labels));
  addRows(base[0], byDepth[0], new Int32Array(depth));
  if (depth === 0) return leastOf(base[0]);
  const inner = merged(byDepth[depth], ends, labels);
  const result = emptyRows(ends);
  const at = new Int32Array(depth);
  const last = ends[depth - 1];
  const visit = (level: number, row: number): void => {
    if (level === depth - 1) {
      leastOfLast(base[level], inner, at, row * last, result);
      return;
    }
    for (let label = 0; label < ends[level]; label++) {
      at[level] = label;
      base[level + 1].set(base[level]);
      addRows(base[level + 1], byDepth[level + 1], at);
      visit(level + 1, row * ends[level] + label);
    }
    at[level] = 0;
  };
  visit(0, 0);
  return result;
}

function emptyRows(ends: ArrayLike<number>): LeastRows {
  const size = Array.from(ends).reduce((product, end) => product * end, 1);
  return { values: new Float64Array(size), labels: new Uint16Array(size) };
}

function leastOf(row: Float64Array): LeastRows {
  let least = 0;
  for (let label = 1; label < row.length; label++) if (row[label] < row[least]) least = label;
  return { values: Float64Array.of(row[least]), labels: Uint16Array.of(least) };
}

function addRows(sum: Float64Array, tables: readonly RowTable[], at: Int32Array): void {
  for (const { values, strides } of tables) {
    let from = 0;
    for (let i = 0; i < strides.length; i++) from += strides[i] * at[i];
    for (let label = 0; label < sum.length; label++) sum[label] += values[from + label];
  }
}

/** The tables of the last level as one, over all nodes that any of them depends on. */
interface InnerTable extends RowTable {
  readonly lastStride: number;
  readonly lastEnd: number;
  /** The least value of each row. */
  readonly least: Float64Array;
  /** Labels of the eliminated node by value so far; scratch. */
  readonly order: Uint16Array;
}

function merged(tables: readonly RowTable[], ends: ArrayLike<number>, labels: number): InnerTable {
  const depth = ends.length;
  const { values, strides } = tables.length === 1 ? tables[0] : summed(tables, ends, labels);
  const least = new Float64Array(values.length / labels);
  for (let row = 0; row < least.length; row++) {
    let value = values[row * labels];
    for (let i = row * labels + 1; i < (row + 1) * labels; i++) if (values[i] < value) value = values[i];
    least[row] = value;
  }
  const order = new Uint16Array(labels);
  return { values, strides, depth, lastStride: strides[depth - 1], lastEnd: ends[depth - 1], least, order };
}

function summed(tables: readonly RowTable[], ends: ArrayLike<number>, labels: number): RowTable {
  const depth = ends.length;
  const strides = new Int32Array(depth);
  let size = labels;
  for (let i = depth - 1; i >= 0; i--) {
    if (tables.every((table) => table.strides[i] === 0)) continue;
    strides[i] = size;
    size *= ends[i];
  }
  const values = new Float64Array(size);
  const at = new Int32Array(depth);
  for (let row = 0; row < size; row += labels) {
    addRows(values.subarray(row, row + labels), tables, at);
    for (let i = depth - 1; i >= 0; i--) {
      if (strides[i] === 0) continue;
      if (++at[i] < ends[i]) break;
      at[i] = 0;
    }
  }
  return { values, strides, depth };
}

/** Fills one row of the result for each label of the last node of the dependent set. */
function leastOfLast(
  base: Float64Array,
  inner: InnerTable,
  at: Int32Array,
  to: number,
  result: LeastRows,
): void {
  const { values, strides, lastStride, lastEnd, least, order } = inner;
  const labels = base.length;
  let from = 0;
  for (let i = 0; i < strides.length - 1; i++) from += strides[i] * at[i];
  for (let label = 0; label < labels; label++) order[label] = label;
  order.sort((a, b) => base[a] - base[b] || a - b);
  for (let last = 0; last < lastEnd; last++) {
    const floor = least[from / labels];
    let best = Number.POSITIVE_INFINITY;
    let bestLabel = 0;
    for (let i = 0; i < labels; i++) {
      const label = order[i];
      if (base[label] + floor > best) break;
      const value = base[label] + values[from + label];
      if (value < best || (value === best && label < bestLabel)) {
        best = value;
        bestLabel = label;
      }
    }
    result.values[to + last] = best;
    result.labels[to + last] = bestLabel;
    from += lastStride;
  }
}
