/**
 * The `makespan` objective: time of one training step in us by the event engine, and whether every device's peak memory
 * fits. Compiles the scenario once; each evaluation is one run of the engine.
 */
import type { Plan } from "../model/plan.ts";
import { validatePlan } from "../model/plan.ts";
import type { Scenario } from "../model/scenario.ts";
import { makespanBound, makespanCeilingUs } from "./bounds.ts";
import { type Compiled, compile } from "./compile.ts";
import { createEngine, type Engine } from "./engine.ts";
import type { Evaluator, Outcome, Violation } from "./evaluator.ts";
import { movedPlan } from "./move.ts";
import { outputPeakBytes } from "./output-memory.ts";

export function createMakespanEvaluator(scenario: Scenario): Evaluator {
  const compiled = compile(scenario);
  const engine = createEngine(compiled);
  const ceiling = makespanCeilingUs(compiled);
  const bound = makespanBound(compiled);

  const evaluator: Evaluator = {
    scenario,
    unit: "us",
    ceiling,
    evaluate(plan) {
      validatePlan(scenario, plan);
      return outcomeOf(compiled, engine, plan, engine.run(plan.device), ceiling);
    },
    batch: (plans) => plans.map((plan) => evaluator.evaluate(plan)),
    move: (plan, group, device) => evaluator.evaluate(movedPlan(scenario, plan, group, device)),
    bound: () => bound,
  };
  return evaluator;
}

function outcomeOf(
  compiled: Compiled,
  engine: Engine,
  plan: Plan,
  makespanUs: number,
  ceiling: number,
): Outcome {
  const peakBytes = peaksOfLastRun(compiled, engine, plan.device);
  const violation = memoryViolation(compiled, peakBytes, engine.peakOp);
  if (violation === null)
    return { feasible: true, value: makespanUs, cost: makespanUs, violation, peakBytes };
  return { feasible: false, value: null, cost: penalisedCost(ceiling, violation), violation, peakBytes };
}

/** The finite cost of a plan that does not fit; above every feasible one's, and higher the more it exceeds the limit. */
export function penalisedCost(ceiling: number, { excessBytes, limitBytes }: Violation): number {
  return ceiling * (1 + Math.min(1, excessBytes / limitBytes));
}

export function peaksOfLastRun(compiled: Compiled, engine: Engine, device: Int32Array): Float64Array {
  return compiled.fidelity.memory === "training"
    ? engine.peakBytes.slice()
    : outputPeakBytes(compiled, device, engine.startUs);
}

/** The device furthest over its memory limit, or null where every device fits. */
export function memoryViolation(
  compiled: Compiled,
  peakBytes: Float64Array,
  peakOp: Int32Array,
): Violation | null {
  if (compiled.fidelity.memory === "outputs-only") return null;
  let worst: Violation | null = null;
  compiled.scenario.cluster.devices.forEach(({ memoryBytes }, device) => {
    const excessBytes = peakBytes[device] - memoryBytes;
    if (excessBytes > (worst?.excessBytes ?? 0))
      worst = {
        device,
        peakBytes: peakBytes[device],
        limitBytes: memoryBytes,
        excessBytes,
        op: peakOp[device],
      };
  });
  return worst;
}
