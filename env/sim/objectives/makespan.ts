/**
 * The `makespan` objective: time of one training step in us by the event engine, and whether every
 * device's peak memory fits. Compiles the scenario once; each evaluation is one run of the engine.
 */
import type { Placement } from "../../model/plan/placement.ts";
import { copyPlan } from "../../model/plan/plan.ts";
import type { Scenario } from "../../model/scenario.ts";
import { boundsOnce, PLACEMENTS } from "../bounds/best.ts";
import { makespanCeilingUs } from "../bounds/ceiling.ts";
import { makespanBounds } from "../bounds/makespan/bounds.ts";
import { compile } from "../engine/compile.ts";
import { createEngine, type Engine } from "../engine/engine.ts";
import { createNeighbours } from "../engine/neighbours.ts";
import { createReplayableRuns } from "../engine/replayable-runs.ts";
import { checkAccepted } from "../evaluator/accepted.ts";
import type { Evaluator, Outcome, Violation } from "../evaluator/contract.ts";
import { movedPlan } from "../evaluator/move.ts";
import { penalisedCost } from "../evaluator/penalty.ts";
import { createPeakMeter, type PeakMeter } from "../memory/peaks.ts";

export function createMakespanEvaluator(scenario: Scenario): Evaluator {
  const compiled = compile(scenario);
  const engine = createEngine(compiled);
  const runs = createReplayableRuns(engine);
  const meter = createPeakMeter(compiled);
  const ceiling = makespanCeilingUs(compiled);
  const neighbour = createNeighbours(compiled, meter.fitsSurely);
  const outcomeOf = outcomesOf(ceiling, meter);

  const evaluator: Evaluator = {
    scenario,
    unit: "us",
    accepts: PLACEMENTS,
    ceiling,
    get reruns() {
      return runs.reruns;
    },
    evaluate(plan): Outcome {
      checkAccepted(scenario, PLACEMENTS, plan);
      const makespanUs = runs.run(plan);
      const violation = meter.violation(engine, plan.device);
      const copy = copyPlan(plan);
      const planOf = () => copy;
      return outcomeOf(makespanUs, violation, planOf, runs.replayLast(planOf));
    },
    batch: (plans) => plans.map((plan) => evaluator.evaluate(plan)),
    around(plan) {
      if (plan.kind !== "placement") return null;
      return {
        move(group, device): Outcome {
          const moved = neighbour(plan, group, device);
          if (moved === null) return evaluator.evaluate(movedPlan(scenario, plan, group, device));
          const { makespanUs, planOf } = moved;
          return outcomeOf(makespanUs, null, planOf, runs.replayLater(planOf));
        },
      };
    },
    ...boundsOnce(PLACEMENTS, () => makespanBounds(compiled)),
  };
  return evaluator;
}

/** Makes the outcomes of runs. Start times and peaks are worked out when they are asked for. */
const outcomesOf =
  (ceiling: number, meter: PeakMeter) =>
  (makespanUs: number, violation: Violation | null, planOf: () => Placement, ran: () => Engine): Outcome => {
    let startUs: Float64Array | undefined;
    let peakBytes: Float64Array | undefined;
    return {
      feasible: violation === null,
      value: violation === null ? makespanUs : null,
      cost: violation === null ? makespanUs : penalisedCost(ceiling, violation),
      violation,
      get startUs(): Float64Array {
        startUs ??= ran().startUs.slice();
        return startUs;
      },
      get peakBytes(): Float64Array {
        peakBytes ??= meter.peaks(ran(), planOf().device).bytes;
        return peakBytes;
      },
    };
  };
