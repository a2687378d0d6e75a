/**
 * The `makespan` objective: time of one training step in us by the event engine, and whether every device's peak memory
 * fits. Compiles the scenario once; each evaluation is one run of the engine.
 */
import type { Plan } from "../model/plan.ts";
import { validatePlan } from "../model/plan.ts";
import type { Scenario } from "../model/scenario.ts";
import { boundsOnce } from "./bounds/best.ts";
import { makespanCeilingUs } from "./bounds/ceiling.ts";
import { makespanBounds } from "./bounds/makespan.ts";
import { type Compiled, compile } from "./compile.ts";
import { createEngine, type Engine } from "./engine.ts";
import type { Evaluator, Outcome, Violation } from "./evaluator.ts";
import { type Peaks, peakLimits, trainingPeaks } from "./memory.ts";
import { movedPlan } from "./move.ts";
import { createNeighbours } from "./neighbours.ts";
import { outputPeaks } from "./output-memory.ts";

export function createMakespanEvaluator(scenario: Scenario): Evaluator {
  const compiled = compile(scenario);
  const engine = createEngine(compiled);
  const ceiling = makespanCeilingUs(compiled);

  const neighbour = createNeighbours(compiled, (device) => !mayExceedMemory(compiled, device));

  const evaluator: Evaluator = {
    scenario,
    unit: "us",
    ceiling,
    evaluate(plan) {
      validatePlan(scenario, plan);
      return outcomeOf(compiled, engine, plan, engine.run(plan.device, plan.opPriority), ceiling);
    },
    batch: (plans) => plans.map((plan) => evaluator.evaluate(plan)),
    move(plan, group, device) {
      const makespanUs = neighbour(plan, group, device);
      const moved = movedPlan(scenario, plan, group, device);
      if (makespanUs === null) return evaluator.evaluate(moved);
      const score = { feasible: true, value: makespanUs, cost: makespanUs, violation: null };
      return withDetails(score, compiled, engine, moved);
    },
    ...boundsOnce(() => makespanBounds(compiled)),
  };
  return evaluator;
}

/** The outcome of the plan that the engine has just run. */
function outcomeOf(
  compiled: Compiled,
  engine: Engine,
  plan: Plan,
  makespanUs: number,
  ceiling: number,
): Outcome {
  const startUs = engine.startUs.slice();
  const violation = mayExceedMemory(compiled, plan.device)
    ? memoryViolation(compiled, trainingPeaks(compiled, engine, plan.device))
    : null;
  const score =
    violation === null
      ? { feasible: true, value: makespanUs, cost: makespanUs }
      : { feasible: false, value: null, cost: penalisedCost(ceiling, violation) };
  return withDetails({ ...score, violation }, compiled, engine, plan, startUs);
}

/** Adds what few callers ask for, computed when they do by running a copy of the plan again: peak memory, start times. */
function withDetails(
  score: Omit<Outcome, "peakBytes" | "startUs">,
  compiled: Compiled,
  engine: Engine,
  plan: Plan,
  knownStartUs?: Float64Array,
): Outcome {
  const device = plan.device.slice();
  const opPriority = plan.opPriority?.slice();
  let startUs = knownStartUs;
  let peakBytes: Float64Array | undefined;
  return {
    ...score,
    get startUs() {
      if (startUs !== undefined) return startUs;
      engine.run(device, opPriority);
      startUs = engine.startUs.slice();
      return startUs;
    },
    get peakBytes() {
      if (peakBytes !== undefined) return peakBytes;
      engine.run(device, opPriority);
      peakBytes = peaksOfLastRun(compiled, engine, device).bytes;
      return peakBytes;
    },
  };
}

/** The finite cost of a plan that does not fit; above every feasible one's, and higher the more it exceeds the limit. */
export function penalisedCost(ceiling: number, { excessBytes, limitBytes }: Violation): number {
  return ceiling * (1 + Math.min(1, excessBytes / limitBytes));
}

export function peaksOfLastRun(compiled: Compiled, engine: Engine, device: Int32Array): Peaks {
  return compiled.fidelity.memory === "training"
    ? trainingPeaks(compiled, engine, device)
    : outputPeaks(compiled, engine, device);
}

/** The device furthest over its memory limit, or null where every device fits. */
export function memoryViolation(compiled: Compiled, peaks: Peaks): Violation | null {
  if (compiled.fidelity.memory === "outputs-only") return null;
  let worst: Violation | null = null;
  compiled.scenario.cluster.devices.forEach(({ memoryBytes: limitBytes }, device) => {
    const peakBytes = peaks.bytes[device];
    const excessBytes = peakBytes - limitBytes;
    if (excessBytes > (worst?.excessBytes ?? 0))
      worst = { device, peakBytes, limitBytes, excessBytes, op: peaks.op[device] };
  });
  return worst;
}

/** Most plans fit so clearly that nobody needs to know when which tensor lives. */
function mayExceedMemory(compiled: Compiled, device: Int32Array): boolean {
  if (compiled.fidelity.memory === "outputs-only") return false;
  const limits = peakLimits(compiled, device);
  return compiled.scenario.cluster.devices.some(({ memoryBytes }, d) => limits[d] > memoryBytes);
}
