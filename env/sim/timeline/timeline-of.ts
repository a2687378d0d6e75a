/** The timeline of a plan as its scenario's objective measures time. */
import type { Plan } from "../../model/plan/plan.ts";
import type { Scenario } from "../../model/scenario.ts";
import { objectiveOf } from "../objectives/evaluator.ts";
import { simulateLatency } from "./latency-timeline.ts";
import { createSimulator, type Timeline } from "./timeline.ts";

/** Null where the objective has no times of ops: a max load is a sum for each device. */
export const timelineOf = (scenario: Scenario, plan: Plan): Timeline | null => timelinesOf(scenario)(plan);

/** For many plans of one scenario. */
export function timelinesOf(scenario: Scenario): (plan: Plan) => Timeline | null {
  const { figure, timing } = objectiveOf(scenario);
  if (figure === "loads") return () => null;
  // Of the formulas only latency says when an op runs.
  return timing === "engine" ? createSimulator(scenario) : (plan) => simulateLatency(scenario, plan);
}
