/**
 * The rules of `Pipeline/Cuts-v1`: its settings, the stages that actions make, and which actions
 * are legal.
 *
 * After every legal action the *plain end* is a valid plan. It puts all layers that are left in one
 * last stage. So an episode can always go on: by the plain end at the latest.
 */
import { InputError } from "../../model/errors.ts";
import type { LayerChain } from "../../model/layers/layer-chain.ts";
import type { LayerStage } from "../../model/layers/stage-plan.ts";
import { type PipelineStage, type Share, shares } from "../../model/plan/pipeline.ts";
import { shown } from "../options.ts";
import {
  checkDevices,
  type PipelineChoices,
  type PipelineSettings,
  pipelineSettings,
  refusalOfStages,
} from "./settings.ts";

const lastStages = ["chosen", "rest"] as const;

export interface CutSettings extends PipelineSettings {
  /** How the replicas of every stage share micro-batches. */
  readonly share: Share;
  /** Devices in the order in which stages take them. */
  readonly devices: readonly number[];
  /** Whether the last stage has the replicas that are chosen, or all that are left. */
  readonly lastStage: (typeof lastStages)[number];
  /** The devices of all stages, in place of free replicas; null for free ones. */
  readonly stages: readonly PipelineStage[] | null;
}

export interface CutChoices extends PipelineChoices {
  /** Default `split`. */
  readonly share?: Share;
  /** Default all accelerators that can run every layer, those of one type after another. */
  readonly devices?: readonly number[];
  /** Default `chosen`. */
  readonly lastStage?: CutSettings["lastStage"];
  /** Default null. Stages may share devices, as those of interleaved schedules do. */
  readonly stages?: readonly PipelineStage[] | null;
}

export const cutChoices = ["share", "devices", "lastStage", "stages"] as const;

/** What the rules need of an env. */
export interface CutWorld {
  readonly id: string;
  readonly chain: LayerChain;
  readonly usable: readonly number[];
}

/** Throws one sentence where a choice is none, or where the schedule refuses the plain end. */
export function cutSettings(world: CutWorld, before: CutSettings, given: CutChoices): CutSettings {
  const { id, chain, usable } = world;
  const { share = before.share, devices = before.devices } = given;
  const { lastStage = before.lastStage, stages = before.stages } = given;
  if (!shares.includes(share))
    throw new InputError(`${id}: share is ${shown(share)}, expected ${shares.join(" or ")}.`);
  if (!lastStages.includes(lastStage))
    throw new InputError(`${id}: lastStage is ${shown(lastStage)}, expected ${lastStages.join(" or ")}.`);
  checkDevices(id, chain, usable, devices);
  const fixed = stages === null ? null : fixedStages(world, stages);
  const settings: CutSettings = {
    ...pipelineSettings(id, chain, before, given),
    share,
    devices: [...devices],
    lastStage,
    stages: fixed,
  };
  const refusal = refusalOfStages(chain, settings, plainEnd(chain, settings, NO_STAGES));
  if (refusal === null) return settings;
  const hint = fixed === null ? " The option stages fixes the devices of all stages." : "";
  throw new InputError(`${id}: ${refusal}${hint}`);
}

function fixedStages({ id, chain, usable }: CutWorld, stages: unknown): readonly PipelineStage[] {
  if (!Array.isArray(stages) || stages.length === 0 || stages.length > chain.count)
    throw new InputError(
      `${id}: stages is ${shown(stages)}, expected a list of 1..${chain.count} stages, such as { devices: [0], share: "split" }.`,
    );
  return stages.map((stage: Partial<PipelineStage> | null) => {
    checkDevices(id, chain, usable, stage?.devices);
    const { devices, share = "split" } = stage as PipelineStage;
    if (!shares.includes(share))
      throw new InputError(`${id}: share is ${shown(share)}, expected ${shares.join(" or ")}.`);
    return { devices: [...devices], share };
  });
}

/** The stages that are closed, and the first layer of the open one. */
export interface CutProgress {
  readonly closed: readonly LayerStage[];
  readonly openFrom: number;
}

export const NO_STAGES: CutProgress = { closed: [], openFrom: 0 };

/**
 * All stages, where the layers that are left make one last stage. It has one replica, or all that
 * are left with `lastStage: "rest"`. Of fixed stages, the open one takes all layers but one for
 * each later stage.
 */
export function plainEnd(
  { count }: LayerChain,
  settings: CutSettings,
  { closed, openFrom }: CutProgress,
): LayerStage[] {
  if (openFrom === count) return [...closed];
  const { stages, share, lastStage } = settings;
  if (stages === null) {
    const left = devicesLeft(settings, closed);
    const devices = lastStage === "rest" ? left : left.slice(0, 1);
    return [...closed, { from: openFrom, to: count, devices, share }];
  }
  const later = stages.slice(closed.length);
  const from = (i: number) => (i === 0 ? openFrom : count - later.length + i);
  return [...closed, ...later.map((stage, i) => ({ ...stage, from: from(i), to: from(i + 1) }))];
}

/** Devices that no closed stage has. With fixed stages they are those of the stages not closed. */
export function devicesLeft({ stages, devices }: CutSettings, closed: readonly LayerStage[]): number[] {
  if (stages !== null) return [...new Set(stages.slice(closed.length).flatMap((stage) => stage.devices))];
  return devices.slice(closed.reduce((sum, stage) => sum + stage.devices.length, 0));
}

/** Progress after a cut behind the layer `current`. Pre: there are as many devices left. */
export function afterCut(
  settings: CutSettings,
  { closed, openFrom }: CutProgress,
  current: number,
  replicas: number,
): CutProgress {
  const { stages, share } = settings;
  const stage =
    stages === null
      ? { devices: devicesLeft(settings, closed).slice(0, replicas), share }
      : stages[closed.length];
  return { closed: [...closed, { ...stage, from: openFrom, to: current + 1 }], openFrom: current + 1 };
}

/** May the layer after `current` be in the same stage? */
export function mayContinue(
  { count }: LayerChain,
  { stages }: CutSettings,
  { closed }: CutProgress,
  current: number,
): boolean {
  const laterStages = stages === null ? 0 : stages.length - closed.length - 1;
  return count - (current + 2) >= laterStages;
}

/** May the open stage end behind the layer `current` and have so many replicas? */
export function mayCut(
  chain: LayerChain,
  settings: CutSettings,
  progress: CutProgress,
  current: number,
  replicas: number,
): boolean {
  const { closed } = progress;
  const { stages, lastStage } = settings;
  const layersLeft = chain.count - (current + 1);
  if (stages !== null) {
    const laterStages = stages.length - closed.length - 1;
    const fits = laterStages === 0 ? layersLeft === 0 : layersLeft >= laterStages;
    return fits && replicas === stages[closed.length].devices.length;
  }
  const left = devicesLeft(settings, closed).length;
  if (replicas > (layersLeft === 0 ? left : left - 1)) return false;
  if (layersLeft === 0 && lastStage === "rest" && replicas !== left) return false;
  const after = afterCut(settings, progress, current, replicas);
  return refusalOfStages(chain, settings, plainEnd(chain, settings, after)) === null;
}
