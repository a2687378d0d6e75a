import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { brkga } from "../../../../agents/planners/placement/search/brkga.ts";
import { choicesOf } from "../../../../agents/problems/choices.ts";
import { createEvolution, plainDistributions } from "../../../../agents/search/keys/evolution.ts";
import { BINS, distributionsOf, PLAIN, SETTINGS } from "../../../../agents/search/keys/key-bins.ts";
import { type KeyDecoder, orderedDecoder } from "../../../../agents/search/keys/random-keys.ts";
import { createRng, evaluator, metered, type Plan, type Rng, testScenario } from "../../../../env/index.ts";
import { uncounted } from "../../../../env/sim/evaluator/budget.ts";
import { drawn } from "../../../law-runs.ts";

const scenario = testScenario({
  graph: `
    a 100 400B
    b 300 400B <- a
    c 300 900B <- a
    d 100 400B <- b c
    e 200 100B <- a
    f 50 <- d e`,
  devices: 2,
});
const sizes = { population: 20, elite: 0.2, mutants: 0.15 };
const decoder = () => orderedDecoder(choicesOf(scenario, "accelerators"), uncounted);

/** BRKGA written down generation by generation; answers the cost of each chromosome in turn. */
function plainCosts({ decode, length }: KeyDecoder, rng: Rng, rho: number, count: number): number[] {
  const { cost } = { cost: (keys: Float64Array) => evaluator(scenario).evaluate(decode(keys)).cost };
  const costs: number[] = [];
  const scored = (keys: Float64Array) => {
    costs.push(cost(keys));
    return { keys, cost: costs[costs.length - 1] };
  };
  const fresh = () => scored(Float64Array.from({ length }, () => rng.next()));
  let population = Array.from({ length: 20 }, fresh).sort((a, b) => a.cost - b.cost);
  while (costs.length < count) {
    const [elite, rest] = [population.slice(0, 4), population.slice(4)];
    const mutants = [fresh(), fresh(), fresh()];
    const children = Array.from({ length: 13 }, () => {
      const [better, other] = [elite[rng.int(4)], rest[rng.int(16)]];
      return scored(better.keys.map((key, gene) => (rng.next() < rho ? key : other.keys[gene])));
    });
    population = [...elite, ...mutants, ...children].sort((a, b) => a.cost - b.cost);
  }
  return costs.slice(0, count);
}

function costsOf(distributions: Parameters<typeof createEvolution>[4], seed: number, count: number) {
  const costs: number[] = [];
  const scoring = {
    evaluate(plan: Plan) {
      const outcome = evaluator(scenario).evaluate(plan);
      costs.push(outcome.cost);
      return outcome;
    },
  };
  const evolution = createEvolution(decoder(), scoring, createRng(seed), sizes, distributions);
  const best = Array.from({ length: count }, () => {
    evolution.next();
    return evolution.bestCost;
  });
  return { costs, best, plan: evolution.bestPlan };
}

describe("an evolution", () => {
  test("of uniform keys is BRKGA to the last bit, orders included", async () => {
    const { length } = decoder();
    const uniform = distributionsOf(Array.from({ length: SETTINGS * length }, (_, i) => PLAIN[i % SETTINGS]));
    expect(uniform).toEqual(plainDistributions(length, 0.7));
    const { costs, plan } = costsOf(uniform, 5, 120);
    expect(costs).toEqual(plainCosts(decoder(), createRng(5), 0.7, 120));

    const meter = metered(evaluator(scenario), { evaluations: 120 });
    const planner = brkga.create({ ...brkga.options.parse({}), ...sizes });
    const plans: Plan[] = [];
    await (async () => {
      for await (const better of planner.plan(scenario, meter, createRng(5))) plans.push(better);
    })().catch(() => {});
    expect(plans.at(-1)).toEqual(plan);
    expect(plans.at(-1)).toHaveProperty("opPriority");
  });

  test("never gets worse and repeats itself, whatever the settings", () => {
    const { length } = decoder();
    const settings = fc.array(fc.integer({ min: 0, max: BINS - 1 }), {
      minLength: SETTINGS * length,
      maxLength: SETTINGS * length,
    });
    fc.assert(
      fc.property(settings, fc.integer(), (bins, seed) => {
        const { best, costs } = costsOf(distributionsOf(bins), seed, 45);
        best.forEach((cost, i) => {
          expect(cost).toBe(Math.min(...costs.slice(0, i + 1)));
        });
        expect(costsOf(distributionsOf(bins), seed, 45).costs).toEqual(costs);
      }),
      { numRuns: drawn(20) },
    );
  });

  test("takes as many random numbers under every setting", () => {
    const { length } = decoder();
    const next = (mean: number, variance: number, bias: number) => {
      const rng = createRng("count");
      const bins = Array.from({ length: SETTINGS * length }, (_, i) => [mean, variance, bias][i % SETTINGS]);
      const scoring = { evaluate: (plan: Plan) => evaluator(scenario).evaluate(plan) };
      const evolution = createEvolution(decoder(), scoring, rng, sizes, distributionsOf(bins));
      for (let i = 0; i < 70; i++) evolution.next();
      return rng.next();
    };
    expect(next(2, 9, 3)).toBe(next(PLAIN[0], PLAIN[1], PLAIN[2]));
    expect(next(15, 0, 15)).toBe(next(0, 15, 0));
  });

  test("puts keys where their distributions are, and keeps those of the elite as often as told", () => {
    // One key for each device of op a: a large mean for the second sends most mutants there.
    const { length } = decoder();
    const bins = Array.from({ length: SETTINGS * length }, (_, i) => PLAIN[i % SETTINGS]);
    bins.splice(0, 2 * SETTINGS, 1, 12, 10, 15, 12, 10);
    const seen: number[] = [];
    const scoring = {
      evaluate(plan: Plan) {
        if (plan.kind === "placement") seen.push(plan.device[0]);
        return evaluator(scenario).evaluate(plan);
      },
    };
    const evolution = createEvolution(decoder(), scoring, createRng(1), sizes, distributionsOf(bins));
    for (let i = 0; i < 20; i++) evolution.next();
    expect(seen).toEqual(new Array(20).fill(1));
  });
});
