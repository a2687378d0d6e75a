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
 * - Updates run on hosts and activations wait there where a plan says so (special-runs/away.ts).
 */
import { CONTROL, type OpGraph, Role } from "../../../model/graph/graph.ts";
import { kindsOf } from "../../../model/graph/support.ts";
import { type Layout, partLength, replicated } from "../../../model/layout/layout.ts";
import { sizesOf } from "../../../model/layout/mesh.ts";
import { naturalLayouts, type Panels, workShare } from "../../../model/layout/natural.ts";
import { createResharder, type Resharder } from "../../../model/layout/reshard.ts";
import {
  dataEdges,
  iterationOf,
  ownerOf,
  panelsOf,
  type ShardingPlan,
} from "../../../model/plan/sharding.ts";
import type { Scenario } from "../../../model/scenario.ts";
import { type Followed, followed } from "./follow.ts";
import type { Instruction, Purpose, Run, ShardedProgram } from "./instructions.ts";
import { type Divided, outputsOf, type PartialRun, partialRun, rangesOf } from "./partial-runs.ts";
import { createRecomputing, outputKey, type Recomputing } from "./special-runs/again.ts";
import { readKey, storedForUpdate } from "./special-runs/away.ts";
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
  return allOf(scenario, plan, resharder).program;
}

/** Stages of ZeRO divide updates by what a program without them finds of gradients. */
function allOf(
  scenario: Pick<Scenario, "graph" | "cluster">,
  plan: ShardingPlan,
  resharder: Resharder,
  outside?: Uint8Array,
): PartProgram {
  if ((plan.memory?.zero ?? 0) === 0) return made(scenario, plan, resharder, new Map(), outside);
  const { memory: _, offload: __, ...whole } = plan;
  const { found } = made(scenario, whole, resharder, new Map(), outside);
  return made(scenario, plan, resharder, found, outside);
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
  return allOf(scenario, plan, resharder, outside);
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

interface Making extends Divided {
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
  const { graph, plan, tensors, instructions, waits } = making;
  runAgainBefore(making, v);
  const inputs = dataEdges(graph, v).map((e) => {
    const key = readKey(making, v, e, false);
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
  const { graph, plan, sizes, tensors, weights, instructions } = making;
  const iteration = iterationOf(graph, v);
  const purpose: Purpose = graph.role[v] === Role.update ? "gradient" : "data";
  const onHosts = graph.role[v] === Role.update && plan.offload?.optimizer === true;
  const uneven = split === null ? null : rangesOf(making, v, split, given);
  const natural = uneven === null ? null : naturalLayouts(iteration!, split!, panels, uneven);
  const inputs = dataEdges(graph, v).map((e, i) => {
    const key = readKey(making, v, e, again);
    const shape = iteration?.inputs[i]?.shape ?? tensors.first(key).shape;
    const layout = natural?.inputs[i] ?? replicated(shape);
    const isLinear = iteration?.linearIn.includes(i) === true;
    const wanted = isLinear ? { ...layout, partial: passed } : layout;
    const value = tensors.bring(key, { shape, layout: wanted, purpose });
    return onHosts ? storedForUpdate(tensors, key, value) : value;
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
  instructions.push({
    kind: "run",
    ...run,
    ...(panels !== null && { panels }),
    ...(onHosts && { onHosts }),
    ...timing(making, v, again),
  });
  if (split !== given.split) {
    const own = naturalLayouts(iteration!, given.split!, null, rangesOf(making, v, given.split!, given));
    settle(making, v, own.outputs, again);
  }
  for (const { op, output, axes } of plan.layouts ?? [])
    if (op === v) tensors.settle(keyOf(v, output, again), { axes, partial: [] });
  if (isUpdate) weights.store(v, iteration!);
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
