/**
 * Makes the program of a sharding plan: ops in topological order. Before each come the steps that
 * bring its inputs and weights into the layouts that it needs (env/model/layout/natural.ts).
 *
 * - Gradients of weights that several ranks hold are sums over these. The update needs them whole
 *   or in parts, so they are reduced. No rule says so; it follows from the layouts.
 * - An op that is linear in its inputs may take partial sums of all of them, and leaves one. So it
 *   does where nobody else needs the inputs and its outputs are no larger than they are.
 * - Where its split has the same mesh axes, it is not divided by them if its outputs are smaller.
 *   Gradients that meet are so added up, then scattered.
 * - An op that does not say what it iterates over runs whole on every rank.
 * - An op that is passed panel by panel takes what it needs in panels, and no partial sums.
 * - Recomputed ops run once more for the backward pass (special-runs/again.ts).
 */
import { CONTROL, type OpGraph, Role } from "../../../model/graph/graph.ts";
import type { OpIteration } from "../../../model/graph/iteration.ts";
import { kindsOf } from "../../../model/graph/support.ts";
import { type Layout, localShare, partLength, replicated } from "../../../model/layout/layout.ts";
import { type MeshSizes, sizesOf } from "../../../model/layout/mesh.ts";
import {
  type DimensionRanges,
  naturalLayouts,
  type OpSplit,
  type Panels,
  usedAxes,
  workShare,
} from "../../../model/layout/natural.ts";
import { createResharder, type Resharder } from "../../../model/layout/reshard.ts";
import {
  dataEdges,
  iterationOf,
  ownerOf,
  panelsOf,
  type ShardingPlan,
} from "../../../model/plan/sharding.ts";
import { dimensionRanges } from "../../../model/plan/sharding-fields/op-ranges.ts";
import type { Scenario } from "../../../model/scenario.ts";
import { type Followed, followed } from "./follow.ts";
import type { Instruction, Purpose, Run, ShardedProgram } from "./instructions.ts";
import { createRecomputing, outputKey, type Recomputing } from "./special-runs/again.ts";
import { unevenParts } from "./special-runs/uneven.ts";
import { createTensors, type Tensors } from "./tensors.ts";
import { createWeights, type Weights } from "./weights.ts";
import { type PartialGradients, updateSplit } from "./zero.ts";

/** Pre: a valid plan, and a resharder for its mesh's sizes. */
export function shardedProgram(
  scenario: Pick<Scenario, "graph" | "cluster">,
  plan: ShardingPlan,
  resharder: Resharder = createResharder(sizesOf(plan.mesh)),
): ShardedProgram {
  const whole = { ...plan, memory: {} };
  const zero = plan.memory?.zero ?? 0;
  const first = made(scenario, whole, resharder, new Map());
  return (zero === 0 ? first : made(scenario, plan, resharder, first.found)).program;
}

/** A program of a part of the graph. */
export interface PartProgram {
  readonly program: ShardedProgram;
  /** The op that each instruction is made for. */
  readonly madeFor: readonly number[];
}

/**
 * The program of a part of the graph. `outside` has 1 for each op that runs elsewhere. Its outputs
 * come from there as a host's do: each rank gets its part, in the layout that it needs. What ops
 * elsewhere need leaves in the parts in which it is made, summed.
 */
export function partProgram(
  scenario: Pick<Scenario, "graph" | "cluster">,
  plan: ShardingPlan,
  outside: Uint8Array,
  resharder: Resharder = createResharder(sizesOf(plan.mesh)),
): PartProgram {
  const first = made(scenario, { ...plan, memory: {} }, resharder, new Map(), outside);
  return (plan.memory?.zero ?? 0) === 0 ? first : made(scenario, plan, resharder, first.found, outside);
}

