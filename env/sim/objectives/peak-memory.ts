/**
 * The peak-memory objective: the largest peak of any device in bytes, by the event engine and the
 * memory rules of the fidelity. A device over its limit makes the plan infeasible, as for the
 * makespan.
 */
import type { Plan } from "../../model/plan/plan.ts";
import type { Scenario } from "../../model/scenario.ts";
import { PLACEMENTS } from "../bounds/best.ts";
import { peakCeilingBytes } from "../bounds/ceiling.ts";
import { peakMemoryBounds } from "../bounds/peak-memory.ts";
import { compile } from "../engine/compile.ts";
import { createEngine } from "../engine/engine.ts";
import { checkAccepted } from "../evaluator/accepted.ts";
import type { Evaluator, Outcome } from "../evaluator/contract.ts";
import { penalisedCost } from "../evaluator/penalty.ts";
import { createPeakMeter, memoryViolation } from "../memory/peaks.ts";
import { separateEvaluator } from "./separate-plans.ts";

export function createPeakMemoryEvaluator(scenario: Scenario): Evaluator {
  const compiled = compile(scenario);
  const engine = createEngine(compiled);
  const meter = createPeakMeter(compiled);
  const ceiling = peakCeilingBytes(compiled);
  const evaluate = (plan: Plan): Outcome => {
    checkAccepted(scenario, PLACEMENTS, plan);
    const { device, opPriority } = plan;
    engine.run(device, opPriority);
    const peaks = meter.peaks(engine, device);
    const startUs = engine.startUs.slice();
    const peakBytes = peaks.bytes;
    const violation = memoryViolation(compiled, peaks);
    if (violation !== null) {
      const cost = penalisedCost(ceiling, violation);
      return { feasible: false, value: null, cost, violation, peakBytes, startUs };
    }
    const value = peakBytes.reduce((largest, bytes) => Math.max(largest, bytes), 0);
    return { feasible: true, value, cost: value, violation: null, peakBytes, startUs };
  };
  const bounds = () => peakMemoryBounds(compiled);
  return separateEvaluator({ scenario, unit: "bytes", ceiling, evaluate, bounds });
}
