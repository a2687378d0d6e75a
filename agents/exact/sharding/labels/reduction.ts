/**
 * OptCNN's reduction of a label problem (Jia et al., ICML 2018), on directed edges from u to v.
 *
 * - Node elimination: a node with exactly one in- and one out-edge becomes an edge between its
 *   neighbours, with the least cost over its labels.
 * - Edge elimination: parallel edges of one direction become their sum.
 *
 * Both keep the optimum. Where neither applies, all labels of the remaining nodes are tried, and
 * the steps are undone backwards. Series-parallel graphs end with at most two nodes.
 */
import { leastRows } from "./elimination/least-rows.ts";
import { rowTable } from "./elimination/table.ts";
import { enumerateLabels, labelings } from "./enumeration.ts";
import { costOf, type LabelEdge, type LabelProblem } from "./problem.ts";

/** A node that became an edge: its least label for each pair of labels of its neighbours. */
interface Step {
  readonly node: number;
  readonly from: number;
  readonly to: number;
  readonly labels: Uint16Array;
}

export interface Reduction {
  /** Nodes that are left, ascending. */
  readonly remaining: readonly number[];
  /** The problem of those nodes, numbered as in `remaining`. */
  readonly problem: LabelProblem;
  /** Parallel edges that were added to another. */
  readonly mergedEdges: number;
  /** Completes the labels of the remaining nodes to the best labels of all. */
  undo(labels: ArrayLike<number>): Int32Array;
}

type Ends = Map<number, Float64Array>;

/** Nodes are tried in order of their numbers until nothing changes. */
export function reduceLabels({ nodes, edges }: LabelProblem): Reduction {
  const out: Ends[] = nodes.map(() => new Map());
  const into: Ends[] = nodes.map(() => new Map());
  let mergedEdges = 0;
  const join = ({ u, v, costs }: LabelEdge) => {
    const known = out[u].get(v);
    if (known !== undefined) mergedEdges++;
    const sum = known === undefined ? costs : costs.map((cost, i) => cost + known[i]);
    out[u].set(v, sum);
    into[v].set(u, sum);
  };
  for (const edge of edges) join(edge);
  const steps: Step[] = [];
  const isGone = new Uint8Array(nodes.length);
  const isNext = (node: number) => isGone[node] === 0 && isBetween(node, out, into);
  const sizes = Int32Array.from(nodes, ({ length }) => length);
  while (true) {
    const node = nodes.findIndex((_, each) => isNext(each));
    if (node === -1) break;
    const [[from, before]] = into[node];
    const [[to, after]] = out[node];
    isGone[node] = 1;
    out[from].delete(node);
    into[to].delete(node);
    const tables = [
      { scope: [from, node], values: before },
      { scope: [node], values: nodes[node] },
      { scope: [node, to], values: after },
    ].map((table) => rowTable(table, node, [from, to], sizes));
    const { values, labels } = leastRows(tables, [sizes[from], sizes[to]], sizes[node]);
    steps.push({ node, from, to, labels });
    join({ u: from, v: to, costs: values });
  }
  const remaining = nodes.flatMap((_, node) => (isGone[node] === 0 ? [node] : []));
  const problem = problemOf(remaining, nodes, out);
  return { remaining, problem, mergedEdges, undo: (labels) => undone(nodes, remaining, steps, labels) };
}

/** Neighbours must differ: an edge from a node to itself is none. */
function isBetween(node: number, out: readonly Ends[], into: readonly Ends[]): boolean {
  if (out[node].size !== 1 || into[node].size !== 1) return false;
  const [from] = into[node].keys();
  const [to] = out[node].keys();
  return from !== to;
}

function problemOf(
  remaining: readonly number[],
  nodes: LabelProblem["nodes"],
  out: readonly Ends[],
): LabelProblem {
  const numberOf = new Map(remaining.map((node, i) => [node, i]));
  return {
    nodes: remaining.map((node) => nodes[node]),
    edges: remaining.flatMap((node, u) =>
      [...out[node]].map(([other, costs]) => ({ u, v: numberOf.get(other)!, costs })),
    ),
  };
}

function undone(
  nodes: LabelProblem["nodes"],
  remaining: readonly number[],
  steps: readonly Step[],
  labels: ArrayLike<number>,
): Int32Array {
  const all = new Int32Array(nodes.length);
  remaining.forEach((node, i) => {
    all[node] = labels[i];
  });
  for (const { node, from, to, labels: least } of steps.toReversed())
    all[node] = least[all[from] * nodes[to].length + all[to]];
  return all;
}

export type ReductionResult =
  | {
      readonly kind: "solved";
      readonly labels: Int32Array;
      readonly cost: number;
      readonly remaining: number;
    }
  | { readonly kind: "infeasible"; readonly remaining: number }
  /** The remaining nodes have more labelings than allowed; none was tried. */
  | { readonly kind: "too-large"; readonly message: string; readonly remaining: number };

const defaultLabelings = 1e8;

/** OptCNN's answer: reduction, then all labelings of what remains. */
export function solveByReduction(problem: LabelProblem, mostLabelings = defaultLabelings): ReductionResult {
  const reduced = reduceLabels(problem);
  const remaining = reduced.remaining.length;
  const number = labelings(reduced.problem);
  if (number > mostLabelings) {
    const message = `${remaining} nodes remain with ${number} labelings, at most ${mostLabelings} are tried.`;
    return { kind: "too-large", message, remaining };
  }
  const { labels } = enumerateLabels(reduced.problem);
  if (labels === null) return { kind: "infeasible", remaining };
  const all = reduced.undo(labels);
  return { kind: "solved", labels: all, cost: costOf(problem, all), remaining };
}
