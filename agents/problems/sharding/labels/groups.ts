/**
 * Which ops of a training step share one label of a sharding's label problem. A label is a split of
 * the group's *head*; all else follows from it.
 *
 * - Heads are the ops that sum over a dimension, such as products, and sources with weights.
 * - Products that read the same tensor and iterate alike share a label, as query, key and value do.
 *   So their gradients of that tensor meet as partial sums, and are reduced once.
 * - Any other forward op follows the operand with most axes along its dimensions, the one made
 *   later of equal ones (Alpa, OSDI 2022, merges such ops into an operand's layout).
 * - Backward and update ops follow their forward twin. Sums of gradients follow the op that needs
 *   the sum.
 */
import { type OpGraph, Role } from "../../../../env/model/graph/graph.ts";
import { type OpIteration, WHOLE } from "../../../../env/model/graph/iteration.ts";
import { dataEdges, iterationOf } from "../../../../env/model/plan/sharding.ts";

/** How an op gets its split from the label of its group. */
export type Lead =
  | { readonly kind: "label" }
  /** Runs whole, whatever the label. */
  | { readonly kind: "whole" }
  /** As the output of its producer that comes in by this data input. */
  | { readonly kind: "input"; readonly edge: number; readonly input: number }
  | { readonly kind: "twin"; readonly twin: number }
  /** As this consumer needs its output. */
  | { readonly kind: "user"; readonly edge: number };

export interface LabelGroups {
  readonly count: number;
  readonly groupOf: Int32Array;
  readonly leads: readonly Lead[];
  /** Op whose splits are the labels; -1 for a group that runs whole. */
  readonly heads: readonly number[];
  /** Ops in an order in which each comes after those that it gets its split from. */
  readonly order: readonly number[];
  /** Backward and update ops of each forward op. */
  readonly twins: readonly (readonly number[])[];
}

export function labelGroups(graph: OpGraph): LabelGroups {
  const groupOf = new Int32Array(graph.opCount).fill(-1);
  const leads: Lead[] = new Array<Lead>(graph.opCount).fill({ kind: "whole" });
  const heads: number[] = [];
  const twins: number[][] = Array.from({ length: graph.opCount }, () => []);
  const order: number[] = [];
  const place = (v: number, group: number, lead: Lead): void => {
    groupOf[v] = group;
    leads[v] = lead;
    order.push(v);
  };
  const alone = (v: number, lead: Lead): number => {
    const group = heads.push(lead.kind === "label" ? v : -1) - 1;
    place(v, group, lead);
    return group;
  };
  const alike = new Map<string, number>();
  const rankOf = new Int32Array(graph.opCount);
  graph.topologicalOrder.forEach((v, rank) => {
    rankOf[v] = rank;
  });
  for (const v of graph.topologicalOrder) {
    if (graph.role[v] !== Role.forward) continue;
    const iteration = iterationOf(graph, v);
    const isFed = dataEdges(graph, v).length === 0 && graph.parameterBytes[v] === 0;
    if (iteration === null || isFed) alone(v, { kind: "whole" });
    else if (isProduct(iteration)) {
      const key = alikeKey(graph, v, iteration);
      const known = alike.get(key);
      if (known !== undefined) place(v, known, { kind: "label" });
      else alike.set(key, alone(v, { kind: "label" }));
    } else {
      const rank = (op: number): number => (heads[groupOf[op]] === -1 ? -1 : rankOf[op]);
      const lead = operandOf(graph, v, iteration, rank);
      if (lead === null) alone(v, { kind: "label" });
      else place(v, groupOf[graph.edgeSource[lead.edge]], { kind: "input", ...lead });
    }
  }
  for (const v of graph.topologicalOrder) {
    const twin = graph.twin[v];
    if (graph.role[v] === Role.forward || twin === -1 || graph.role[twin] !== Role.forward) continue;
    twins[twin].push(v);
    place(v, groupOf[twin], iterationOf(graph, v) === null ? { kind: "whole" } : { kind: "twin", twin });
  }
  for (const v of graph.topologicalOrder.toReversed()) {
    if (groupOf[v] !== -1) continue;
    const edge = userOf(graph, v, groupOf);
    if (edge === -1 || iterationOf(graph, v) === null) alone(v, { kind: "whole" });
    else place(v, groupOf[graph.edgeDestination[edge]], { kind: "user", edge });
  }
  return { count: heads.length, groupOf, leads, heads, order, twins };
}

/** Sums that leave an output which lies along what is summed are statistics, not products. */
export const isProduct = ({ sums, outputs }: OpIteration): boolean =>
  sums.length > 0 && sums.every((dimension) => outputs.every(({ along }) => !along.includes(dimension)));

/** Equal for ops that read the same tensors, and weights of their own, in the same way. */
function alikeKey(graph: OpGraph, v: number, { dimensions, ...tensors }: OpIteration): string {
  if (graph.parameterBytes[v] === 0) return `${v}`;
  const read = dataEdges(graph, v).map((e) => [graph.edgeSource[e], graph.edgeOutput[e]]);
  const sizes = dimensions.map(({ kind, size, halo }) => [kind, size, halo]);
  return JSON.stringify([read, sizes, tensors]);
}

function operandOf(
  graph: OpGraph,
  v: number,
  { inputs }: OpIteration,
  /** Place of an op in topological order, -1 for one that runs whole. */
  rank: (op: number) => number,
): { readonly edge: number; readonly input: number } | null {
  let best: { readonly edge: number; readonly input: number } | null = null;
  let [most, last] = [0, -1];
  dataEdges(graph, v).forEach((edge, input) => {
    const source = graph.edgeSource[edge];
    const made = iterationOf(graph, source)?.outputs[graph.edgeOutput[edge]];
    if (made === undefined || rank(source) === -1) return;
    if (made.shape.join() !== inputs[input].shape.join()) return;
    const divided = inputs[input].along.filter((dimension) => dimension !== WHOLE).length;
    if (divided === 0 || divided < most || (divided === most && rank(source) < last)) return;
    [most, last] = [divided, rank(source)];
    best = { edge, input };
  });
  return best;
}

/** The edge to the first user that has a group, -1 for none. */
function userOf(graph: OpGraph, v: number, groupOf: Int32Array): number {
  for (let i = graph.outStart[v]; i < graph.outStart[v + 1]; i++) {
    const edge = graph.outEdge[i];
    if (graph.edgeOutput[edge] >= 0 && groupOf[graph.edgeDestination[edge]] !== -1) return edge;
  }
  return -1;
}