/** A program, and over which axes it has found the gradients of updates to be partial sums. */
function made(
  scenario: Pick<Scenario, "graph" | "cluster">,
  plan: ShardingPlan,
  resharder: Resharder,
  partial: PartialGradients,
  outside?: Uint8Array,
): PartProgram & { readonly found: PartialGradients } {
  const { graph } = scenario;
  const sizes = sizesOf(plan.mesh);
  const instructions: Instruction[] = [];
  const waits: Waits = { values: [] };
  const tensors = createTensors(
    resharder,
    sizes,
    (instruction) => void instructions.push(waiting(graph, tensors, instruction, waits)),
  );
  const recomputing = createRecomputing(graph, plan, tensors, instructions);
  const weights = createWeights(graph, plan, tensors, { partial, ...(outside !== undefined && { outside }) });
  const found = new Map<number, readonly number[]>();
  const decided = new Map<number, Decided>();
  const context = { graph, plan, sizes, tensors, weights, instructions };
  const making: Making = { ...context, partial, found, recomputing, waits, decided };
  const madeFor: number[] = [];
  for (const v of graph.topologicalOrder) {
    if (outside?.[v] === 1 && !isUsedInside(graph, v, outside)) continue;
    if (outside?.[v] === 1 || runsOnHost(scenario, plan, v)) addHostRun(making, v);
    else if (ownerOf(graph, plan, v) !== -1) addOwnedRun(making, v);
    else addRuns(making, v);
    if (outside?.[v] === 0) sumForOthers(making, v, outside);
    while (madeFor.length < instructions.length) madeFor.push(v);
  }
  const program = { sizes, values: tensors.values, instructions, weights: weights.stored };
  return { program, madeFor, found };
}

function isUsedInside({ outStart, outEdge, edgeDestination }: OpGraph, v: number, outside: Uint8Array) {
  for (let i = outStart[v]; i < outStart[v + 1]; i++)
    if (outside[edgeDestination[outEdge[i]]] === 0) return true;
  return false;
}

/** Outputs that ops elsewhere use are not left as partial sums. */
function sumForOthers({ graph, tensors }: Making, v: number, outside: Uint8Array): void {
  for (let i = graph.outStart[v]; i < graph.outStart[v + 1]; i++) {
    const e = graph.outEdge[i];
    if (graph.edgeOutput[e] === CONTROL || outside[graph.edgeDestination[e]] === 0) continue;
    const key = keyOf(v, graph.edgeOutput[e]);
    tensors.settle(key, { ...tensors.settled(key).layout, partial: [] });
  }
}

interface Making {
  readonly graph: OpGraph;
  readonly plan: ShardingPlan;
  readonly sizes: MeshSizes;
  readonly tensors: Tensors;
  readonly weights: Weights;
  readonly instructions: Instruction[];
  /** What is divided once more by a stage of ZeRO. */
  readonly partial: PartialGradients;
  readonly found: Map<number, readonly number[]>;
  readonly recomputing: Recomputing;
  readonly waits: Waits;
  /** How each op has run, for a second run. */
  readonly decided: Map<number, Decided>;
}

/** What steps on kept tensors wait for just now. */
interface Waits {
  values: readonly number[];
}

