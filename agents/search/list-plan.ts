/**
 * Turns a list scheduler into a planner's run: schedule, replay in the simulator, and where that shows a device over its
 * limit, schedule again with another share of the outputs reserved.
 *
 * Where ops move in groups, two schedules compete: one op by op, where the first op of a group decides for all of it, and one of whole
 * groups (schedule-groups.ts), whose ops are then put in order on the devices found. Each is replayed twice, its placement alone and
 * with its order, because an order that waits for late inputs loses where transfers queue. So each reservation costs at most two
 * evaluations, or four with groups; the best plan stays.
 *
 * Ends with the best schedule's own makespan as the estimate, or with one sentence on why no plan fits.
 */
import { type MeteredEvaluator, type Plan, placement } from "../../env/index.ts";
import type { PlannerReport } from "../contract.ts";
import type { Choices } from "./choices.ts";
import { groupProblem, pinned } from "./schedule-groups.ts";
import { prioritiesOf } from "./schedule-order.ts";
import type { ListScheduler, NoRoom, Schedule, ScheduleProblem } from "./schedule-problem.ts";
import { scheduleProblemOf } from "./schedule-scenario.ts";

export interface ListMethod {
  /** A schedule, or null where the method has none for a problem of this size. */
  readonly schedule: (
    problem: ScheduleProblem,
  ) => Schedule | NoRoom | null | Promise<Schedule | NoRoom | null>;
  /** Schedules ops whose devices are decided; default `schedule`. */
  readonly ordering: ListScheduler;
  /** Whether whole groups are scheduled too. */
  readonly levels: "ops" | "ops and groups";
  /** Shares of all outputs to reserve, tried in this order until a plan fits. */
  readonly outputShares: readonly number[];
}

export const outputSharesUpwards: readonly number[] = [0, 0.25, 0.5, 0.75, 1];

/** A list method that is nothing but a scheduler. */
export const listMethod = (schedule: ListScheduler): ListMethod => ({
  schedule,
  ordering: schedule,
  levels: "ops and groups",
  outputShares: outputSharesUpwards,
});

export async function* planByList(
  choices: Choices,
  evaluator: MeteredEvaluator,
  method: ListMethod,
): AsyncGenerator<Plan, PlannerReport | undefined> {
  const { graph, objective } = choices.scenario;
  let best = { cost: Number.POSITIVE_INFINITY, estimate: 0 };
  let failure: string | undefined;
  for (const share of method.outputShares) {
    let fits = false;
    for await (const answer of schedulesOf(scheduleProblemOf(choices, share), method)) {
      if ("taskWithoutRoom" in answer) {
        failure ??= `No device has room for the group of op "${graph.names[answer.taskWithoutRoom]}" with ${100 * share}% of all outputs kept.`;
        continue;
      }
      for (const plan of plansOf(choices, answer)) {
        const { cost, feasible } = evaluator.evaluate(plan);
        fits ||= feasible;
        if (cost >= best.cost) continue;
        best = { cost, estimate: answer.makespanUs };
        yield plan;
      }
    }
    if (fits) return objective === "makespan" ? { estimate: best.estimate } : undefined;
  }
  if (best.cost === Number.POSITIVE_INFINITY)
    return { failure: failure ?? "The graph is too large for this method." };
  return {
    failure: "Every schedule is over a memory limit in the simulator, however many outputs are kept.",
  };
}

/** The schedules that compete under one reservation. */
async function* schedulesOf(problem: ScheduleProblem, method: ListMethod): AsyncGenerator<Schedule | NoRoom> {
  const byOp = await method.schedule(problem);
  if (byOp !== null) yield byOp;
  const groups = method.levels === "ops" ? null : groupProblem(problem);
  const byGroup = groups === null ? null : await method.schedule(groups.problem);
  if (groups === null || byGroup === null) return;
  if ("taskWithoutRoom" in byGroup) {
    yield { taskWithoutRoom: groups.firstTask[byGroup.taskWithoutRoom] };
    return;
  }
  const device = groups.partOf.map((part) => byGroup.device[part]);
  yield method.ordering(pinned(problem, device));
}

/** The placement alone and, where the objective has an order, with the schedule's own. */
function plansOf({ scenario }: Choices, { device, order }: Schedule): Plan[] {
  const alone = placement(device);
  const isSimulated = scenario.objective === "makespan" || scenario.objective === "peak-memory";
  return isSimulated ? [alone, { ...alone, opPriority: prioritiesOf(order) }] : [alone];
}
