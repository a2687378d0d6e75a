/** Tables whose entries are frontiers, and the elimination of one node from them. */
import type { Points } from "./points.ts";
import type { TwoCostEdge, TwoCosts } from "./problem.ts";
import type { Frontier, Staircase } from "./staircase.ts";

export interface FrontierTable {
  readonly scope: Int32Array;
  /** One frontier for all labels of the scope, the last node fastest. */
  readonly cells: readonly Frontier[];
}

/** A choice of `of` is the label. */
export const nodeTable = (points: Points, { time, memory }: TwoCosts, node: number): FrontierTable => ({
  scope: Int32Array.of(node),
  cells: Array.from(time, (_, label) => Int32Array.of(points.leaf(time[label], memory[label], node, label))),
});

/** A choice of `of` is the way. */
export function edgeTable(points: Points, { u, v, ways }: TwoCostEdge, of: number): FrontierTable {
  const cells = Array.from(ways[0].time, (_, pair) => {
    const order = ways
      .map(({ time, memory }, way) => ({ time: time[pair], memory: memory[pair], way }))
      .sort((a, b) => a.memory - b.memory || a.time - b.time || a.way - b.way);
    let best = Number.POSITIVE_INFINITY;
    const kept = order.filter(({ time }) => {
      if (!(time < best)) return false;
      best = time;
      return true;
    });
    return Int32Array.from(kept, ({ time, memory, way }) => points.leaf(time, memory, of, way));
  });
  return { scope: Int32Array.of(u, v), cells };
}

/** What sums of frontiers are made with. */
export interface FrontierSums {
  readonly points: Points;
  /** Frontiers of tables: thinned, within the limit of memory. */
  readonly staircase: Staircase;
  /** Frontiers on the way, not thinned. */
  readonly scratch: Staircase;
  /** A point of no time and no memory. */
  readonly nothing: number;
}

/** The frontiers over the labels of `node`, one for all labels of the dependent set. */
export function frontiersOf(
  tables: readonly FrontierTable[],
  node: number,
  dependent: Int32Array,
  sizes: Int32Array,
  sums: FrontierSums,
): Frontier[] {
  const joined = unaryJoined(tables, sums);
  const strides = joined.map(({ scope }) => stridesOf(scope, [...dependent, node], sizes));
  const at = new Int32Array(dependent.length);
  const entries = dependent.reduce((product, other) => product * sizes[other], 1);
  return Array.from({ length: entries }, () => {
    const starts = strides.map((each) => at.reduce((sum, label, i) => sum + label * each[i], 0));
    for (let label = 0; label < sizes[node]; label++)
      mergeSum(
        joined.map(({ cells }, i) => cells[starts[i] + label * strides[i][dependent.length]]),
        sums,
      );
    advance(at, dependent, sizes);
    return sums.staircase.take();
  });
}

/** Tables over the node alone are added once, not for each entry. */
function unaryJoined(tables: readonly FrontierTable[], sums: FrontierSums): FrontierTable[] {
  const unary = tables.filter(({ scope }) => scope.length === 1);
  if (unary.length < 2) return [...tables];
  const cells = unary[0].cells.map((_, label) =>
    unary.map((table) => table.cells[label]).reduce((sum, cell) => sumOf(sum, cell, sums)),
  );
  return [{ scope: unary[0].scope, cells }, ...tables.filter(({ scope }) => scope.length > 1)];
}

function sumOf(one: Frontier, other: Frontier, { scratch }: FrontierSums): Frontier {
  mergeProduct(one, other, scratch);
  return scratch.take();
}

/** Every point of the shorter list shifts the longer one. */
function mergeProduct(one: Frontier, other: Frontier, staircase: Staircase): void {
  const [shorter, longer] = one.length <= other.length ? [one, other] : [other, one];
  for (const point of shorter) staircase.merge(point, longer);
}

/** Merges the sums of one point of each frontier into the frontier of the table. */
function mergeSum(cells: readonly Frontier[], sums: FrontierSums): void {
  if (cells.some(({ length }) => length === 0)) return;
  if (cells.length === 1) sums.staircase.merge(sums.nothing, cells[0]);
  else {
    const before = cells.slice(0, -1).reduce((sum, cell) => sumOf(sum, cell, sums));
    mergeProduct(before, cells.at(-1)!, sums.staircase);
  }
}

function stridesOf(scope: Int32Array, nodes: readonly number[], sizes: Int32Array): Int32Array {
  let stride = 1;
  const own = new Map<number, number>();
  for (const node of scope.toReversed()) {
    own.set(node, stride);
    stride *= sizes[node];
  }
  return Int32Array.from(nodes, (node) => own.get(node) ?? 0);
}

function advance(at: Int32Array, nodes: Int32Array, sizes: Int32Array): void {
  for (let i = at.length - 1; i >= 0; i--) {
    if (++at[i] < sizes[nodes[i]]) return;
    at[i] = 0;
  }
}
