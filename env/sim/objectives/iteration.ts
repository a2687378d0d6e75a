/**
 * The objectives `iteration`, the time of one batch in us, and `throughput`, the same for each
 * sample. Plans of every kind have both, so that they meet in one table.
 *
 * A placement runs the batch as a whole: its value is that of `makespan`. Pipelines and shardings
 * are lowered to tasks of the same engine (env/sim/lower). The value of a pipeline without a flush
 * is the time from batch to batch in the steady state.
 */
import { InputError } from "../../model/errors.ts";
import type { Plan } from "../../model/plan/plan.ts";
import type { Scenario } from "../../model/scenario.ts";
import { boundsOnce, EVERY_KIND } from "../bounds/best.ts";
import { hybridCeilingUs } from "../bounds/hybrid-ceiling.ts";
import { iterationBounds } from "../bounds/iteration.ts";
import { shardingCeilingUs } from "../bounds/sharding-ceiling.ts";
import { checkAccepted } from "../evaluator/accepted.ts";
import type { Evaluator, Outcome } from "../evaluator/contract.ts";
import { penalisedCost } from "../evaluator/penalty.ts";
import { createPipelineRunner } from "../lower/run.ts";
import { createShardingRunner } from "../lower/sharding/run.ts";
import { loweredOutcomes } from "./lowered-outcomes.ts";
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
  // That of hybrids is never below that of other pipelines.
  const ceiling = Math.max(hybridCeilingUs(scenario), shardingCeilingUs(scenario)) / samples;
  const pipelines = loweredOutcomes(createPipelineRunner(scenario), { ceiling, samples });
  const shardings = loweredOutcomes(createShardingRunner(scenario), { ceiling, samples });

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

  const evaluate = (plan: Plan): Outcome => {
    checkAccepted(scenario, EVERY_KIND, plan);
    if (plan.kind === "placement") return ofPlacement(placements.evaluate(plan));
    return plan.kind === "pipeline" ? pipelines.of(plan) : shardings.of(plan);
  };

  return {
    scenario,
    unit: "us",
    accepts: EVERY_KIND,
    ceiling,
    get reruns() {
      return placements.reruns + pipelines.reruns + shardings.reruns;
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
