/**
 * `PipelineSettings`: what of a pipeline plan is fixed for an episode. They are options of an env,
 * and of each reset. All of it is plain JSON, so that it goes into saved states.
 */
import { isCpu } from "../../model/cluster/cluster.ts";
import { InputError } from "../../model/errors.ts";
import { kindsOf } from "../../model/graph/support.ts";
import type { LayerChain } from "../../model/layers/layer-chain.ts";
import {
  HOST_STAGE,
  microBatchLimit,
  type PipelineStage,
  type ScheduleChoice,
} from "../../model/plan/pipeline.ts";
import { refusalOfSchedule, scheduleOf, shapeOf } from "../../model/schedule/index.ts";
import { shown } from "../options.ts";

export interface PipelineSettings {
  readonly microBatches: number;
  readonly schedule: ScheduleChoice;
  /** 0 or 1 for each layer, null for none. */
  readonly recompute: readonly number[] | null;
  readonly swap: readonly number[] | null;
}

/** As options. What is not given is as before. */
export interface PipelineChoices {
  /**
   * Default the largest power of two of at most four a device and at most the samples of the batch.
   */
  readonly microBatches?: number;
  /** By name, or with options of its own; default `1f1b`. */
  readonly schedule?: string | ScheduleChoice;
  /** Layers whose forward pass is run again: all, none, or 0 or 1 for each; default none. */
  readonly recompute?: boolean | ArrayLike<number> | null;
  /** Layers whose activations wait in the host's memory, given the same way; default none. */
  readonly swap?: boolean | ArrayLike<number> | null;
}

export const pipelineChoices = ["microBatches", "schedule", "recompute", "swap"] as const;

/** Most micro-batches of a device by default. */
const A_DEVICE = 4;

export function defaultSettings(chain: LayerChain, deviceCount: number): PipelineSettings {
  const most = Math.min(microBatchLimit(chain.scenario.graph), A_DEVICE * deviceCount);
  return {
    microBatches: 2 ** Math.floor(Math.log2(most)),
    schedule: { name: "1f1b" },
    recompute: null,
    swap: null,
  };
}

/** Throws one sentence where a choice is none. */
export function pipelineSettings(
  id: string,
  chain: LayerChain,
  before: PipelineSettings,
  given: PipelineChoices,
): PipelineSettings {
  const { microBatches = before.microBatches, schedule = before.schedule } = given;
  const most = microBatchLimit(chain.scenario.graph);
  if (!Number.isInteger(microBatches) || microBatches < 1 || microBatches > most)
    throw new InputError(`${id}: microBatches is ${shown(microBatches)}, expected 1..${most}.`);
  const recompute = flagsOf(id, "recompute", chain, given.recompute, before.recompute);
  const swap = flagsOf(id, "swap", chain, given.swap, before.swap);
  const { cluster } = chain.scenario;
  if (swap !== null && !cluster.devices.some(isCpu))
    throw new InputError(
      `${id}: swap needs a CPU, whose memory the layers wait in; "${cluster.name}" has none.`,
    );
  const both = recompute?.findIndex((flag, layer) => flag === 1 && swap?.[layer] === 1) ?? -1;
  if (both !== -1)
    throw new InputError(`${id}: layer ${both} is both recomputed and swapped, expected one of them.`);
  return { microBatches, schedule: scheduleChoice(id, schedule), recompute, swap };
}

function scheduleChoice(id: string, given: unknown): ScheduleChoice {
  const choice = (typeof given === "string" ? { name: given } : given) as ScheduleChoice | null;
  if (typeof choice?.name !== "string")
    throw new InputError(`${id}: schedule is ${shown(given)}, expected a name, or an object with one.`);
  const { name, ...options } = choice;
  scheduleOf(name).options(options);
  return structuredClone(choice);
}

function flagsOf(
  id: string,
  name: string,
  { count }: LayerChain,
  given: PipelineChoices["recompute"],
  before: readonly number[] | null,
): readonly number[] | null {
  if (given === undefined) return before;
  if (given === null || given === false) return null;
  if (given === true) return Array.from({ length: count }, () => 1);
  const flags = typeof given === "object" ? Array.from(given) : [];
  if (flags.length === count && flags.every((flag) => flag === 0 || flag === 1))
    return flags.includes(1) ? flags : null;
  throw new InputError(
    `${id}: ${name} is ${shown(given)}, expected true, false, or 0 or 1 for each of ${count} layers.`,
  );
}

/** The flags as `planOfLayers` wants them. */
export const markedLayers = ({ recompute, swap }: PipelineSettings) => ({
  ...(recompute !== null && { recomputedLayers: Uint8Array.from(recompute) }),
  ...(swap !== null && { swappedLayers: Uint8Array.from(swap) }),
});

/** Why the schedule of an episode does not suit some stages, null where it does. */
export const refusalOfStages = (
  { scenario }: LayerChain,
  { schedule, microBatches }: PipelineSettings,
  stages: readonly PipelineStage[],
): string | null => refusalOfSchedule(schedule, shapeOf(scenario.cluster, { stages, microBatches }));

/** The accelerators that can run every layer, those of one type after those of another. */
export function usableDevices({ types, layerOf, scenario: { graph, cluster } }: LayerChain): number[] {
  const canRun = (kind: string) =>
    layerOf.every((layer, v) => layer === HOST_STAGE || kindsOf(graph, v)?.includes(kind) !== false);
  return types.flatMap(({ devices }) => (canRun(cluster.devices[devices[0]].kind) ? devices : []));
}

/** Checks a list of devices that stages may have; throws one sentence. */
export function checkDevices(
  id: string,
  { scenario }: LayerChain,
  usable: readonly number[],
  devices: unknown,
): asserts devices is readonly number[] {
  if (!Array.isArray(devices) || devices.length === 0)
    throw new InputError(`${id}: the devices are ${shown(devices)}, expected a list of device numbers.`);
  const wrong = devices.find((d) => !usable.includes(d));
  if (wrong !== undefined)
    throw new InputError(
      `${id}: the devices hold ${shown(wrong)}, expected accelerators of "${scenario.cluster.name}" that run every layer: ${usable.join(", ")}.`,
    );
  const twice = devices.find((d, i) => devices.indexOf(d) !== i);
  if (twice !== undefined) throw new InputError(`${id}: the devices hold ${twice} twice.`);
}
