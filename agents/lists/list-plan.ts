/**
 * Turns a list scheduler into a planner's run. It makes a schedule, and the simulator replays it.
 * Where a device is over its limit, it schedules again with another share of the outputs reserved.
 * By default (`plain`) that is all: one schedule op by op, as its paper makes it. `all` is the best
 * of several plans, which no paper compares under its name:
 *
 *   - the placement alone and with the schedule's order. An order that waits for late inputs loses
 *     where transfers queue;
 *   - where ops move in groups, a schedule of whole groups (schedule/groups.ts), because the first
 *     op of a group says little about the rest. Their ops are then ordered on the devices found;
 *   - longer delays, where the best replay takes longer than its schedule. Then transfers queue,
 *     which the scheduler does not model. Groups (or ops) are scheduled with every delay 2, 4 and 8
 *     times as long, and ordered at the true delays.
 *
 * So a reservation costs at most 2 evaluations, or 4 with groups, and once 6 more. A method may
 * repair a plan that does not fit (memory-repair.ts). The estimate is the makespan of the best
 * plan's schedule. Without a plan, one sentence says why none fits.
 */

import { z } from "zod";
import { type Placement, placement } from "../../env/model/plan/placement.ts";
import type { MeteredEvaluator } from "../../env/sim/evaluator/meter.ts";
import { objectiveOf } from "../../env/sim/objectives/evaluator.ts";
import type { PlannerReport } from "../contract.ts";
import { yieldEvery } from "../event-loop.ts";
import type { Choices } from "../problems/choices.ts";
import { type GroupProblem, groupProblem, pinned, slowedDown } from "../problems/schedule/groups.ts";
import { prioritiesOf } from "../problems/schedule/order.ts";
import type { ListScheduler, NoCapacity, Schedule, ScheduleProblem } from "../problems/schedule/problem.ts";
import { scheduleProblemOf } from "../problems/schedule/scenario.ts";
import { repairedPlan } from "./memory-repair.ts";

export type Answer = Schedule | NoCapacity;

export interface ListMethod {
  /** A schedule, or null where the method has none for a problem of this size. */
  readonly schedule: (problem: ScheduleProblem) => Answer | null | Promise<Answer | null>;
  /** Schedules ops whose devices are decided. */
  readonly ordering: ListScheduler;
  /** Whether whole groups are scheduled too. */
  readonly levels: "ops" | "ops and groups";
  /** By how much delays may be lengthened. */
  readonly slowdowns: readonly number[];
  /** Shares of all outputs to reserve, tried in this order until a plan fits. */
  readonly outputShares: readonly number[];
  /** What the paper's answer is: devices with an order of ops, or devices alone. */
  readonly published: "ordered" | "placement";
  /** Whether a schedule that does not fit is repaired. */
  readonly repairs: boolean;
}

export const variantsOption = z
  .enum(["plain", "placement", "ordered", "all"])
  .default("plain")
  .describe(
    "plain: one schedule, as its paper makes it. placement: its devices alone. ordered: devices and order. all: also schedules of whole groups and, where transfers queue, with longer delays; the best plan is kept.",
  );
export type Variants = z.infer<typeof variantsOption>;

export const outputSharesUpwards: readonly number[] = [0, 0.25, 0.5, 0.75, 1];

/** A list method that is only a scheduler, for a network without contention. */
export const listMethod = (schedule: ListScheduler): ListMethod => ({
  schedule,
  ordering: schedule,
  levels: "ops and groups",
  slowdowns: [2, 4, 8],
  outputShares: outputSharesUpwards,
  published: "ordered",
  repairs: false,
});

