import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluator, metered, type Outcome, placement, testScenario } from "../../../../env/index.ts";
import { scoredAhead, scoreOf } from "../../../../env/sim/evaluator/scored-ahead.ts";
import { drawn } from "../../../law-runs.ts";

const graph = "a 10 10B\nb 20 20B <- a\nc 30 20B <- a\nd 5 10B <- b c\ne 7 <- d";
const OPS = 5;
const objectives = ["makespan", "max-load", "latency", "peak-memory", "iteration"] as const;

const deviceOf = fc.array(fc.nat(1), { minLength: OPS, maxLength: OPS });
const stepsOf = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant("evaluate" as const), device: deviceOf, isAhead: fc.boolean() }),
    fc.record({ do: fc.constant("move" as const), device: deviceOf, group: fc.nat(OPS - 1) }),
    fc.record({
      do: fc.constant("read" as const),
      which: fc.nat(30),
      what: fc.constantFrom("startUs" as const, "peakBytes" as const),
    }),
  ),
  { maxLength: 25 },
);
type Steps = typeof stepsOf extends fc.Arbitrary<infer S> ? S : never;

/** What a method sees that takes the steps, and what it was charged after each. */
function seen(objective: (typeof objectives)[number], steps: Steps, usesScores: boolean): unknown[] {
  const scenario = testScenario({ graph, objective });
  const elsewhere = evaluator(scenario);
  const { evaluator: inner, keep } = scoredAhead(evaluator(scenario));
  const meter = metered(usesScores ? inner : evaluator(scenario), {});
  const outcomes: Outcome[] = [];
  return steps.map((step) => {
    if (step.do === "read") {
      const outcome = outcomes[step.which % Math.max(1, outcomes.length)];
      return [outcome === undefined ? null : Array.from(outcome[step.what] ?? []), meter.simulations];
    }
    const plan = placement(step.device);
    if (step.do === "evaluate" && step.isAhead && usesScores)
      keep([plan], [scoreOf(elsewhere.evaluate(plan))]);
    const outcome =
      step.do === "evaluate"
        ? meter.evaluate(plan)
        : meter.around(plan)!.move(step.group, 1 - step.device[step.group]);
    outcomes.push(outcome);
    return [scoreOf(outcome), meter.simulations, meter.best?.plan];
  });
}

describe("an evaluator with scores of other processes", () => {
  test.each(objectives)("says and charges the same as one without, under %s", (objective) => {
    fc.assert(
      fc.property(stepsOf, (steps) => {
        expect(seen(objective, steps, true)).toEqual(seen(objective, steps, false));
      }),
      { numRuns: drawn(100) },
    );
  });

  test("takes the score that it is given, once, and runs no plan that it knows", () => {
    const scenario = testScenario({ graph });
    let runs = 0;
    const real = evaluator(scenario);
    const { evaluator: ahead, keep } = scoredAhead(
      Object.create(real, {
        evaluate: {
          value: (plan: Parameters<typeof real.evaluate>[0]) => {
            runs++;
            return real.evaluate(plan);
          },
        },
      }),
    );
    const plans = [placement([0, 0, 0, 0, 0]), placement([0, 1, 0, 1, 0]), placement([1, 1, 0, 1, 0])];
    keep(
      plans,
      plans.map((plan, i) => (i === 1 ? null : scoreOf(evaluator(scenario).evaluate(plan)))),
    );
    const costs = ahead.batch(plans).map(({ cost }) => cost);
    expect(runs).toBe(1);
    expect(costs).toEqual(plans.map((plan) => evaluator(scenario).evaluate(plan).cost));
    ahead.evaluate(plans[0]);
    expect(runs).toBe(2);
  });
});
