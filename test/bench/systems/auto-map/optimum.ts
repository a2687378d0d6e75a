/** Line 2: the best plan of spaces that are small enough to try every plan. */
import { autoMap, variableProcess } from "../../../../agents/learned/auto-map/auto-map.ts";
import { evaluator, type Scenario } from "../../../../env/index.ts";
import { meshOf } from "../../../../env/model/layout/mesh-of.ts";
import { batchPlan } from "../../../../env/model/layout/propagation/batch-plan.ts";
import { type SystemCheck, seedCount } from "../check.ts";
import { kept } from "../kept.ts";
import { seedsAt } from "../runs.ts";
import { everyPlan } from "./every-plan.ts";
import { timed, trained } from "./trained.ts";

const SEEDS = 5;
/** Small spaces first: a smaller scale takes these. */
const MODELS = [
  ["auto-map", "gpt3-1.3b/2xP100?layers=1&batch=4"],
  ["auto-map?grouped=false", "gpt2-124m/2xP100?layers=1&batch=4"],
  ["auto-map", "bert-base/4xP100?layers=1&batch=8"],
  ["auto-map?grouped=false", "nmt-2/2xP100?steps=2&batch=16"],
  ["auto-map", "bert-base/2xP100?layers=1&batch=8"],
  ["auto-map", "bert-large/2xP100?layers=1&batch=8"],
] as const;
const MOST_SHARE = 0.05;
const MOST_EVALUATIONS = 20_000;

interface Space {
  readonly plans: number;
  readonly optimum: number;
}

const spaceOf = (spec: string, scenario: Scenario): Promise<Space> =>
  kept("auto-map", `every plan of ${spec} on ${scenario.name}`, () => {
    const grouped = !spec.includes("grouped=false");
    const { plans } = everyPlan(variableProcess(scenario, autoMap.options.parse({ grouped })));
    const { evaluate } = evaluator(scenario);
    const costs = [...plans.values()].map((plan) => evaluate(plan).cost);
    return { plans: plans.size, optimum: costs.reduce((a, b) => Math.min(a, b)) };
  });

export const optimumCheck: SystemCheck = {
  system: "auto-map",
  check: `best plan over the exact optimum of its space, ${MODELS.length} networks, 5% of the plans or 20,000 evaluations`,
  target: "the optimum in >= 90% of runs, within 1% in all",
  seeds: SEEDS,
  async run(scale) {
    const found: string[] = [];
    let [exact, near, runs] = [0, 0, 0];
    for (const [spec, uri] of MODELS.slice(0, seedCount(MODELS.length, scale))) {
      const scenario = await timed(uri);
      const { plans, optimum } = await spaceOf(spec, scenario);
      const plain = evaluator(scenario).evaluate(batchPlan(scenario, meshOf(scenario.cluster))).cost;
      const evaluations = Math.min(MOST_EVALUATIONS, Math.floor(MOST_SHARE * plans));
      const ratios: number[] = [];
      for (const seed of seedsAt(SEEDS, scale))
        ratios.push((await trained(spec, scenario, evaluations, seed)).best / optimum);
      exact += ratios.filter((ratio) => ratio <= 1 + 1e-9).length;
      near += ratios.filter((ratio) => ratio <= 1.01).length;
      runs += ratios.length;
      const worst = Math.max(...ratios).toFixed(3);
      const hits = ratios.filter((ratio) => ratio <= 1 + 1e-9).length;
      found.push(
        `${uri}: ${hits} of ${ratios.length}, worst ${worst}, ${evaluations} of ${plans} plans, optimum ${(optimum / plain).toFixed(3)} of data parallelism`,
      );
    }
    return {
      measured: `${exact} of ${runs} runs, ${near} within 1%; ${found.join("; ")}`,
      passed: exact >= 0.9 * runs && near === runs,
    };
  },
};
