/**
 * Scores of plans that are one group move away from a plan. A plan that is asked about a second
 * time as the start of a move is recorded. From then on its neighbours cost only what the move
 * changes. Everything else, and every plan that may not fit in memory, needs a full evaluation. A
 * plan that may not fit is not recorded either, since few of its neighbours surely fit. The numbers
 * always equal those of a full evaluation.
 */
import { allowedDevices } from "../../model/cluster/allowed-devices.ts";
import { type Placement, placement } from "../../model/plan/placement.ts";
import { checkMove, movedPlan } from "../evaluator/move.ts";
import type { Compiled } from "./compile.ts";
import { canSimulateMoves, createIncrementalEngine, type IncrementalEngine } from "./incremental.ts";

export interface Neighbour {
  readonly makespanUs: number;
  /** The moved plan; the caller owns it. */
  readonly planOf: () => Placement;
}

/** `plan` with one group on `device`, or null where only a full evaluation can tell. */
export type NeighbourOf = (plan: Placement, group: number, device: number) => Neighbour | null;

export function createNeighbours(
  compiled: Compiled,
  fitsSurely: (device: Int32Array) => boolean,
): NeighbourOf {
  const { scenario, opCount, deviceCount } = compiled;
  const { memberStart, members } = scenario.grouping;
  if (!canSimulateMoves(compiled)) return () => null;
  let engine: IncrementalEngine | undefined;
  const allowed = allowedDevices(scenario);
  const moved = new Int32Array(opCount);
  let asked = placement([]);
  let isRecorded = false;
  let mayBeRecorded = false;

  return (plan, group, device) => {
    if (plan.opPriority !== undefined || plan.device.length !== opCount) return null;
    checkMove(scenario, group);
    const isDevice = Number.isInteger(device) && device >= 0 && device < deviceCount;
    if (!isDevice || allowed[group * deviceCount + device] !== 1) return null;
    if (!isSame(plan.device, asked.device)) {
      asked = placement(plan.device);
      isRecorded = false;
      mayBeRecorded = fitsSurely(asked.device);
      return null;
    }
    if (!mayBeRecorded) return null;
    engine ??= createIncrementalEngine(compiled);
    if (!isRecorded) {
      engine.record(asked.device);
      moved.set(asked.device);
    }
    isRecorded = true;
    const ops = members.subarray(memberStart[group], memberStart[group + 1]);
    for (const v of ops) moved[v] = device;
    const makespanUs = fitsSurely(moved) ? engine.move(ops, device) : null;
    for (const v of ops) moved[v] = asked.device[v];
    if (makespanUs === null) return null;
    const from = asked;
    return { makespanUs, planOf: () => movedPlan(scenario, from, group, device) };
  };
}

function isSame(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
