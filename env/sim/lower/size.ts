/**
 * How many tasks a pipeline plan is lowered to. A ring of n replicas takes 2 n (n - 1) of them, in
 * every round. So without a flush hundreds of replicas soon exceed what the engine's memory holds.
 */
import { InputError } from "../../model/errors.ts";
import type { PipelinePlan } from "../../model/plan/pipeline.ts";
import type { LaidSchedule } from "./lowering.ts";
import { roundCount } from "./updates/rounds.ts";

/** The engine has 4 GiB of memory, and a task takes some 300 bytes of it. */
export const MOST_TASKS = 8_000_000;

/** Thrown for plans of more tasks. */
export class PlanTooLarge extends InputError {}

/** At least as many as there are, swaps not counted. */
export function mostTasksOf(plan: PipelinePlan, laid: LaidSchedule): number {
  const total = plan.microBatches * laid.iterations;
  return plan.stages.reduce((sum, { devices, share }, stage) => {
    const count = devices.length;
    const runs = (share === "split" ? count : 1) * total * PHASES;
    return sum + runs + roundCount({ plan, laid }, stage) * count * (ENDS + 2 * (count - 1));
  }, total);
}

/** Forward, recomputation, backward, and weight gradients. */
const PHASES = 4;
/** The update, and a first and a last task of a sum. */
const ENDS = 3;

/** Throws one sentence where a plan has too many tasks. `ranks`: of a replica, at most. */
export function checkSize(plan: PipelinePlan, laid: LaidSchedule, ranks = 1): void {
  const count = ranks * mostTasksOf(plan, laid);
  if (count <= MOST_TASKS) return;
  const widest = Math.max(...plan.stages.map(({ devices }) => devices.length));
  throw new PlanTooLarge(
    `The pipeline has up to ${count.toLocaleString("en")} tasks under the schedule ${plan.schedule.name}, ` +
      `with ${widest} replicas in a stage; at most ${MOST_TASKS.toLocaleString("en")} are simulated.`,
  );
}
