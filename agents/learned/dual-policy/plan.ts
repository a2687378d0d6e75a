/**
 * The plan of a finished episode: devices, and where it is asked for the order of the ops.
 *
 * Where a task is an op, a device runs its ops as they were chosen. Where a task is a part of a
 * group, the ops are list-scheduled on their devices. Of those that can start first, the op whose
 * part was chosen first goes first, then the one with the longest path below. That schedule is one
 * more private pass.
 */
import type { Placement } from "../../../env/model/plan/placement.ts";
import { scheduleReady } from "../../lists/ready-list.ts";
import { pinned } from "../../problems/schedule/groups.ts";
import { prioritiesOf, startOrder } from "../../problems/schedule/order.ts";
import { upwardRanks } from "../../problems/schedule/problem.ts";
import type { Assignment } from "./assignment.ts";
import type { GrowingAssignment } from "./growing-assignment.ts";

type Placed = Pick<GrowingAssignment, "placed" | "device" | "startUs" | "endUs">;

/** Private passes of an episode and its plan, and the evaluation of the plan. */
export function simulationsOf({ problem, ofOps }: Assignment, keepsOrder: boolean): number {
  return 1 + problem.passShare + (keepsOrder && problem !== ofOps ? ofOps.passShare : 0);
}

export type PlanMaker = (placed: Placed) => Placement;

export function planMaker(assignment: Assignment, keepsOrder: boolean): PlanMaker {
  const { taskOf, problem, ofOps } = assignment;
  const deviceOf = ({ device }: Placed): Int32Array => taskOf.map((task) => device[task]);
  if (!keepsOrder) return (placed) => ({ kind: "placement", device: deviceOf(placed) });
  if (problem === ofOps)
    return (placed) => ({
      kind: "placement",
      device: deviceOf(placed),
      opPriority: prioritiesOf(startOrder(placed.placed, placed.startUs, placed.endUs)),
    });
  const level = upwardRanks(ofOps, { withDelays: true });
  return (placed) => {
    const device = deviceOf(placed);
    return { kind: "placement", device, opPriority: orderOfOps(assignment, placed, device, level) };
  };
}

function orderOfOps(
  { taskOf, ofOps }: Assignment,
  { placed }: Placed,
  device: Int32Array,
  level: Float64Array,
): Float64Array {
  const turn = new Int32Array(placed.length);
  placed.forEach((task, i) => {
    turn[task] = i;
  });
  const limitBytes = ofOps.limitBytes.map(() => Number.POSITIVE_INFINITY);
  const schedule = scheduleReady(
    { ...pinned(ofOps, device), limitBytes },
    {
      device: "earliest-start",
      goesBefore(op, us, other, otherUs) {
        if (us !== otherUs) return us < otherUs;
        const [own, others] = [turn[taskOf[op]], turn[taskOf[other]]];
        return own !== others ? own < others : level[op] > level[other];
      },
    },
  );
  // Without limits every device has room.
  if ("taskWithoutCapacity" in schedule) throw new Error("A schedule without memory limits found no room.");
  return prioritiesOf(schedule.order);
}
