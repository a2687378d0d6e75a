/**
 * The released planner of DAPPLE (Fan et al., PPoPP 2021; AlibabaPAI/DAPPLE): all the plans that it
 * scores, and the best of them.
 *
 *   dp           for each size from 2 to G the least bottleneck, in floor(G / size) copies
 *   straight     the same with one device for each stage of a copy: sizes 2 (where G is even) and G
 *   bipartition  of all cuts in two and device counts the plan with the best score
 *
 * Plain data parallelism is not among them; see `dataParallelSpeedup`. Memory is never checked.
 */
import { type DeviceSet, deviceSet, transferTime } from "./machines.ts";
import { releasedChoices } from "./released-placements.ts";
import { releasedBottleneck } from "./released-program.ts";
import {
  cutBytes,
  type DappleCase,
  type ReleasedStage,
  releasedSpeedup,
  stageTime,
} from "./released-score.ts";

export interface ReleasedPlan {
  readonly kind: "dp" | "straight" | "bipartition";
  /** Devices of a copy; null for a bipartition. */
  readonly size: number | null;
  readonly copies: number;
  readonly speedup: number;
  readonly stages: readonly ReleasedStage[];
  /** The same stages on other devices with the same score; the released code may take any. */
  readonly tied: readonly (readonly ReleasedStage[])[];
}

/** Straight pipelines for which there are too few states are left out. */
export function releasedPlans(given: DappleCase): ReleasedPlan[] {
  const deviceCount = given.ends[given.ends.length - 1];
  const sizes = Array.from({ length: Math.max(0, deviceCount - 1) }, (_, i) => i + 2);
  const straight = deviceCount > 2 && deviceCount % 2 === 0 ? [2, deviceCount] : [deviceCount];
  const plans = [
    ...sizes.map((size) => planOfSize(given, size, "dp")),
    ...straight.map((size) => planOfSize(given, size, "straight")),
    bipartition(given),
  ];
  return plans.filter((plan) => plan !== null);
}

/** The plan with the best score, the last of several; null without plans. */
export const bestReleased = (plans: readonly ReleasedPlan[]): ReleasedPlan | null =>
  plans.reduce<ReleasedPlan | null>(
    (best, plan) => (best === null || plan.speedup >= best.speedup ? plan : best),
    null,
  );

function planOfSize(given: DappleCase, size: number, kind: "dp" | "straight"): ReleasedPlan | null {
  const copies = Math.floor(given.ends[given.ends.length - 1] / size);
  const found = releasedBottleneck(given, { size, copies, isStraight: kind === "straight" });
  if (found === null) return null;
  const speedup = releasedSpeedup(given, found.stages, found.block, copies);
  return { kind, size, copies, speedup, stages: found.stages, tied: [] };
}

/**
 * The released code takes the last of several best plans. It tries the device sets of the three
 * policies in the order of a hash map, so that chance decides among those with equal scores.
 */
function bipartition(given: DappleCase): ReleasedPlan | null {
  const last = given.profile.count - 1;
  const pairs = pairsOfSets(given.ends);
  let best: ReleasedPlan | null = null;
  for (let cut = 0; cut < last; cut++)
    for (const [from, to] of pairs) {
      const block = Math.max(
        stageTime(given, 0, cut) / from.devices.length,
        stageTime(given, cut + 1, last) / to.devices.length,
        transferTime(from, to, cutBytes(given, cut), given.links),
      );
      const stages = [
        { first: 0, last: cut + 1, replicas: from.devices.length, on: from },
        { first: cut + 1, last, replicas: to.devices.length, on: to },
      ];
      const speedup = releasedSpeedup(given, stages, block, 1);
      if (best !== null && speedup < best.speedup) continue;
      const tied: readonly (readonly ReleasedStage[])[] =
        best === null ? [] : tiesWith(best, speedup, stages);
      best = { kind: "bipartition", size: null, copies: 1, speedup, stages, tied };
    }
  return best;
}

/** The best plan so far and its ties, where the next one is the same on other devices. */
function tiesWith({ speedup, stages, tied }: ReleasedPlan, next: number, others: readonly ReleasedStage[]) {
  const isSame = ({ first, replicas }: ReleasedStage, i: number) =>
    first === others[i].first && replicas === others[i].replicas;
  return next === speedup && stages.every(isSame) ? [...tied, stages] : [];
}

/** All devices in two sets, by the number of devices of the first one. */
function pairsOfSets(ends: readonly number[]): [DeviceSet, DeviceSet][] {
  const deviceCount = ends[ends.length - 1];
  const empty = "0".repeat(deviceCount);
  const pairs: [DeviceSet, DeviceSet][] = [];
  for (let need = 1; need < deviceCount; need++)
    for (const one of releasedChoices(ends, empty, need))
      for (const other of releasedChoices(ends, one.occupied, deviceCount - need))
        pairs.push([deviceSet(one.devices, ends), deviceSet(other.devices, ends)]);
  return pairs;
}
