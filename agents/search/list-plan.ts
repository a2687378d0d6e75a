/**
 * Turns a list scheduler into a planner's run: schedule, replay in the simulator, and where that shows a device over its
 * limit, schedule again with more memory reserved for outputs. At most one evaluation for each reservation.
 *
 * Ends with the schedule's own makespan as the estimate, or with one sentence on why no plan fits.
 */
import { type MeteredEvaluator, type Plan, placement } from "../../env/index.ts";
import type { PlannerReport } from "../contract.ts";
import type { Choices } from "./choices.ts";
import type { ListScheduler } from "./schedule-problem.ts";
import { scheduleProblemOf } from "./schedule-scenario.ts";

/** Shares of all outputs to reserve, tried in this order until a plan fits. */
const outputShares: readonly number[] = [0, 0.25, 0.5, 0.75, 1];

export async function* planByList(
  choices: Choices,
  evaluator: MeteredEvaluator,
  schedule: ListScheduler,
): AsyncGenerator<Plan, PlannerReport | undefined> {
  const { graph, objective } = choices.scenario;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const share of outputShares) {
    const answer = schedule(scheduleProblemOf(choices, share));
    if ("taskWithoutRoom" in answer)
      return {
        failure: `No device has room for the group of op "${graph.names[answer.taskWithoutRoom]}" with ${100 * share}% of all outputs kept.`,
      };
    const plan = placement(answer.device);
    const outcome = evaluator.evaluate(plan);
    if (outcome.cost < bestCost) yield plan;
    if (outcome.feasible) return objective === "makespan" ? { estimate: answer.makespanUs } : undefined;
    bestCost = Math.min(bestCost, outcome.cost);
  }
  return { failure: "Every schedule is over a memory limit in the simulator, even with all outputs kept." };
}
