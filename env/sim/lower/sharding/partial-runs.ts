/**
 * Ops that are linear in their inputs and take partial sums of all of them (program.ts). They do so
 * where nobody else needs the inputs and their outputs are no larger.
 */
import type { OpGraph } from "../../../model/graph/graph.ts";
import type { OpIteration } from "../../../model/graph/iteration.ts";
import { localShare, replicated } from "../../../model/layout/layout.ts";
import type { MeshSizes } from "../../../model/layout/mesh.ts";
import {
  type DimensionRanges,
  naturalLayouts,
  type OpSplit,
  usedAxes,
} from "../../../model/layout/natural.ts";
import { dataEdges, iterationOf, type ShardingPlan } from "../../../model/plan/sharding.ts";
import { dimensionRanges } from "../../../model/plan/sharding-fields/op-ranges.ts";
import type { Followed } from "./follow.ts";
import { outputKey } from "./special-runs/again.ts";
import type { Tensors } from "./tensors.ts";

/** What is divided, and where its tensors are so far. */
export interface Divided {
  readonly graph: OpGraph;
  readonly plan: ShardingPlan;
  readonly sizes: MeshSizes;
  readonly tensors: Tensors;
}

/** The ranges of an op's dimensions: those of the plan, or of an input that it follows. */
export function rangesOf(
  { graph, plan }: Divided,
  v: number,
  split: OpSplit,
  given: Followed,
): DimensionRanges {
  const own = dimensionRanges(graph, plan, v, split);
  if (given.ranges === undefined) return own;
  const isSame = (d: number): boolean => split[d].join() === given.split![d].join();
  return {
    ...own,
    ranges: own.ranges.map((each, d) => each ?? (isSame(d) ? (given.ranges!.get(d) ?? null) : null)),
  };
}

/** How an op runs on partial sums. */
export interface PartialRun {
  /** Mesh axes over which it takes partial sums of all its linear inputs. */
  readonly passed: readonly number[];
  /** Its split, without those of these axes that are in it. */
  readonly split: OpSplit | null;
}

export function partialRun(making: Divided, v: number, given: Followed): PartialRun {
  const { graph } = making;
  const { split } = given;
  const iteration = iterationOf(graph, v);
  const none = { passed: [], split };
  if (iteration === null || split === null || iteration.linearIn.length === 0) return none;
  const common = commonPartial(making, v, iteration);
  if (common.length === 0) return none;
  const used = usedAxes(split);
  const lifted = split.map((axes) => axes.filter((axis) => !common.includes(axis)));
  const whole = bytesAround(making, v, lifted, given);
  // To sum first is worth the work where it leaves less to reduce.
  if (common.some((axis) => used.includes(axis)) && whole.made < whole.taken)
    return { passed: common, split: lifted };
  const passed = common.filter((axis) => !used.includes(axis));
  const { made, taken } = bytesAround(making, v, split, given);
  return passed.length > 0 && made <= taken ? { passed, split } : none;
}

/** Mesh axes over which all linear inputs are partial sums that nobody else needs. */
function commonPartial({ graph, tensors }: Divided, v: number, iteration: OpIteration): readonly number[] {
  const edges = dataEdges(graph, v);
  let common: readonly number[] | null = null;
  for (const i of iteration.linearIn) {
    const { shape, layout } = tensors.settled(
      outputKey(graph.edgeSource[edges[i]], graph.edgeOutput[edges[i]]),
    );
    if (shape.join() !== iteration.inputs[i].shape.join() || usersOf(graph, edges[i]) > 1) return [];
    common = common === null ? layout.partial : common.filter((axis) => layout.partial.includes(axis));
  }
  return common ?? [];
}

/** Bytes of a rank's linear inputs and of its outputs under a split. */
function bytesAround(making: Divided, v: number, split: OpSplit, given: Followed) {
  const { graph, sizes, tensors } = making;
  const iteration = iterationOf(graph, v)!;
  const natural = naturalLayouts(iteration, split, null, rangesOf(making, v, split, given));
  const edges = dataEdges(graph, v);
  const taken = iteration.linearIn.reduce((sum, i) => {
    const { shape, bytes } = tensors.first(outputKey(graph.edgeSource[edges[i]], graph.edgeOutput[edges[i]]));
    return sum + bytes * localShare(shape, natural.inputs[i], sizes);
  }, 0);
  const made = outputsOf(graph, v).reduce(
    (sum, { shape, bytes }, output) =>
      sum + bytes * localShare(shape, natural.outputs[output] ?? replicated(shape), sizes),
    0,
  );
  return { taken, made };
}

/** Edges that carry the same output. */
function usersOf({ outStart, outEdge, edgeSource, edgeOutput }: OpGraph, edge: number): number {
  const source = edgeSource[edge];
  let users = 0;
  for (let i = outStart[source]; i < outStart[source + 1]; i++)
    if (edgeOutput[outEdge[i]] === edgeOutput[edge]) users++;
  return users;
}

/** Shapes and bytes of an op's outputs; the empty shape where the op does not tell. */
export function outputsOf(
  graph: OpGraph,
  v: number,
): { readonly shape: readonly number[]; readonly bytes: number }[] {
  const iteration = iterationOf(graph, v);
  const first = graph.outputStart[v];
  return Array.from({ length: graph.outputStart[v + 1] - first }, (_, output) => ({
    shape: iteration?.outputs[output]?.shape ?? [],
    bytes: graph.outputBytes[first + output],
  }));
}
