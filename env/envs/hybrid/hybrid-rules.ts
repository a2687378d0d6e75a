/**
 * The rules of `Hybrid/Plan-v1`: its settings, the treatments of a stage, and what is legal.
 *
 * After every legal action the *plain end* is a valid plan. It leaves the stage that was cut last
 * undivided, and puts all layers that are left in one last stage on one device. So an episode can
 * always go on.
 */
import { InputError } from "../../model/errors.ts";
import { Role } from "../../model/graph/graph.ts";
import type { LayerChain } from "../../model/layers/layer-chain.ts";
import { insideOf, type StageFamily } from "../../model/layers/stage-families.ts";
import type { LayerStage } from "../../model/layers/stage-plan.ts";
import { tensorRegions } from "../../model/layers/tensor-regions.ts";
import { leaderStages } from "../../model/plan/inside.ts";
import { microBatchLimit, type ScheduleChoice } from "../../model/plan/pipeline.ts";
import { refusalOfSchedule, scheduleOf, shapeOf } from "../../model/schedule/index.ts";
import { shown } from "../options.ts";
import { checkDevices } from "../pipeline/settings.ts";

export interface HybridSettings {
  /** Devices in the order in which stages take them. */
  readonly devices: readonly number[];
  /** What the first action chooses from, and the second. */
  readonly schedules: readonly ScheduleChoice[];
  readonly microBatches: readonly number[];
}

export interface HybridChoices {
  /** Default all accelerators that can run every layer, those of one type after another. */
  readonly devices?: readonly number[];
  /** Names, or with options of their own; default `1f1b`, `gpipe` and `zb-h1`. */
  readonly schedules?: readonly (string | ScheduleChoice)[];
  /** Default the powers of two up to 64 and the samples of the batch. */
  readonly microBatches?: readonly number[];
}

export const hybridChoices = ["devices", "schedules", "microBatches"] as const;

/** How a stage divides its work, and whether its forward ops are computed again. */
export interface Treatment extends StageFamily {
  readonly recompute: boolean;
}

export interface HybridWorld {
  readonly id: string;
  readonly chain: LayerChain;
  readonly usable: readonly number[];
  readonly treatments: readonly Treatment[];
  readonly actionCount: number;
}

const SCHEDULES = ["1f1b", "gpipe", "zb-h1"];
const MOST_MICRO_BATCHES = 64;

export function usualSettings(chain: LayerChain, usable: readonly number[]): HybridSettings {
  const most = Math.min(MOST_MICRO_BATCHES, microBatchLimit(chain.scenario.graph));
  const microBatches: number[] = [];
  for (let number = 1; number <= most; number *= 2) microBatches.push(number);
  return { devices: [...usable], schedules: SCHEDULES.map((name) => ({ name })), microBatches };
}

/** Plain first; only those that some stage of the graph can have. */
export function treatmentsOf({ scenario: { graph } }: LayerChain, deviceCount: number): Treatment[] {
  const [trains, updates] = [Role.backward, Role.update].map((role) => graph.role.includes(role));
  const mayDivide = graph.iterations?.some((own) => own !== null) === true && (updates || !trains);
  const degrees = [1];
  for (let degree = 2; mayDivide && degree <= deviceCount; degree *= 2)
    if (tensorRegions(graph, degree).closing.length > 0) degrees.push(degree);
  return degrees.flatMap((tensor) =>
    (mayDivide && updates ? [false, true] : [false]).flatMap((zero) =>
      [false, true].map((recompute) => ({ tensor, zero, recompute })),
    ),
  );
}

/** Throws one sentence where a choice is none. */
export function hybridSettings(
  { id, chain, usable, actionCount }: HybridWorld,
  before: HybridSettings,
  given: HybridChoices,
): HybridSettings {
  const {
    devices = before.devices,
    schedules = before.schedules,
    microBatches = before.microBatches,
  } = given;
  checkDevices(id, chain, usable, devices);
  for (const [name, list] of Object.entries({ schedules, microBatches }))
    if (!Array.isArray(list) || list.length === 0 || list.length > actionCount)
      throw new InputError(`${id}: ${name} is ${shown(list)}, expected a list of 1..${actionCount} choices.`);
  const most = microBatchLimit(chain.scenario.graph);
  const wrong = microBatches.find((number) => !Number.isInteger(number) || number < 1 || number > most);
  if (wrong !== undefined)
    throw new InputError(`${id}: microBatches has ${shown(wrong)}, expected numbers in 1..${most}.`);
  const settings = {
    devices: [...devices],
    schedules: schedules.map((schedule) => choiceOf(id, schedule)),
    microBatches: [...microBatches],
  };
  if (settings.schedules.some((_, schedule) => mayTakeSchedule(chain, settings, schedule))) return settings;
  throw new InputError(`${id}: ${refusalOf(chain, settings, 0, 0, plainEnd(chain, settings, []))}`);
}

function choiceOf(id: string, given: unknown): ScheduleChoice {
  const choice = (typeof given === "string" ? { name: given } : given) as ScheduleChoice | null;
  if (typeof choice?.name !== "string")
    throw new InputError(`${id}: schedules has ${shown(given)}, expected a name, or an object with one.`);
  const { name, ...options } = choice;
  scheduleOf(name).options(options);
  return structuredClone(choice);
}

/** Why a schedule does not suit stages, null where it does. */
export function refusalOf(
  { scenario }: LayerChain,
  { schedules, microBatches }: HybridSettings,
  schedule: number,
  number: number,
  stages: readonly LayerStage[],
): string | null {
  const shape = { stages: leaderStages(stages), microBatches: microBatches[number] };
  return refusalOfSchedule(schedules[schedule], shapeOf(scenario.cluster, shape));
}

/** May the episode begin with the schedule, with some number of micro-batches? */
export const mayTakeSchedule = (chain: LayerChain, settings: HybridSettings, schedule: number): boolean =>
  settings.microBatches.some(
    (_, number) => refusalOf(chain, settings, schedule, number, plainEnd(chain, settings, [])) === null,
  );

/** All stages, where the layers that are left make a last one on the next device. */
export function plainEnd(
  { count }: LayerChain,
  settings: HybridSettings,
  closed: readonly LayerStage[],
): LayerStage[] {
  const from = closed[closed.length - 1]?.to ?? 0;
  if (from === count) return [...closed];
  const [device] = devicesAfter(settings, closed);
  return [...closed, { from, to: count, devices: [device], share: "split" }];
}

/** Devices that no stage has, in their order. */
export const devicesAfter = ({ devices }: HybridSettings, closed: readonly LayerStage[]): readonly number[] =>
  devices.slice(closed.reduce((sum, stage) => sum + stage.devices.length, 0));

/** A stage under a treatment. Pre: its tensor ranks divide its devices. */
export function treated(stage: LayerStage, { tensor, zero, recompute }: Treatment): LayerStage {
  const { from, to, devices, share } = stage;
  const inside = insideOf({ tensor, zero }, devices.length);
  return { from, to, devices, share, recompute, ...(inside !== null && { inside }) };
}

/** May a stage on so many devices have the treatment, whatever the schedule says? */
export const suits = ({ tensor, zero }: Treatment, deviceCount: number): boolean =>
  deviceCount % tensor === 0 && (!zero || deviceCount > tensor);
