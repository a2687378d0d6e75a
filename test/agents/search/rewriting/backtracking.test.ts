import { expect, test } from "vitest";
import { backtrackingSearch, weighed } from "../../../../agents/search/rewriting/backtracking.ts";
import { opCosts, optimised } from "../../../../agents/search/rewriting/optimise.ts";
import { evaluator } from "../../../../env/index.ts";
import { Rewriting } from "../../../../env/model/graph/rewriting/rewritten.ts";
import { verified } from "../../../../env/model/graph/rewriting/verified/verified.ts";
import { rewritingOn } from "../../../../env/model/plan/rewriting.ts";
import { matMul } from "../../../../scenarios/workloads/layers/dense-layers.ts";
import { relu } from "../../../../scenarios/workloads/layers/pointwise.ts";
import { convUnit } from "../../../../scenarios/workloads/vision/parts/image-layers.ts";
import { inferenceScenario } from "../../../env/model/graph/rewriting/inference-scenario.ts";

const GPU = 1;
const twins = inferenceScenario((tape) => {
  const x = tape.feed("x", [4, 64]);
  relu(tape, matMul(tape, x, "left", 3), "left/relu");
  relu(tape, matMul(tape, x, "right", 5), "right/relu");
});
const tower = inferenceScenario((tape) => {
  let x = tape.feed("images", [1, 4, 6, 6]);
  for (const name of ["a", "b", "c"])
    x = convUnit(tape, x, name, { filters: 4, kernel: [3, 3], padding: [1, 1] });
});

/** Costs of all graphs that substitutions lead to, by replaying every list of rewrites. */
function closureCosts(scenario: typeof twins, substitutions: typeof verified): number[] {
  const costOf = opCosts(scenario, GPU, 4);
  const costs = new Map<string, number>();
  const visit = (rewriting: Rewriting): void => {
    const { graph } = rewriting.site;
    const key = graph.results.map((result) => textOf(rewriting, result)).join(";");
    if (costs.has(key)) return;
    costs.set(key, weighed(graph, { costOf }).costUs);
    for (const substitution of substitutions)
      rewriting.places(substitution).forEach((_, place) => {
        const next = new Rewriting(scenario.graph);
        for (const each of rewriting.rewrites) next.apply(each);
        next.apply({ substitution: substitution.text, place });
        visit(next);
      });
  };
  visit(new Rewriting(scenario.graph));
  return [...costs.values()];
}

const textOf = ({ site }: Rewriting, number: number): string => {
  const { operator, attributes, inputs } = site.graph.terms.at(number);
  return `${operator}[${attributes}](${inputs.map((input) => textOf({ site } as Rewriting, input))})`;
};

const few = verified.filter(({ text }) =>
  [
    /^matmul\(a,b\); matmul\(a,c\) =>/,
    /^map\(matmul/,
    /^map\(split[01]\[-1\]\(a\)\) =>/,
    /^map\(split0\[-1\]\(a\)\); map/,
    /^affine\(conv/,
    /^map\(bias\(x/,
    /^map\(conv/,
  ].some((pattern) => pattern.test(text)),
);

test("without a limit the search finds the best graph of the whole closure", () => {
  for (const scenario of [twins, tower]) {
    const rewriting = new Rewriting(scenario.graph);
    const costOf = opCosts(scenario, GPU, rewriting.numberBytes);
    const options = { substitutions: few, costOf, alpha: Number.POSITIVE_INFINITY, budget: 10_000 };
    const found = backtrackingSearch(rewriting.site.graph, options);
    expect(found.isExhausted).toBe(true);
    expect(found.costUs).toBeCloseTo(Math.min(...closureCosts(scenario, few)), 9);
  }
});

test("the cost never rises with the budget, and its rewrites score what the simulator says", () => {
  let before = Number.POSITIVE_INFINITY;
  for (const budget of [1, 2, 5, 20, 80]) {
    const found = optimised(tower, GPU, { alpha: 1.05, budget, partOps: 30 });
    expect(found.afterUs).toBeLessThanOrEqual(before);
    before = found.afterUs;
    const plan = rewritingOn(tower, found.rewriting.rewrites, GPU);
    const { value } = evaluator(tower).evaluate(plan);
    const asItWas = evaluator(tower).evaluate(rewritingOn(tower, [], GPU));
    expect(value).toBeLessThanOrEqual(asItWas.value!);
  }
  expect(before).toBeLessThan(optimised(tower, GPU, { alpha: 1.05, budget: 1, partOps: 30 }).beforeUs);
});

test("parts give the rewrites of the whole graph", () => {
  const whole = optimised(tower, GPU, { alpha: 1, budget: 1000, partOps: 100 });
  const parts = optimised(tower, GPU, { alpha: 1, budget: 1000, partOps: 3 });
  expect(parts.parts).toBeGreaterThan(whole.parts);
  const again = new Rewriting(tower.graph);
  for (const rewrite of parts.rewriting.rewrites) again.apply(rewrite);
  expect(again.graph().names).toEqual(parts.rewriting.graph().names);
});
