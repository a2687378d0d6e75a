/** TASO's lines "works in the gym when". Networks are for inference on one P100. */

import { backtrackingSearch } from "../../../../agents/search/rewriting/backtracking.ts";
import { opCosts, optimised } from "../../../../agents/search/rewriting/optimise.ts";
import { agreement } from "../../../../agents/search/rewriting/substitutions/instances.ts";
import { isProven } from "../../../../agents/search/rewriting/substitutions/proof.ts";
import { createRng, evaluator } from "../../../../env/index.ts";
import { Rewriting, rewrittenGraph } from "../../../../env/model/graph/rewriting/rewritten.ts";
import { verified } from "../../../../env/model/graph/rewriting/verified/verified.ts";
import { rewritingDevice, rewritingOn } from "../../../../env/model/plan/rewriting.ts";
import { matMul } from "../../../../scenarios/workloads/layers/dense-layers.ts";
import { relu } from "../../../../scenarios/workloads/layers/pointwise.ts";
import { inferenceScenario } from "../../../env/model/graph/rewriting/inference-scenario.ts";
import type { SystemCheck } from "../check.ts";
import { percent } from "../pipelines/figures.ts";
import { scenarioOf } from "../runs.ts";

const MERGE =
  "matmul(a,b); matmul(a,c) => split0[-1](matmul(a,concat[-1](b,c))); split1[-1](matmul(a,concat[-1](b,c)))";

const twins = inferenceScenario((tape) => {
  const x = tape.feed("x", [4, 64]);
  relu(tape, matMul(tape, x, "left", 3), "left/relu");
  relu(tape, matMul(tape, x, "right", 5), "right/relu");
});

export const checks: readonly SystemCheck[] = [
  {
    system: "taso",
    check: "verified substitutions that agree on whole numbers on 100 random shapes; that are proven",
    target: "all",
    seeds: 1,
    async run() {
      const rng = createRng("taso substitutions");
      const agreeing = verified.filter((each) => agreement(each, 100, rng) === 100).length;
      const proven = verified.filter((each) => isProven(each, rng)).length;
      return {
        measured: `${agreeing} and ${proven} of ${verified.length}`,
        passed: agreeing === verified.length && proven === verified.length,
      };
    },
  },
  {
    system: "taso",
    check: "two products of one input: FLOP and bytes of the merged one and its split",
    target: "4,096 FLOP and 3,200 bytes; 0 FLOP and 256 bytes",
    seeds: 1,
    async run() {
      const graph = rewrittenGraph(twins.graph, [{ substitution: MERGE, place: 0 }]);
      const work = ["MatMul", "Split"].map((type) => {
        const v = graph.types.indexOf(type);
        return [graph.flops[v], graph.bytesTouched[v]];
      });
      return { measured: JSON.stringify(work), passed: JSON.stringify(work) === "[[4096,3200],[0,256]]" };
    },
  },
  {
    system: "taso",
    check: "cost found with alpha 1 and 1.05 above that without a limit, a graph of 5 ops, all substitutions",
    target: "reported; at least 0",
    seeds: 1,
    async run() {
      const { site, numberBytes } = new Rewriting(twins.graph);
      const costOf = opCosts(twins, rewritingDevice(twins), numberBytes);
      const found = [Number.POSITIVE_INFINITY, 1, 1.05].map((alpha) =>
        backtrackingSearch(site.graph, { substitutions: verified, costOf, alpha, budget: 2_000 }),
      );
      const [best, ...others] = found;
      const gaps = others.map(({ costUs }) => costUs / best.costUs - 1);
      return {
        measured:
          `${gaps.map((gap) => percent(gap)).join(" and ")}; ${best.popped} graphs taken up without a limit, ` +
          `${best.isExhausted ? "which is all" : "which is not all"}`,
        passed: gaps.every((gap) => gap >= -1e-12),
      };
    },
  },
  {
    system: "taso",
    check: "cost of inception-v3 with a budget of 1, 3, 10, 30 and 100 graphs a part; two runs alike",
    target: "never rises; equal rewrites",
    seeds: 1,
    async run() {
      const scenario = await scenarioOf("inception-v3/1xP100?phase=inference");
      const run = (budget: number) =>
        optimised(scenario, rewritingDevice(scenario), { alpha: 1.05, budget, partOps: 30 });
      const costs = [1, 3, 10, 30, 100].map((budget) => run(budget).afterUs);
      const isAlike = new Set([0, 1].map(() => JSON.stringify(run(10).rewriting.rewrites))).size === 1;
      return {
        measured: `${costs.map((us) => (us / 1000).toFixed(2)).join(", ")} ms; ${isAlike ? "alike" : "unlike"}`,
        passed: isAlike && costs.every((us, i) => i === 0 || us <= costs[i - 1]),
      };
    },
  },
  {
    system: "taso",
    check: "simulated step of rewritten networks on one P100, against the step before",
    target: "never longer",
    seeds: 1,
    async run() {
      const words: string[] = [];
      let passed = true;
      for (const name of ["inception-v3", "resnet-50", "bert-base"]) {
        const scenario = await scenarioOf(`${name}/1xP100?phase=inference&objective=rewritten`);
        const device = rewritingDevice(scenario);
        const { rewriting } = optimised(scenario, device, { alpha: 1.05, budget: 100, partOps: 30 });
        const [before, after] = [[], rewriting.rewrites].map(
          (rewrites) => evaluator(scenario).evaluate(rewritingOn(scenario, rewrites, device)).value!,
        );
        passed &&= after <= before;
        words.push(`${name} ${(before / 1000).toFixed(2)} to ${(after / 1000).toFixed(2)} ms`);
      }
      return { measured: words.join("; "), passed };
    },
  },
];
