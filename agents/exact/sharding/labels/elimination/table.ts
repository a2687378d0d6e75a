/**
 * Tables over the labels of several nodes, and their rearrangement for elimination. Row-major: the
 * last node of the scope varies fastest.
 */

export interface Table {
  /** The nodes that the table depends on. */
  readonly scope: ArrayLike<number>;
  readonly values: Float64Array;
}

/** A table with the eliminated node last, and where rows are by the labels of the other nodes. */
export interface RowTable {
  readonly values: Float64Array;
  /** For each node of the dependent set the distance between rows of its labels, 0 if not in it. */
  readonly strides: Int32Array;
  /** 1 + position in the dependent set of the last node that the table depends on. */
  readonly depth: number;
}

/** `dependent` holds all nodes of the scope but `node`. */
export function rowTable(
  { scope, values }: Table,
  node: number,
  dependent: ArrayLike<number>,
  sizes: ArrayLike<number>,
): RowTable {
  const own = stridesOf(scope, sizes);
  const kept = Array.from(dependent).filter((other) => other in own);
  const target = [...kept, node];
  const strides = stridesOf(target, sizes);
  const isSame = target.every((each, i) => scope[i] === each);
  return {
    values: isSame ? values : rearranged(values, target, own, sizes),
    strides: Int32Array.from(dependent, (other) => strides[other] ?? 0),
    depth: kept.length === 0 ? 0 : 1 + Array.from(dependent).indexOf(kept.at(-1)!),
  };
}

function stridesOf(scope: ArrayLike<number>, sizes: ArrayLike<number>): Record<number, number> {
  const strides: Record<number, number> = {};
  let stride = 1;
  for (let i = scope.length - 1; i >= 0; i--) {
    strides[scope[i]] = stride;
    stride *= sizes[scope[i]];
  }
  return strides;
}

/** The same values with the nodes in the order of `target`. */
function rearranged(
  values: Float64Array,
  target: readonly number[],
  strides: Record<number, number>,
  sizes: ArrayLike<number>,
): Float64Array {
  const result = new Float64Array(values.length);
  const steps = target.map((node) => strides[node]);
  const ends = target.map((node) => sizes[node]);
  const at = new Int32Array(target.length);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = values[from];
    for (let i = target.length - 1; i >= 0; i--) {
      from += steps[i];
      if (++at[i] < ends[i]) break;
      from -= steps[i] * ends[i];
      at[i] = 0;
    }
  }
  return result;
}
