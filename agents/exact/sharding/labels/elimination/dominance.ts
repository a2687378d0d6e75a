/**
 * Labels that need not be looked at (dead-end elimination, Desmet et al., Nature 1992). Label a of
 * a node is needless where another label b that is kept costs no more, whatever its neighbours
 * have:
 *
 *   own(a) - own(b) + sum over neighbours of min { pair(a, x) - pair(b, x) : x } >= 0.
 *
 * At least one optimum remains. Where no single difference is below 0, the test is exact. Else the
 * sum must be above 0 by more than its rounding.
 */
import { type LabelProblem, type Pair, pairsOf, transposed } from "../problem.ts";

export interface Undominated {
  readonly problem: LabelProblem;
  /** For each node the original numbers of its labels. */
  readonly kept: readonly Int32Array[];
  readonly dominated: number;
}

/** Costs above this share of the sum's size count as more. */
const rounding = 1e-12;

/** One sweep over the nodes; labels left out of one node do not hinder those of the next. */
export function withoutDominated(problem: LabelProblem): Undominated {
  const pairs = pairsOf(problem);
  const rows = problem.nodes.map(() => [] as RowsOfNode[]);
  for (const { u, v, costs } of pairs) {
    const [rowsOfU, rowsOfV] = [problem.nodes[u].length, problem.nodes[v].length];
    rows[u].push({ other: v, width: rowsOfV, costs, hint: 0 });
    rows[v].push({ other: u, width: rowsOfU, costs: transposed(costs, rowsOfU, rowsOfV), hint: 0 });
  }
  const kept: Int32Array[] = problem.nodes.map((costs) => Int32Array.from(costs.keys()));
  problem.nodes.forEach((costs, node) => {
    for (const each of rows[node]) each.hint = kept[each.other][0];
    kept[node] = undominated(costs, rows[node], kept);
  });
  const dominated = problem.nodes.reduce((sum, costs, node) => sum + costs.length - kept[node].length, 0);
  if (dominated === 0) return { problem, kept, dominated };
  return { problem: restricted(problem, pairs, kept), kept, dominated };
}

interface RowsOfNode {
  readonly other: number;
  /** Labels of the neighbour. */
  readonly width: number;
  /** One row for each label of the node. */
  readonly costs: Float64Array;
  /** The neighbour's label that last spoke against a dominance; a good first try. */
  hint: number;
}

function undominated(
  own: Float64Array,
  rows: readonly RowsOfNode[],
  kept: readonly Int32Array[],
): Int32Array {
  const isOut = new Uint8Array(own.length);
  for (let label = own.length - 1; label >= 0; label--)
    for (let better = 0; better < own.length; better++) {
      if (better === label || isOut[better] === 1) continue;
      if (!isNeedless(own, rows, kept, label, better)) continue;
      isOut[label] = 1;
      break;
    }
  return Int32Array.from(own.keys()).filter((label) => isOut[label] === 0);
}

function isNeedless(
  own: Float64Array,
  rows: readonly RowsOfNode[],
  kept: readonly Int32Array[],
  label: number,
  better: number,
): boolean {
  if (own[label] === Number.POSITIVE_INFINITY) return true;
  if (isRefuted(own[label] - own[better], rows, label, better)) return false;
  let sum = own[label] - own[better];
  let isExact = sum >= 0;
  let size = Math.abs(own[label]) + Math.abs(own[better]);
  for (const row of rows) {
    const { other, width, costs } = row;
    const [from, to] = [label * width, better * width];
    let least = Number.POSITIVE_INFINITY;
    for (const x of kept[other]) {
      const [mine, its] = [costs[from + x], costs[to + x]];
      if (mine === Number.POSITIVE_INFINITY) continue;
      if (mine - its < least) [least, row.hint] = [mine - its, x];
      size = Math.max(size, Math.abs(mine), Math.abs(its));
    }
    if (least < 0) isExact = false;
    sum += least;
    if (sum === Number.NEGATIVE_INFINITY) return false;
  }
  return isExact || sum > rounding * size * (rows.length + 1);
}

/** One label of each neighbour is enough to refute. */
function isRefuted(difference: number, rows: readonly RowsOfNode[], label: number, better: number): boolean {
  let sum = difference;
  for (const { width, costs, hint } of rows)
    sum += costs[label * width + hint] - costs[better * width + hint];
  return sum < 0;
}

function restricted(
  problem: LabelProblem,
  pairs: readonly Pair[],
  kept: readonly Int32Array[],
): LabelProblem {
  return {
    nodes: problem.nodes.map((costs, node) => Float64Array.from(kept[node], (label) => costs[label])),
    edges: pairs.map(({ u, v, costs }) => {
      const width = problem.nodes[v].length;
      const smaller = new Float64Array(kept[u].length * kept[v].length);
      let to = 0;
      for (const row of kept[u]) for (const column of kept[v]) smaller[to++] = costs[row * width + column];
      return { u, v, costs: smaller };
    }),
  };
}
