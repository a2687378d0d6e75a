/**
 * Forward ops that run once more for the backward pass (Chen et al., "Training Deep Nets with
 * Sublinear Memory Cost", arXiv 1604.06174). What they have made is gone after the forward pass.
 *
 * - An op runs again right before the first backward op that reads it, after those recomputed ops
 *   that it reads itself. All else that it reads was kept, summed and in the smallest parts that
 *   the forward pass had.
 * - It begins when the gradients are there that this backward op reads. So does each step on kept
 *   tensors. Where it reads none, they begin after the forward op before.
 * - Steps are made again for it. A backward op of a recomputed op uses these, and so keeps nothing
 *   that steps had brought for the forward pass.
 * - An update waits for the second run of the op whose weights it renews.
 */
import { CONTROL, type OpGraph, Role } from "../../../../model/graph/graph.ts";
import { dataEdges, type ShardingPlan } from "../../../../model/plan/sharding.ts";
import type { Instruction } from "../instructions.ts";
import type { Tensors } from "../tensors.ts";

export interface Recomputing {
  /** The ops that run again before an op, in order; each is told once. */
  before(v: number): readonly number[];
  /** What steps on kept tensors wait for, for an op and what runs again before it. */
  waitsFor(v: number): readonly number[];
  /** The tensor of an edge as an op reads it, in its second run or its only one. */
  keyOf(v: number, edge: number, again: boolean): string;
  /** Values that an update waits for: of the second run of its forward twin. */
  readBefore(update: number): readonly number[];
}

export const outputKey = (op: number, output: number, again = false): string =>
  again ? `${op}:${output} again` : `${op}:${output}`;

const NOTHING: Recomputing = {
  before: () => [],
  waitsFor: () => [],
  keyOf: () => {
    throw new Error("No op runs again.");
  },
  readBefore: () => [],
};

/** `instructions`: those so far. */
export function createRecomputing(
  graph: OpGraph,
  { recompute }: Pick<ShardingPlan, "recompute">,
  tensors: Tensors,
  instructions: readonly Instruction[],
): Recomputing {
  const plain = (edge: number): string => outputKey(graph.edgeSource[edge], graph.edgeOutput[edge]);
  if (recompute === undefined || !recompute.includes(1))
    return { ...NOTHING, keyOf: (_, edge) => plain(edge) };
  const isNeeded = neededAgain(graph, recompute);
  const isDone = new Uint8Array(graph.opCount);
  const sourcesOf = (v: number): number[] => dataEdges(graph, v).map((e) => graph.edgeSource[e]);
  const isUpdateOf = (v: number, op: number): boolean =>
    graph.role[v] === Role.update && graph.twin[v] === op;

  function collect(v: number, found: number[]): void {
    if (isNeeded[v] === 0 || isDone[v] === 1) return;
    isDone[v] = 1;
    for (const source of sourcesOf(v)) collect(source, found);
    found.push(v);
  }

  return {
    before(v) {
      if (graph.role[v] === Role.forward) return [];
      const found: number[] = [];
      for (const source of sourcesOf(v)) collect(source, found);
      const twin = graph.twin[v];
      if (twin !== -1 && isUpdateOf(v, twin)) collect(twin, found);
      return found;
    },
    waitsFor(v) {
      if (graph.role[v] === Role.forward) return [];
      const gradients = dataEdges(graph, v)
        .filter((e) => graph.role[graph.edgeSource[e]] === Role.backward)
        .map(plain)
        .filter((key) => tensors.alone(key) === -1);
      return gradients.length > 0 ? gradients.map(tensors.numberOf) : lastMade(graph, instructions);
    },
    keyOf(v, edge, again) {
      const source = graph.edgeSource[edge];
      const twin = graph.twin[v];
      const isLater = again || graph.role[v] !== Role.forward;
      if (!isLater || graph.role[source] !== Role.forward || tensors.alone(plain(edge)) !== -1)
        return plain(edge);
      const own = outputKey(source, graph.edgeOutput[edge], true);
      if (recompute[source] === 1) return own;
      if (!again && (twin === -1 || recompute[twin] === 0)) return plain(edge);
      if (!tensors.has(own)) tensors.aliasKept(own, plain(edge));
      return own;
    },
    readBefore(update) {
      const twin = graph.twin[update];
      if (graph.role[update] !== Role.update || twin === -1 || isDone[twin] === 0) return [];
      const outputs = graph.outputStart[twin + 1] - graph.outputStart[twin];
      return Array.from({ length: outputs }, (_, output) => tensors.numberOf(outputKey(twin, output, true)));
    },
  };
}

/** What the last forward op so far has made that ranks ran once. */
function lastMade({ role }: OpGraph, instructions: readonly Instruction[]): readonly number[] {
  for (let i = instructions.length - 1; i >= 0; i--) {
    const each = instructions[i];
    if (each.kind !== "run" || each.again === true || role[each.op] !== Role.forward) continue;
    if (each.outputs.length > 0) return each.outputs;
  }
  return [];
}

/** 1 for recomputed ops that a later op reads, or one that runs again for a later op. */
function neededAgain(graph: OpGraph, recompute: Uint8Array): Uint8Array {
  const { topologicalOrder, outStart, outEdge, edgeDestination, edgeOutput, role } = graph;
  const isNeeded = new Uint8Array(graph.opCount);
  for (let i = topologicalOrder.length - 1; i >= 0; i--) {
    const v = topologicalOrder[i];
    if (recompute[v] === 0) continue;
    for (let at = outStart[v]; at < outStart[v + 1]; at++) {
      const to = edgeDestination[outEdge[at]];
      if (edgeOutput[outEdge[at]] === CONTROL) continue;
      if (role[to] !== Role.forward || isNeeded[to] === 1) isNeeded[v] = 1;
    }
  }
  return isNeeded;
}
