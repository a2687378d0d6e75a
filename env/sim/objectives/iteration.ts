/**
 * The objectives `iteration`, the time of one batch in us, and `throughput`, the same for each
 * sample. Placements and pipelines have both, so that they meet in one table.
 *
 * A placement runs the batch as a whole: its value is that of `makespan`. A pipeline is lowered to
 * tasks of the same engine (env/sim/lower). Without a flush its value is the time from batch to
 * batch in the steady state.
 */
import { InputError } from "../../model/errors.ts";
import type { PipelinePlan } from "../../model/plan/pipeline.ts";
import { copyPlan, type Plan } from "../../model/plan/plan.ts";
import type { Scenario } from "../../model/scenario.ts";
import { boundsOnce, EVERY_KIND } from "../bounds/best.ts";
import { iterationBounds } from "../bounds/iteration.ts";
import { pipelineCeilingUs } from "../bounds/pipeline-ceiling.ts";
import { checkAccepted } from "../evaluator/accepted.ts";
import type { Evaluator, Outcome } from "../evaluator/contract.ts";
import { penalisedCost } from "../evaluator/penalty.ts";
import { createPipelineRunner, type PipelineRun } from "../lower/run.ts";
import { createMakespanEvaluator } from "./makespan.ts";

export const createIterationEvaluator = (scenario: Scenario): Evaluator => perSamples(scenario, 1);

export function createThroughputEvaluator(scenario: Scenario): Evaluator {
  const { batch } = scenario.graph;
  if (batch !== null) return perSamples(scenario, batch);
  throw new InputError(
    `Scenario "${scenario.name}" does not say how many samples its batch has, which the objective throughput needs; take iteration.`,
  );
}

function perSamples(scenario: Scenario, samples: number): Evaluator {
  const placements = createMakespanEvaluator({ ...scenario, objective: "makespan" });
  const pipelines = createPipelineRunner(scenario);
  /** The plan that the runner ran last, and how often it has run again for an outcome. */
  let last: PipelinePlan | null = null;
  let pipelineReruns = 0;
  const ceiling = pipelineCeilingUs(scenario) / samples;

  /** The outcome of a placement, with this objective's value and penalty. */
  const ofPlacement = (outcome: Outcome): Outcome => ({
    feasible: outcome.feasible,
    value: outcome.value === null ? null : outcome.value / samples,
    cost: outcome.violation === null ? outcome.cost / samples : penalisedCost(ceiling, outcome.violation),
    violation: outcome.violation,
    get startUs() {
      return outcome.startUs;
    },
    get peakBytes() {
      return outcome.peakBytes;
    },
  });

  /** Peaks are worked out when they are asked for. */
  const ofPipeline = (plan: PipelinePlan): Outcome => {
    let run: PipelineRun | null = pipelines.run(plan);
    last = plan;
    const { violation } = run;
    const value = run.iterationUs / samples;
    let peakBytes: Float64Array | undefined;
    return {
      feasible: violation === null,
      value: violation === null ? value : null,
      cost: violation === null ? value : penalisedCost(ceiling, violation),
      violation,
      get peakBytes() {
        if (peakBytes !== undefined) return peakBytes;
        if (last !== plan || run === null) {
          run = pipelines.run(plan);
          last = plan;
          pipelineReruns++;
        }
        peakBytes = run.peakBytes;
        run = null;
        return peakBytes;
      },
    };
  };

  const evaluate = (plan: Plan): Outcome => {
    checkAccepted(scenario, EVERY_KIND, plan);
    return plan.kind === "placement" ? ofPlacement(placements.evaluate(plan)) : ofPipeline(copyPlan(plan));
  };

  return {
    scenario,
    unit: "us",
    accepts: EVERY_KIND,
    ceiling,
    get reruns() {
      return placements.reruns + pipelineReruns;
    },
    evaluate,
    batch: (plans) => plans.map(evaluate),
    around(plan) {
      const neighbours = placements.around(plan);
      return neighbours === null
        ? null
        : { move: (group, device) => ofPlacement(neighbours.move(group, device)) };
    },
    ...boundsOnce(EVERY_KIND, () => iterationBounds(scenario, placements.bounds(), samples)),
  };
}
