/**
 * Makes the program of a sharding plan: ops in topological order, and before each the steps that
 * bring its inputs and weights into the layouts that it needs (env/model/layout/natural.ts).
 *
 * - Gradients of weights that several ranks hold are sums over these: the update needs them whole or
 *   in parts, so they are reduced. No rule says so; it follows from the layouts.
 * - An op that is linear in its inputs may take partial sums of all of them, and leaves one. So it
 *   does where nobody else needs the inputs and its outputs are no larger than they are.
 * - An op that does not say what it iterates over runs whole on every rank.
 */
import { type OpGraph, Role } from "../../../model/graph/graph.ts";
import type { OpIteration } from "../../../model/graph/iteration.ts";
import { kindsOf } from "../../../model/graph/support.ts";
import { localShare, partLength, replicated } from "../../../model/layout/layout.ts";
import { type MeshSizes, sizesOf } from "../../../model/layout/mesh.ts";
import { naturalLayouts, type OpSplit, usedAxes, workShare } from "../../../model/layout/natural.ts";
import { createResharder, type Resharder } from "../../../model/layout/reshard.ts";
import { dataEdges, iterationOf, type ShardingPlan, splitOf } from "../../../model/plan/sharding.ts";
import type { Scenario } from "../../../model/scenario.ts";
import type { Instruction, Purpose, ShardedProgram } from "./instructions.ts";
import { createTensors, type Tensors } from "./tensors.ts";
import { createWeights, type Weights } from "./weights.ts";
import { updateSplit } from "./zero.ts";

/** Pre: a valid plan, and a resharder for its mesh's sizes. */
export function shardedProgram(
  scenario: Pick<Scenario, "graph" | "cluster">,
  plan: ShardingPlan,
  resharder: Resharder = createResharder(sizesOf(plan.mesh)),
): ShardedProgram {
  const { graph } = scenario;
  const sizes = sizesOf(plan.mesh);
  const instructions: Instruction[] = [];
  const tensors = createTensors(resharder, (instruction) => void instructions.push(instruction));
  const weights = createWeights(graph, plan, tensors);
  const making: Making = { graph, plan, sizes, tensors, weights, instructions };
  for (const v of graph.topologicalOrder) {
    if (runsOnHost(scenario, plan, v)) addHostRun(making, v);
    else addRun(making, v);
  }
  return { sizes, values: tensors.values, instructions, weights: weights.stored };
}

interface Making {
  readonly graph: OpGraph;
  readonly plan: ShardingPlan;
  readonly sizes: MeshSizes;
  readonly tensors: Tensors;
  readonly weights: Weights;
  readonly instructions: Instruction[];
}

/** Inputs that not every device of the mesh runs: the checks leave no others. */
export const runsOnHost = (
  { graph, cluster }: Pick<Scenario, "graph" | "cluster">,
  { mesh }: ShardingPlan,
  v: number,
): boolean => {
  const kinds = kindsOf(graph, v);
  return kinds !== null && mesh.devices.some((d) => !kinds.includes(cluster.devices[d].kind));
};

const keyOf = (op: number, output: number): string => `${op}:${output}`;

function addHostRun({ graph, tensors, instructions }: Making, v: number): void {
  const outputs = outputsOf(graph, v).map(({ shape, bytes }, output) =>
    tensors.add(keyOf(v, output), {
      op: v,
      output,
      parameter: 0,
      shape,
      layout: replicated(shape),
      bytes,
      onHost: true,
    }),
  );
  instructions.push({ kind: "host", op: v, outputs });
}

