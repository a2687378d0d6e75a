import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { choicesOf, planOf } from "../../../../agents/problems/choices.ts";
import { refine } from "../../../../agents/search/groups/coarse-to-fine.ts";
import { createRng, evaluator, metered, type Scenario, testScenario } from "../../../../env/index.ts";
import { drawn } from "../../../law-runs.ts";
import { randomMakespan } from "../../exact/random-makespan.ts";

async function refined(scenario: Scenario, evaluations: number, seed = 1) {
  const meter = metered(evaluator(scenario), { evaluations: evaluations + 1 });
  const choices = choicesOf(scenario, "all");
  const first = planOf(
    choices,
    choices.legal.map((devices) => devices[0]),
  );
  const firstCost = meter.evaluate(first).cost;
  const costs: number[] = [];
  const plans = refine(scenario, meter, createRng(seed), {
    coarsest: 2,
    most: evaluations,
    from: [],
    isDone: () => false,
  });
  for await (const plan of plans) costs.push(evaluator(scenario).evaluate(plan).cost);
  return { meter, firstCost, costs };
}

const chains = Array.from({ length: 4 }, (_, chain) =>
  Array.from({ length: 8 }, (_, v) => {
    const input = v === 0 ? "" : ` <- c${chain}o${v - 1}`;
    return `c${chain}o${v} ${5 + ((3 * v + chain) % 4)} 40B${input}`;
  }).join("\n"),
).join("\n");

describe("refinement from coarse to fine", () => {
  test("yields ever better plans with the costs that the evaluator gives, within its evaluations", async () => {
    await fc.assert(
      fc.asyncProperty(randomMakespan({ minOps: 5, maxOps: 9 }), async (scenario) => {
        const { meter, firstCost, costs } = await refined(scenario, 60);
        expect(meter.spent).toBeLessThanOrEqual(61);
        expect(meter.best!.outcome.cost).toBe(costs.at(-1) ?? firstCost);
        [firstCost, ...costs].reduce((before, cost) => {
          expect(cost).toBeLessThan(before);
          return cost;
        });
      }),
      { numRuns: drawn(100) },
    );
  });

  test("keeps ops of different kinds of device apart, whatever the coarsest level", async () => {
    const lines = Array.from({ length: 9 }, (_, v) => `op${v} 3${["", " kinds=F", " kinds=S"][v % 3]}`);
    const scenario = testScenario({ graph: lines.join("\n"), devices: ["F", "S"] });
    const { meter } = await refined(scenario, 100);
    expect(meter.best!.outcome.value).toBeLessThanOrEqual(15);
  });

  test("parts independent chains between two devices", async () => {
    const scenario = testScenario({ graph: chains, devices: 2 });
    const { meter, firstCost } = await refined(scenario, 300);
    expect(meter.best!.outcome.value).toBeLessThanOrEqual(0.55 * firstCost);
  });

  test("gives the same plan for the same seed", async () => {
    const scenario = testScenario({ graph: chains, devices: 3 });
    const [one, other] = [await refined(scenario, 120, 7), await refined(scenario, 120, 7)];
    expect(one.meter.best).toEqual(other.meter.best);
  });
});