/** Steps on kept tensors of the forward pass wait; those on tensors of second runs do anyway. */
function waiting(
  { role }: OpGraph,
  { values }: Tensors,
  instruction: Instruction,
  waits: Waits,
): Instruction {
  if (waits.values.length === 0 || instruction.kind !== "move" || instruction.purpose !== "data")
    return instruction;
  const isKept = role[values[instruction.from].op] === Role.forward;
  return isKept ? { ...instruction, waits: waits.values } : instruction;
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

const keyOf = outputKey;

function addHostRun(making: Making, v: number): void {
  making.instructions.push({ kind: "host", op: v, outputs: wholeOutputs(making, v) });
}

/** Outputs that are whole in one place. */
const wholeOutputs = ({ graph, tensors }: Making, v: number): number[] =>
  outputsOf(graph, v).map(({ shape, bytes }, output) =>
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

/** Inputs come summed, in the parts in which they are. */
function addOwnedRun(making: Making, v: number): void {
  const { graph, plan, tensors, instructions, recomputing, waits } = making;
  runAgainBefore(making, v);
  const inputs = dataEdges(graph, v).map((e) => {
    const key = recomputing.keyOf(v, e, false);
    const { shape, layout } = tensors.settled(key);
    const alone = tensors.alone(key);
    return alone === -1
      ? tensors.bring(key, { shape, layout: { ...layout, partial: [] }, purpose: "data" })
      : alone;
  });
  waits.values = [];
  const outputs = wholeOutputs(making, v);
  instructions.push({ kind: "owned", op: v, rank: ownerOf(graph, plan, v), inputs, outputs });
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

/** How an op runs, whenever it does. */
interface Decided extends PartialRun {
  /** The split before any partial sums are taken. */
  readonly given: Followed;
  readonly panels: Panels | null;
}

/** Second runs of what an op reads. Steps on kept tensors for it wait as they do. */
function runAgainBefore(making: Making, v: number): void {
  const { plan, recomputing, waits, decided } = making;
  const before = recomputing.before(v);
  if (plan.recompute !== undefined) waits.values = recomputing.waitsFor(v);
  for (const op of before) addRun(making, op, decided.get(op)!, { again: true });
}

/** The op's run, after the second runs of what it reads. */
function addRuns(making: Making, v: number): void {
  const { graph, plan, waits, decided } = making;
  runAgainBefore(making, v);
  const given = givenSplit(making, v);
  const panels = panelsOf(graph, plan, v);
  const run = panels === null ? partialRun(making, v, given) : { passed: [], split: given.split };
  decided.set(v, { ...run, given, panels });
  addRun(making, v, decided.get(v)!, { again: false });
  waits.values = [];
}

function addRun(
  making: Making,
  v: number,
  { passed, split, given, panels }: Decided,
  { again }: { readonly again: boolean },
): void {
  const { graph, plan, sizes, tensors, weights, instructions, recomputing } = making;
  const iteration = iterationOf(graph, v);
  const purpose: Purpose = graph.role[v] === Role.update ? "gradient" : "data";
  const uneven = split === null ? null : rangesOf(making, v, split, given);
  const natural = uneven === null ? null : naturalLayouts(iteration!, split!, panels, uneven);
  const inputs = dataEdges(graph, v).map((e, i) => {
    const key = recomputing.keyOf(v, e, again);
    const shape = iteration?.inputs[i]?.shape ?? tensors.first(key).shape;
    const layout = natural?.inputs[i] ?? replicated(shape);
    const isLinear = iteration?.linearIn.includes(i) === true;
    const wanted = isLinear ? { ...layout, partial: passed } : layout;
    return tensors.bring(key, { shape, layout: wanted, purpose });
  });
  const pass = again ? Role.backward : graph.role[v];
  const parameters = natural === null ? [] : weights.bring(v, iteration!, natural.parameters, pass);
  const outputs = outputsOf(graph, v).map(({ shape, bytes }, output) => {
    const own = natural?.outputs[output] ?? replicated(shape);
    const layout = { ...own, partial: [...own.partial, ...passed].sort((a, b) => a - b) };
    return tensors.add(keyOf(v, output, again), { op: v, output, parameter: 0, shape, layout, bytes });
  });
  const share =
    iteration === null || split === null
      ? 1
      : workShare(iteration, split, (length, axes) => partLength(length, axes, sizes));
  const parts = uneven === null ? {} : unevenParts(iteration!, split!, uneven);
  const isUpdate = graph.role[v] === Role.update && natural !== null;
  const renewed = isUpdate ? weights.renew(v, iteration!, natural.parameters) : [];
  const run = { op: v, split, share, ...parts, inputs, parameters, outputs, renewed };
  instructions.push({ kind: "run", ...run, ...(panels !== null && { panels }), ...timing(making, v, again) });
  if (split !== given.split) {
    const own = naturalLayouts(iteration!, given.split!, null, rangesOf(making, v, given.split!, given));
    settle(making, v, own.outputs, again);
  }
  for (const { op, output, axes } of plan.layouts ?? [])
    if (op === v) tensors.settle(keyOf(v, output, again), { axes, partial: [] });
  if (isUpdate) weights.store(v, iteration!);
}

/** The ranges of an op's dimensions: those of the plan, or of an input that it follows. */
function rangesOf({ graph, plan }: Making, v: number, split: OpSplit, given: Followed): DimensionRanges {
  const own = dimensionRanges(graph, plan, v, split);
  if (given.ranges === undefined) return own;
  const isSame = (d: number): boolean => split[d].join() === given.split![d].join();
  return {
    ...own,
    ranges: own.ranges.map((each, d) => each ?? (isSame(d) ? (given.ranges!.get(d) ?? null) : null)),
  };
}

/** What else a run waits for. */
function timing({ recomputing, waits }: Making, v: number, again: boolean): Pick<Run, "again" | "waits"> {
  if (again) return { again, waits: waits.values };
  const read = recomputing.readBefore(v);
  return read.length === 0 ? {} : { waits: read };
}

/** The op's split before any partial sums are taken. Notes over which axes a gradient is one. */
function givenSplit({ graph, plan, sizes, tensors, partial, found }: Making, v: number): Followed {
  const inputs = dataEdges(graph, v).map((e) =>
    tensors.settled(keyOf(graph.edgeSource[e], graph.edgeOutput[e])),
  );
  if (graph.role[v] !== Role.update) return followed(graph, plan, v, { inputs, sizes });
  found.set(v, [...new Set(inputs.flatMap(({ layout }) => layout.partial))]);
  return { split: updateSplit(graph, plan, v, partial) };
}

/** Brings the outputs of an op that has taken partial sums into the parts of its own split. */
function settle({ tensors }: Making, v: number, layouts: readonly Layout[], again: boolean): void {
  layouts.forEach((layout, output) => {
    const { axes, partial } = layout;
    const key = keyOf(v, output, again);
    const used = axes.flat();
    const kept = tensors.first(key).layout.partial.filter((axis) => !used.includes(axis));
    tensors.settle(key, { ...layout, partial: [...new Set([...kept, ...partial])].sort((a, b) => a - b) });
  });
}

/** How an op runs on partial sums. */
interface PartialRun {
  /** Mesh axes over which it takes partial sums of all its linear inputs. */
  readonly passed: readonly number[];
  /** Its split, without those of these axes that are in it. */
  readonly split: OpSplit | null;
}

function partialRun(making: Making, v: number, given: Followed): PartialRun {
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
function commonPartial({ graph, tensors }: Making, v: number, iteration: OpIteration): readonly number[] {
  const edges = dataEdges(graph, v);
  let common: readonly number[] | null = null;
  for (const i of iteration.linearIn) {
    const { shape, layout } = tensors.settled(keyOf(graph.edgeSource[edges[i]], graph.edgeOutput[edges[i]]));
    if (shape.join() !== iteration.inputs[i].shape.join() || usersOf(graph, edges[i]) > 1) return [];
    common = common === null ? layout.partial : common.filter((axis) => layout.partial.includes(axis));
  }
  return common ?? [];
}

/** Bytes of a rank's linear inputs and of its outputs under a split. */
function bytesAround(making: Making, v: number, split: OpSplit, given: Followed) {
  const { graph, sizes, tensors } = making;
  const iteration = iterationOf(graph, v)!;
  const natural = naturalLayouts(iteration, split, null, rangesOf(making, v, split, given));
  const edges = dataEdges(graph, v);
  const taken = iteration.linearIn.reduce((sum, i) => {
    const { shape, bytes } = tensors.first(keyOf(graph.edgeSource[edges[i]], graph.edgeOutput[edges[i]]));
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