/** Shapes and bytes of an op's outputs; the empty shape where the op does not tell. */
function outputsOf(
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

function addRun(making: Making, v: number): void {
  const { graph, plan, sizes, tensors, weights, instructions } = making;
  const iteration = iterationOf(graph, v);
  const split = graph.role[v] === Role.update ? updateSplit(graph, plan, v) : splitOf(graph, plan, v);
  const purpose: Purpose = graph.role[v] === Role.update ? "gradient" : "data";
  const natural = iteration === null || split === null ? null : naturalLayouts(iteration, split);
  const passed = iteration === null || split === null ? [] : passedAxes(making, v, iteration, split);
  const inputs = dataEdges(graph, v).map((e, i) => {
    const key = keyOf(graph.edgeSource[e], graph.edgeOutput[e]);
    const shape = iteration?.inputs[i]?.shape ?? tensors.first(key).shape;
    const layout = natural?.inputs[i] ?? replicated(shape);
    const isLinear = iteration?.linearIn.includes(i) === true;
    return tensors.bring(key, {
      shape,
      layout: isLinear ? { ...layout, partial: passed } : layout,
      purpose,
    });
  });
  const parameters = natural === null ? [] : weights.bring(v, iteration!, natural.parameters);
  const outputs = outputsOf(graph, v).map(({ shape, bytes }, output) => {
    const own = natural?.outputs[output] ?? replicated(shape);
    const layout = { ...own, partial: [...own.partial, ...passed].sort((a, b) => a - b) };
    return tensors.add(keyOf(v, output), { op: v, output, parameter: 0, shape, layout, bytes });
  });
  const share =
    iteration === null || split === null
      ? 1
      : workShare(iteration, split, (length, axes) => partLength(length, axes, sizes));
  const isUpdate = graph.role[v] === Role.update && natural !== null;
  const renewed = isUpdate ? weights.renew(v, iteration!, natural.parameters) : [];
  instructions.push({ kind: "run", op: v, split, share, inputs, parameters, outputs, renewed });
  outputs.forEach((_, output) => void leaveAs(making, v, output));
  if (isUpdate) weights.store(v, iteration!);
}

/** Brings an output into the layout that the plan gives it. */
function leaveAs({ plan, tensors, graph }: Making, v: number, output: number): void {
  const given = plan.layouts?.find((layout) => layout.op === v && layout.output === output);
  if (given === undefined) return;
  const shape = iterationOf(graph, v)!.outputs[output].shape;
  tensors.bring(keyOf(v, output), { shape, layout: { axes: given.axes, partial: [] }, purpose: "data" });
}

/** Mesh axes over which the op takes partial sums of all its linear inputs. */
function passedAxes(making: Making, v: number, iteration: OpIteration, split: OpSplit): number[] {
  const { graph, sizes, tensors } = making;
  if (iteration.linearIn.length === 0) return [];
  const edges = dataEdges(graph, v);
  const natural = naturalLayouts(iteration, split);
  let common: readonly number[] | null = null;
  let takenBytes = 0;
  for (const i of iteration.linearIn) {
    const key = keyOf(graph.edgeSource[edges[i]], graph.edgeOutput[edges[i]]);
    const value = tensors.first(key);
    if (value.shape.join() !== iteration.inputs[i].shape.join() || usersOf(graph, edges[i]) > 1) return [];
    const { partial } = value.layout;
    common = common === null ? partial : common.filter((axis) => partial.includes(axis));
    takenBytes += value.bytes * localShare(value.shape, natural.inputs[i], sizes);
  }
  const used = usedAxes(split);
  const passed = (common ?? []).filter((axis) => !used.includes(axis));
  const madeBytes = outputsOf(graph, v).reduce(
    (sum, { shape, bytes }, output) =>
      sum + bytes * localShare(shape, natural.outputs[output] ?? replicated(shape), sizes),
    0,
  );
  return madeBytes <= takenBytes ? passed : [];
}

/** Edges that carry the same output. */
function usersOf({ outStart, outEdge, edgeSource, edgeOutput }: OpGraph, edge: number): number {
  const source = edgeSource[edge];
  let users = 0;
  for (let i = outStart[source]; i < outStart[source + 1]; i++)
    if (edgeOutput[outEdge[i]] === edgeOutput[edge]) users++;
  return users;
}
