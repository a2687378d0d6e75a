/**
 * Repair of a schedule that does not fit the memory, for the planners that place greedily (m-TOPO,
 * m-ETF, m-SCT). Ours; no paper has it. What the groups would keep on their devices is packed
 * first, the largest first, each on the device of the schedule where that is possible. All packings
 * are tried in that order, up to a number of steps, with ever fewer outputs reserved. Then the
 * simulator has its say: single groups and pairs move while that brings the sum of all excess down.
 *
 * Costs one evaluation for each packing and each move that is tried.
 */
import type { Placement } from "../../env/model/plan/placement.ts";
import type { Outcome } from "../../env/sim/evaluator/contract.ts";
import type { MeteredEvaluator } from "../../env/sim/evaluator/meter.ts";
import { memoryLimits } from "../../env/sim/objectives/memory-limits.ts";
import { type Choices, planOf } from "../problems/choices.ts";
import { onOneDevice } from "../problems/constructions.ts";
import { reservations } from "../problems/schedule/scenario.ts";

export interface Repaired {
  /** Null where no plan was found that fits. */
  readonly plan: Placement | null;
  /** Groups that are not on the schedule's device. */
  readonly moved: number;
}

const SHARES: readonly number[] = [1, 0.75, 0.5, 0.25, 0];
/** Groups that one packing may place before it is given up. */
const MOST_STEPS = 200_000;
/** Each group that is being placed is a call within the one before. */
const MOST_GROUPS = 4_000;
/** Moves and exchanges that are evaluated. */
const MOST_MOVES = 5_000;

/** `device` of each op in the schedule, null where there is none. */
export function* repairedPlan(
  choices: Choices,
  evaluator: MeteredEvaluator,
  device: Int32Array | null,
): Generator<Placement, Repaired> {
  const wanted = device === null ? onOneDevice(choices, choices.devices[0]) : groupDevices(choices, device);
  const movedBy = (groupDevice: Int32Array) => groupDevice.filter((d, group) => d !== wanted[group]).length;
  let least: { readonly groupDevice: Int32Array; readonly excess: number } | null = null;
  const tried = new Set<string>();
  for (const share of SHARES) {
    const packed = packing(choices, share, wanted);
    if (packed === null || tried.has(packed.join())) continue;
    tried.add(packed.join());
    const plan = planOf(choices, packed);
    const outcome = evaluator.evaluate(plan);
    if (outcome.feasible) {
      yield plan;
      return { plan, moved: movedBy(packed) };
    }
    const excess = excessOf(choices, outcome);
    if (least === null || excess < least.excess) least = { groupDevice: packed, excess };
  }
  const groupDevice = (least?.groupDevice ?? wanted).slice();
  const plan = descend(choices, evaluator, groupDevice);
  if (plan !== null) yield plan;
  return { plan, moved: movedBy(groupDevice) };
}

function groupDevices({ scenario, legal }: Choices, device: Int32Array): Int32Array {
  const { memberStart, members } = scenario.grouping;
  return Int32Array.from(legal, (devices, group) => {
    const d = device[members[memberStart[group]]];
    return devices.includes(d) ? d : devices[0];
  });
}

/** Null where no packing was found. */
function packing(choices: Choices, outputShare: number, wanted: Int32Array): Int32Array | null {
  const { legal, scenario } = choices;
  const { setBytes, limitBytes } = reservations(scenario, outputShare);
  if (legal.length > MOST_GROUPS) return null;
  const areAlike = legal.every(({ length }) => length === choices.devices.length);
  const order = [...legal.keys()].sort((a, b) => setBytes[b] - setBytes[a] || a - b);
  const freeBytes = limitBytes.slice();
  const found = wanted.slice();
  let steps = 0;
  const place = (position: number): boolean => {
    if (position === order.length) return true;
    const group = order[position];
    const others = legal[group].filter((d) => d !== wanted[group]);
    // Of devices with the same room only the first is tried, where all can run all groups.
    const rooms = new Set<number>();
    for (const d of [wanted[group], ...others]) {
      if (++steps > MOST_STEPS) return false;
      if (setBytes[group] > freeBytes[d] || (areAlike && rooms.has(freeBytes[d]))) continue;
      rooms.add(freeBytes[d]);
      const before = freeBytes[d];
      freeBytes[d] -= setBytes[group];
      found[group] = d;
      if (place(position + 1)) return true;
      freeBytes[d] = before;
    }
    return false;
  };
  return place(0) ? found : null;
}

function excessOf({ scenario }: Choices, { peakBytes }: Outcome): number {
  const limits = memoryLimits(scenario);
  return limits.reduce((sum, limit, d) => sum + Math.max(0, peakBytes[d] - limit), 0);
}

/** Changes `groupDevice` to a plan that fits, if moves and exchanges lead to one. */
function descend(choices: Choices, evaluator: MeteredEvaluator, groupDevice: Int32Array): Placement | null {
  let moves = 0;
  const score = () => {
    moves++;
    const outcome = evaluator.evaluate(planOf(choices, groupDevice));
    return outcome.feasible ? 0 : Math.max(excessOf(choices, outcome), Number.MIN_VALUE);
  };
  let excess = score();
  /** Makes the change where it brings the excess down. */
  const improves = (groups: readonly number[], devices: readonly number[]): boolean => {
    const before = groups.map((group) => groupDevice[group]);
    groups.forEach((group, i) => {
      groupDevice[group] = devices[i];
    });
    const next = score();
    if (next < excess) {
      excess = next;
      return true;
    }
    groups.forEach((group, i) => {
      groupDevice[group] = before[i];
    });
    return false;
  };
  for (let improved = true; improved && excess > 0; ) {
    improved = false;
    for (const [groups, devices] of changesOf(choices, groupDevice)) {
      if (moves >= MOST_MOVES || excess === 0) break;
      improved = improves(groups, devices) || improved;
    }
    if (moves >= MOST_MOVES) break;
  }
  return excess === 0 ? planOf(choices, groupDevice) : null;
}

/** Each group to each other device, then each pair that exchanges devices. */
function* changesOf({ legal }: Choices, groupDevice: Int32Array): Generator<[number[], number[]]> {
  for (const [group, devices] of legal.entries())
    for (const d of devices) if (d !== groupDevice[group]) yield [[group], [d]];
  for (const [a, devices] of legal.entries())
    for (let b = a + 1; b < legal.length; b++) {
      const [from, to] = [groupDevice[a], groupDevice[b]];
      if (from !== to && devices.includes(to) && legal[b].includes(from))
        yield [
          [a, b],
          [to, from],
        ];
    }
}