export async function* planByList(
  choices: Choices,
  evaluator: MeteredEvaluator,
  method: ListMethod,
  variants: Variants,
): AsyncGenerator<Placement, PlannerReport | undefined> {
  const { graph, objective } = choices.scenario;
  let best = { cost: Number.POSITIVE_INFINITY, estimate: 0 };
  let fits = false;
  let failure: string | undefined;
  const yieldNow = yieldEvery(1);
  async function* tryAll(answer: Answer, share: number): AsyncGenerator<Placement, void> {
    await yieldNow();
    if ("taskWithoutCapacity" in answer) {
      failure ??= `No device has room for the group of op "${graph.names[answer.taskWithoutCapacity]}" with ${100 * share}% of all outputs kept.`;
      return;
    }
    for (const plan of plansOf(choices, answer, variants === "plain" ? method.published : variants)) {
      const { cost, feasible } = evaluator.evaluate(plan);
      fits ||= feasible;
      if (cost >= best.cost) continue;
      best = { cost, estimate: answer.makespanUs };
      yield plan;
    }
  }
  for (const share of method.outputShares) {
    const problem = scheduleProblemOf(choices, share, evaluator);
    const byOp = await method.schedule(problem);
    if (byOp !== null) yield* tryAll(byOp, share);
    // A graph that is too large for the method op by op is scheduled by groups alone.
    const byGroups = variants === "all" || byOp === null;
    const groups = byGroups && method.levels === "ops and groups" ? groupProblem(problem) : null;
    if (groups !== null) {
      const byGroup = await scheduleCoarsely(problem, groups, method);
      if (byGroup !== null) yield* tryAll(byGroup, share);
    }
    if (!fits) continue;
    const queues = variants === "all" && objective === "makespan" && best.cost > best.estimate;
    for (const factor of queues ? method.slowdowns : []) {
      const slower = groupProblem(slowedDown(problem, factor)) ?? opsAsGroups(slowedDown(problem, factor));
      const answer = await scheduleCoarsely(problem, slower, method);
      if (answer !== null) yield* tryAll(answer, share);
    }
    return objective === "makespan"
      ? { estimate: { value: best.estimate, unit: "us", model: "end of the list schedule" } }
      : undefined;
  }
  const wasScheduled = failure !== undefined || best.cost < Number.POSITIVE_INFINITY;
  if (method.repairs && wasScheduled) {
    const unlimited = await scheduleWithoutLimits(choices, evaluator, method);
    const { plan, moved } = yield* repairedPlan(choices, evaluator, unlimited);
    if (plan !== null) return { facts: [{ name: "groups moved to fit the memory", value: moved }] };
  }
  if (best.cost === Number.POSITIVE_INFINITY)
    return { failure: failure ?? "The graph is too large for this method." };
  return {
    failure: "Every schedule is over a memory limit in the simulator, however many outputs are kept.",
  };
}

/** The devices that the method would choose if memory were no limit; null where it has none. */
async function scheduleWithoutLimits(
  choices: Choices,
  evaluator: MeteredEvaluator,
  { schedule }: ListMethod,
): Promise<Int32Array | null> {
  const problem = scheduleProblemOf(choices, 0, evaluator);
  const limitBytes = problem.limitBytes.map(() => Number.POSITIVE_INFINITY);
  const answer = await schedule({ ...problem, limitBytes });
  return answer === null || "taskWithoutCapacity" in answer ? null : answer.device;
}

/** Devices from a schedule of `coarse`, then an order of the ops on them. */
async function scheduleCoarsely(
  problem: ScheduleProblem,
  coarse: GroupProblem,
  { schedule, ordering }: ListMethod,
): Promise<Answer | null> {
  const answer = await schedule(coarse.problem);
  if (answer === null) return null;
  if ("taskWithoutCapacity" in answer)
    return { taskWithoutCapacity: coarse.firstTask[answer.taskWithoutCapacity] };
  const device = coarse.partOf.map((part) => answer.device[part]);
  return ordering(pinned(problem, device));
}

function opsAsGroups(problem: ScheduleProblem): GroupProblem {
  const tasks = Int32Array.from({ length: problem.tasks.opCount }, (_, task) => task);
  return { problem, partOf: tasks, firstTask: tasks };
}

/** The placement alone and, where the objective has an order, with the schedule's own. */
function plansOf(
  { scenario }: Choices,
  { device, order }: Schedule,
  variants: Exclude<Variants, "plain">,
): Placement[] {
  const alone = placement(device);
  if (variants === "placement" || !objectiveOf(scenario).keepsOrder) return [alone];
  const ordered = { ...alone, opPriority: prioritiesOf(order) };
  return variants === "ordered" ? [ordered] : [alone, ordered];
}
