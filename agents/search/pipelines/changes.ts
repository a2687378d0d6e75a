/**
 * Small changes of a pipeline plan, drawn at random. A cut shifts, a device goes to another stage,
 * a stage is divided, or two become one. Two stages exchange their devices. Recomputation,
 * micro-batches or the schedule change.
 */

import type { LayerStage, StagePlan } from "../../../env/model/layers/stage-plan.ts";
import type { Rng } from "../../../env/model/rng.ts";

export interface ChangeLimits {
  /** Numbers of micro-batches that may be drawn, ascending. */
  readonly microBatchNumbers: readonly number[];
  /** Names of schedules that may be drawn. */
  readonly schedules: readonly string[];
}

/** A changed copy, or null where the drawn change is not possible. */
type Change = (plan: StagePlan, rng: Rng, limits: ChangeLimits) => StagePlan | null;

/** Cuts are shifted most often, since they decide most. */
const changes: readonly Change[] = [
  shiftCut,
  shiftCut,
  shiftCut,
  moveDevice,
  moveDevice,
  divideStage,
  joinStages,
  exchangeDevices,
  toggleRecompute,
  changeMicroBatches,
  changeSchedule,
];

const MOST_TRIES = 50;

/** Null where no change was possible in many tries. */
export function changedPlan(plan: StagePlan, rng: Rng, limits: ChangeLimits): StagePlan | null {
  for (let i = 0; i < MOST_TRIES; i++) {
    const changed = changes[rng.int(changes.length)](plan, rng, limits);
    if (changed !== null) return changed;
  }
  return null;
}

const withStages = (plan: StagePlan, stages: readonly LayerStage[]): StagePlan => ({ ...plan, stages });

function shiftCut(plan: StagePlan, rng: Rng): StagePlan | null {
  const { stages } = plan;
  if (stages.length < 2) return null;
  const s = rng.int(stages.length - 1);
  const [before, after] = [stages[s], stages[s + 1]];
  const step = 1 << rng.int(4);
  const cut = before.to + (rng.int(2) === 0 ? step : -step);
  if (cut <= before.from || cut >= after.to) return null;
  return withStages(plan, [
    ...stages.slice(0, s),
    { ...before, to: cut },
    { ...after, from: cut },
    ...stages.slice(s + 2),
  ]);
}

/** A replica of one stage goes to another stage. */
function moveDevice(plan: StagePlan, rng: Rng): StagePlan | null {
  const { stages } = plan;
  const from = rng.int(stages.length);
  const to = rng.int(stages.length);
  const { devices } = stages[from];
  if (from === to || devices.length < 2) return null;
  const device = devices[rng.int(devices.length)];
  if (stages[to].devices.includes(device)) return null;
  return withStages(
    plan,
    stages.map((stage, s) => {
      if (s === from) return { ...stage, devices: devices.filter((d) => d !== device) };
      return s === to ? { ...stage, devices: [...stage.devices, device].sort((a, b) => a - b) } : stage;
    }),
  );
}

function divideStage(plan: StagePlan, rng: Rng): StagePlan | null {
  const { stages } = plan;
  const s = rng.int(stages.length);
  const { from, to, devices } = stages[s];
  if (devices.length < 2 || to - from < 2) return null;
  const cut = from + 1 + rng.int(to - from - 1);
  const half = 1 + rng.int(devices.length - 1);
  return withStages(plan, [
    ...stages.slice(0, s),
    { ...stages[s], to: cut, devices: devices.slice(0, half) },
    { ...stages[s], from: cut, devices: devices.slice(half) },
    ...stages.slice(s + 1),
  ]);
}

function joinStages(plan: StagePlan, rng: Rng): StagePlan | null {
  const { stages } = plan;
  if (stages.length < 2) return null;
  const s = rng.int(stages.length - 1);
  const devices = [...new Set([...stages[s].devices, ...stages[s + 1].devices])].sort((a, b) => a - b);
  return withStages(plan, [
    ...stages.slice(0, s),
    { ...stages[s], to: stages[s + 1].to, devices },
    ...stages.slice(s + 2),
  ]);
}

function exchangeDevices(plan: StagePlan, rng: Rng): StagePlan | null {
  const { stages } = plan;
  const [one, other] = [rng.int(stages.length), rng.int(stages.length)];
  if (one === other) return null;
  return withStages(
    plan,
    stages.map((stage, s) => {
      if (s === one) return { ...stage, devices: stages[other].devices };
      return s === other ? { ...stage, devices: stages[one].devices } : stage;
    }),
  );
}

function toggleRecompute(plan: StagePlan, rng: Rng): StagePlan | null {
  const s = rng.int(plan.stages.length);
  return withStages(
    plan,
    plan.stages.map((stage, at) => (at === s ? { ...stage, recompute: stage.recompute !== true } : stage)),
  );
}

/** Twice or half as many, or the next number below or above. */
function changeMicroBatches(
  plan: StagePlan,
  rng: Rng,
  { microBatchNumbers }: ChangeLimits,
): StagePlan | null {
  const { microBatches } = plan;
  const below = microBatchNumbers.findLast((number) => number < microBatches);
  const above = microBatchNumbers.find((number) => number > microBatches);
  const next = [microBatches * 2, microBatches / 2, above, below][rng.int(4)];
  return next === undefined || !microBatchNumbers.includes(next) ? null : { ...plan, microBatches: next };
}

function changeSchedule(plan: StagePlan, rng: Rng, { schedules }: ChangeLimits): StagePlan | null {
  const name = schedules[rng.int(schedules.length)];
  return name === plan.schedule.name ? null : { ...plan, schedule: { name } };
}
