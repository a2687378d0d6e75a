/** A planner interrupted at random moments, and what it must answer then. */
import { expect } from "vitest";
import { type PlannerModule, traitsOf } from "../../../agents/contract.ts";
import { runMethod } from "../../../agents/run/run.ts";
import { createRng, evaluator, metered, type Rng, type Scenario, validatePlan } from "../../../env/index.ts";
import { machines } from "../../env/sim/lower/machines.ts";
import { shardedScenario } from "../../env/sim/lower/sharding/sharded.ts";
import { perceptron } from "../problems/sharding/labels/small-networks.ts";
import { tinyPipelines } from "../registry/tiny-pipelines.ts";
import { tinyScenarios } from "../registry/tiny-scenarios.ts";

/** Ends a search that evaluates only what is promising: the signal may wait for more than that. */
const MOST_SIMULATIONS = 4_000;

/** The signal comes before the run, or after an evaluation drawn from the first hundred. */
export async function interruptAtRandom(module: PlannerModule, scenario: Scenario, rng: Rng): Promise<void> {
  const interrupt = new AbortController();
  const lastEvaluation = rng.int(100);
  if (lastEvaluation === 0) interrupt.abort();
  const inner = evaluator(scenario);
  const meter = metered(
    inner,
    { simulations: MOST_SIMULATIONS },
    {
      signal: interrupt.signal,
      onEvaluation: ({ evaluations }) => {
        if (evaluations >= lastEvaluation) interrupt.abort();
      },
    },
  );
  const options = module.options.parse({});
  const { best, report } = await runMethod({ module, options, scenario, meter, rng: rng.child("run") });
  expect(meter.evaluations).toBeLessThanOrEqual(Math.max(1, lastEvaluation));
  if (best === null) {
    // It ended by itself, and says why.
    expect(report.failure).toMatch(/^[A-Z].*\.$/);
    return;
  }
  validatePlan(scenario, best.plan);
  expect(inner.evaluate(best.plan)).toEqual(best.outcome);
  expect(best.outcome.cost).toBeGreaterThanOrEqual(
    Math.max(meter.bound().value, report.bound?.value ?? 0) * (1 - 1e-9),
  );
  if (meter.refused === "stopped") expect(report.ended).toBe("clock");
}

/** Scenarios of an objective and with ops that it plans for. */
export function scenariosFor(module: PlannerModule): readonly Scenario[] {
  const { answers } = traitsOf(module);
  if (answers === "sharding") return tinyShardings;
  return answers === "pipeline" ? tinyPipelines : tinyScenarios;
}

const tinyShardings = [
  shardedScenario(perceptron([16, 32, 8], 8), machines([4])),
  shardedScenario(perceptron([64, 64], 4), machines([2, 2])),
];

export const interruptionRng = (module: PlannerModule): Rng =>
  createRng("interruption").child(module.card.id);
