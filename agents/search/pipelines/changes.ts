/**
 * Small changes of a pipeline plan, drawn at random. A cut shifts, a device goes to another stage,
 * a stage is divided, or two become one. Two stages exchange their devices. Recomputation,
 * micro-batches or the schedule change.
 *
 * Where tensors can be divided, stages get other numbers of tensor ranks, and the state of the
 * optimizer is divided or not. A stage keeps its family as its devices change.
 */

import { familyOf, insideOf, PLAIN, type StageFamily } from "../../../env/model/layers/stage-families.ts";
import type { LayerStage, StagePlan } from "../../../env/model/layers/stage-plan.ts";
import { isHybrid, sharedOtherwise } from "../../../env/model/plan/inside.ts";
import type { Rng } from "../../../env/model/rng.ts";
import { MOST_ZERO_RANKS } from "./tensor-grid.ts";

export interface ChangeLimits {
  /** Numbers of micro-batches that may be drawn, ascending. */
  readonly microBatchNumbers: readonly number[];
  /** Names of schedules that may be drawn. */
  readonly schedules: readonly string[];
  /** Numbers of tensor ranks that a replica may have, 1 first; 1 alone for no meshes inside. */
  readonly degrees: readonly number[];
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

/** What is drawn besides where tensors can be divided. */
const hybridChanges: readonly Change[] = [
  ...changes,
  changeDegree,
  changeDegree,
  toggleZero,
  (plan, rng, limits) => changeAll(changeDegree, plan, rng, limits),
  (plan, rng, limits) => changeAll(toggleZero, plan, rng, limits),
  (plan, rng, limits) => changeAll(toggleRecompute, plan, rng, limits),
];

const MOST_TRIES = 50;

/** Null where no change was possible in many tries. */
export function changedPlan(plan: StagePlan, rng: Rng, limits: ChangeLimits): StagePlan | null {
  const drawn = limits.degrees.length > 1 ? hybridChanges : changes;
  for (let i = 0; i < MOST_TRIES; i++) {
    const changed = drawn[rng.int(drawn.length)](plan, rng, limits);
    if (changed !== null && (!isHybrid(changed) || sharedOtherwise(changed.stages) === null)) return changed;
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

/** The stage on other devices, divided as before; null where it cannot be. */
function onDevices(
  stage: LayerStage,
  devices: readonly number[],
  family = familyIn(stage),
): LayerStage | null {
  if (devices.length === 0 || devices.length % family.tensor !== 0) return null;
  if (family.zero && devices.length > MOST_ZERO_RANKS) return null;
  const { inside: _, ...rest } = stage;
  const inside = insideOf(family, devices.length);
  return { ...rest, devices, ...(inside !== null && { inside }) };
}

const familyIn = (stage: LayerStage): StageFamily => familyOf(stage) ?? PLAIN;

const replacedIn = (
  plan: StagePlan,
  changed: readonly (readonly [number, LayerStage | null])[],
): StagePlan | null => {
  const stages = [...plan.stages];
  for (const [at, stage] of changed) {
    if (stage === null) return null;
    stages[at] = stage;
  }
  return withStages(plan, stages);
};

const byNumber = (devices: readonly number[]): number[] => [...devices].sort((a, b) => a - b);

/** A replica of one stage goes to another stage; as many as make whole replicas there. */
function moveDevice(plan: StagePlan, rng: Rng): StagePlan | null {
  const { stages } = plan;
  const from = rng.int(stages.length);
  const to = rng.int(stages.length);
  const { devices } = stages[from];
  const count = Math.max(familyIn(stages[from]).tensor, familyIn(stages[to]).tensor);
  if (from === to || devices.length < 2 * count) return null;
  const first = rng.int(Math.floor(devices.length / count)) * count;
  const moved = devices.slice(first, first + count);
  if (moved.some((device) => stages[to].devices.includes(device))) return null;
  const left = devices.filter((_, i) => i < first || i >= first + count);
  return replacedIn(plan, [
    [from, onDevices(stages[from], left)],
    [to, onDevices(stages[to], byNumber([...stages[to].devices, ...moved]))],
  ]);
}

function divideStage(plan: StagePlan, rng: Rng): StagePlan | null {
  const { stages } = plan;
  const s = rng.int(stages.length);
  const { from, to, devices } = stages[s];
  const { tensor } = familyIn(stages[s]);
  const replicas = devices.length / tensor;
  if (replicas < 2 || to - from < 2) return null;
  const cut = from + 1 + rng.int(to - from - 1);
  const half = tensor * (1 + rng.int(replicas - 1));
  const [before, after] = [devices.slice(0, half), devices.slice(half)].map((own) =>
    onDevices(stages[s], own),
  );
  if (before === null || after === null) return null;
  return withStages(plan, [
    ...stages.slice(0, s),
    { ...before, to: cut },
    { ...after, from: cut },
    ...stages.slice(s + 1),
  ]);
}

function joinStages(plan: StagePlan, rng: Rng): StagePlan | null {
  const { stages } = plan;
  if (stages.length < 2) return null;
  const s = rng.int(stages.length - 1);
  const devices = byNumber([...new Set([...stages[s].devices, ...stages[s + 1].devices])]);
  const joined = onDevices({ ...stages[s], to: stages[s + 1].to }, devices);
  return joined && withStages(plan, [...stages.slice(0, s), joined, ...stages.slice(s + 2)]);
}

function exchangeDevices(plan: StagePlan, rng: Rng): StagePlan | null {
  const { stages } = plan;
  const [one, other] = [rng.int(stages.length), rng.int(stages.length)];
  if (one === other) return null;
  return replacedIn(plan, [
    [one, onDevices(stages[one], stages[other].devices, familyIn(stages[other]))],
    [other, onDevices(stages[other], stages[one].devices, familyIn(stages[one]))],
  ]);
}

/** Twice or half the tensor ranks, and half or twice the replicas. */
function changeDegree(plan: StagePlan, rng: Rng, { degrees }: ChangeLimits): StagePlan | null {
  const s = rng.int(plan.stages.length);
  const stage = plan.stages[s];
  const family = familyIn(stage);
  const at = degrees.indexOf(family.tensor) + (rng.int(2) === 0 ? 1 : -1);
  if (at < 0 || at >= degrees.length) return null;
  return replacedIn(plan, [[s, onDevices(stage, stage.devices, { ...family, tensor: degrees[at] })]]);
}

function toggleZero(plan: StagePlan, rng: Rng): StagePlan | null {
  const s = rng.int(plan.stages.length);
  const stage = plan.stages[s];
  const family = familyIn(stage);
  if (stage.devices.length === family.tensor || stage.share !== "split") return null;
  return replacedIn(plan, [[s, onDevices(stage, stage.devices, { ...family, zero: !family.zero })]]);
}

/** A change of one stage, and all stages treated as that one is then. */
function changeAll(change: Change, plan: StagePlan, rng: Rng, limits: ChangeLimits): StagePlan | null {
  const one = change(plan, rng, limits);
  const s = one?.stages.findIndex((stage, at) => stage !== plan.stages[at]) ?? -1;
  if (one === null || s === -1) return null;
  const { recompute } = one.stages[s];
  const family = familyIn(one.stages[s]);
  const changed = plan.stages.map((stage, at): readonly [number, LayerStage | null] => {
    const { zero } = family;
    const own = { ...family, zero: zero && stage.share === "split" && stage.devices.length > family.tensor };
    return [at, onDevices({ ...stage, recompute: recompute === true }, stage.devices, own)];
  });
  return replacedIn(plan, changed);
}

function toggleRecompute(plan: StagePlan, rng: Rng): StagePlan | null {
  const s = rng.int(plan.stages.length);
  const stage = plan.stages[s];
  return replacedIn(plan, [[s, { ...stage, recompute: stage.recompute !== true }]]);
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
