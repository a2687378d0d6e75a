/**
 * The rules of `Pipeline/Assign-v1`: its settings, which device a group may have, and the stages
 * that devices of groups make.
 *
 * After every legal action the *plain end* is a valid plan. It puts all groups that are left into
 * the last stage, from which no data goes to another one. So an episode can always go on.
 */
import { InputError } from "../../model/errors.ts";
import type { Successors } from "../../model/graph/components.ts";
import { type LayerGroups, layerGroups, orderOf } from "../../model/layers/layer-groups.ts";
import { thinnedCuts } from "../../model/layers/thinned-cuts.ts";
import type { PipelineStage } from "../../model/plan/pipeline.ts";
import { shown } from "../options.ts";
import type { CutWorld } from "./cut-rules.ts";
import {
  checkDevices,
  type PipelineChoices,
  type PipelineSettings,
  pipelineSettings,
  refusalOfStages,
} from "./settings.ts";

/**
 * - `acyclic`: the groups of a device are one stage. They need not follow each other, but the
 *   stages must have an order that all data follows;
 * - `contiguous`: the groups of a device follow each other;
 * - `mixed`: each run of groups on one device is a stage, and a device may have several of them.
 */
const contiguities = ["acyclic", "contiguous", "mixed"] as const;
export type Contiguity = (typeof contiguities)[number];

export interface AssignSettings extends PipelineSettings {
  /** Devices that groups may have; the first one is the default. */
  readonly devices: readonly number[];
  /** A number for each layer; layers of one number are one group. */
  readonly groups: readonly number[];
  readonly contiguity: Contiguity;
}

export interface AssignChoices extends PipelineChoices {
  /** Default all accelerators that can run every layer, those of one type after another. */
  readonly devices?: readonly number[];
  /** How many groups of layers that follow each other, or the group of each layer. */
  readonly groups?: number | ArrayLike<number>;
  /** Default `acyclic`. */
  readonly contiguity?: Contiguity;
}

export const assignChoices = ["devices", "groups", "contiguity"] as const;

/** What the rules need of an env. */
export interface AssignWorld extends CutWorld {
  /** Between layers. */
  readonly edges: Successors;
}

/** Groups of a device by default, where the chain has so many layers. */
const GROUPS_A_DEVICE = 4;

export function usualAssignSettings(world: AssignWorld, settings: PipelineSettings): AssignSettings {
  const most = Math.min(world.chain.count, GROUPS_A_DEVICE * world.usable.length);
  return { ...settings, devices: world.usable, groups: labelsOf(world, most), contiguity: "acyclic" };
}

/** Throws one sentence where a choice is none, or where the schedule refuses the plain end. */
export function assignSettings(
  world: AssignWorld,
  before: AssignSettings,
  given: AssignChoices,
): AssignSettings {
  const { id, chain, usable } = world;
  const { devices = before.devices, contiguity = before.contiguity } = given;
  checkDevices(id, chain, usable, devices);
  if (!contiguities.includes(contiguity))
    throw new InputError(
      `${id}: contiguity is ${shown(contiguity)}, expected ${contiguities.slice(0, -1).join(", ")} or mixed.`,
    );
  const settings: AssignSettings = {
    ...pipelineSettings(id, chain, before, given),
    devices: [...devices],
    groups: given.groups === undefined ? before.groups : labelsOf(world, given.groups),
    contiguity,
  };
  const { stages } = plainStages(settings, layerGroups(world.edges, settings.groups), []);
  const refusal = refusalOfStages(chain, settings, stages);
  if (refusal !== null) throw new InputError(`${id}: ${refusal}`);
  return settings;
}

function labelsOf({ id, chain }: CutWorld, groups: unknown): readonly number[] {
  const { count } = chain;
  if (typeof groups === "number") {
    if (Number.isInteger(groups) && groups >= 1) return Array.from(thinnedCuts(chain, groups));
    throw new InputError(`${id}: groups is ${groups}, expected a whole number of at least 1.`);
  }
  const labels = typeof groups === "object" && groups !== null ? Array.from(groups as ArrayLike<number>) : [];
  if (labels.length === count && labels.every(Number.isInteger)) return labels;
  throw new InputError(
    `${id}: groups is ${shown(groups)}, expected their number, or a whole number for each of ${count} layers.`,
  );
}

export interface AssignedStages {
  readonly stages: readonly PipelineStage[];
  readonly stageOfGroup: Int32Array;
}

/**
 * All stages, where groups that are left join the last stage. `placed` are devices of the first
 * groups.
 */
export function plainStages(
  settings: AssignSettings,
  groups: LayerGroups,
  placed: readonly number[],
): AssignedStages {
  const { contiguity, devices } = settings;
  const stageOf = new Int32Array(groups.count);
  const stageDevices: number[] = [];
  placed.forEach((device, group) => {
    const isRun = contiguity === "mixed" && (group === 0 || placed[group - 1] !== device);
    const known = isRun ? -1 : stageDevices.lastIndexOf(device);
    stageOf[group] = known === -1 ? stageDevices.push(device) - 1 : known;
  });
  if (placed.length === 0) stageDevices.push(devices[0]);
  const order = orderOf(stageEdges(groups, stageOf, placed.length, stageDevices.length));
  const numberOf = new Int32Array(order.length);
  order.forEach((stage, number) => {
    numberOf[stage] = number;
  });
  return {
    stages: order.map((stage) => ({ devices: [stageDevices[stage]], share: "split" })),
    stageOfGroup: stageOf.map((stage, group) => (group < placed.length ? numberOf[stage] : order.length - 1)),
  };
}

/** Which stages feed which, by the first `known` groups. */
function stageEdges(
  { predecessors }: LayerGroups,
  stageOf: ArrayLike<number>,
  known: number,
  count: number,
): number[][] {
  const successors = Array.from({ length: count }, () => new Set<number>());
  for (let group = 0; group < known; group++)
    for (const before of predecessors[group])
      if (stageOf[before] !== stageOf[group]) successors[stageOf[before]].add(stageOf[group]);
  return successors.map((set) => [...set]);
}

/** May the group after the placed ones have this device? */
export function mayPlace(
  world: AssignWorld,
  settings: AssignSettings,
  groups: LayerGroups,
  placed: readonly number[],
  device: number,
): boolean {
  const { contiguity, devices } = settings;
  const isNew = !placed.includes(device);
  if (!devices.includes(device)) return false;
  if (contiguity === "contiguous" && !isNew && placed[placed.length - 1] !== device) return false;
  if (contiguity === "acyclic" && !isNew && closesCycle(groups, placed, device)) return false;
  const { stages } = plainStages(settings, groups, [...placed, device]);
  return refusalOfStages(world.chain, settings, stages) === null;
}

/**
 * Would the next group on this device need a stage that needs the device's own? Groups that come
 * later add edges to themselves alone, so no later group is to blame.
 */
function closesCycle(groups: LayerGroups, placed: readonly number[], device: number): boolean {
  const numbers = [...new Set(placed)];
  const stageOf = placed.map((each) => numbers.indexOf(each));
  const successors = stageEdges(groups, stageOf, placed.length, numbers.length);
  const own = numbers.indexOf(device);
  const reached = new Uint8Array(numbers.length);
  const open = [own];
  while (open.length > 0)
    for (const next of successors[open.pop()!])
      if (reached[next] === 0) {
        reached[next] = 1;
        open.push(next);
      }
  return groups.predecessors[placed.length].some(
    (before) => stageOf[before] !== own && reached[stageOf[before]] === 1,
  );
}
