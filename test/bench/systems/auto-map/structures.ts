/** Line 3: plans that are known by hand. */
import type { ShardingPlan } from "../../../../env/index.ts";
import { Role } from "../../../../env/model/graph/graph.ts";
import type { SystemCheck } from "../check.ts";
import { dividedBy } from "../layerwise/plans.ts";
import { seedsAt } from "../runs.ts";
import { gptLike } from "../shardings/gpt-like.ts";
import { timed, trained } from "./trained.ts";

const SEEDS = 5;
const SLOW = "vgg-19/4x1xV100?batch=64&bandwidth=10Gbit/s";
const SIMULATIONS = 200;

const vgg: SystemCheck = {
  system: "auto-map",
  check: `VGG-19 on four V100 at 10 Gbit/s, ${SIMULATIONS} simulations: how convolutions and the two largest products are divided`,
  target: "convolutions by batch, both products along weights, in each run",
  seeds: SEEDS,
  async run(scale) {
    const scenario = await timed(SLOW);
    const { graph } = scenario;
    const products = [...graph.names.keys()]
      .filter((v) => graph.role[v] === Role.forward && graph.parameterBytes[v] > 0)
      .sort((a, b) => graph.parameterBytes[b] - graph.parameterBytes[a])
      .slice(0, 2)
      .map((v) => graph.names[v]);
    const convolutions = graph.names.filter(
      (name, v) => graph.role[v] === Role.forward && name.endsWith("/conv"),
    );
    const found: string[] = [];
    let isMet = true;
    for (const seed of seedsAt(SEEDS, scale)) {
      const { plan } = await trained("auto-map", scenario, SIMULATIONS, seed);
      const along = products.map((name) => dividedBy(scenario, plan, name));
      const byBatch = convolutions.filter((name) => dividedBy(scenario, plan, name) === "batch").length;
      isMet &&= byBatch === convolutions.length && along.every((kind) => kind !== "batch" && kind !== "none");
      found.push(
        `${byBatch} of ${convolutions.length} by batch, ${products.join(" and ")} by ${along.join(" and ")}`,
      );
    }
    return { measured: found.join("; "), passed: isMet };
  },
};

const megatronLike: SystemCheck = {
  system: "auto-map",
  check: `stack of 2 Transformer blocks on 4 V100, batch 1, memory of 1.2 times Megatron's peak, ${SIMULATIONS} simulations: column-then-row pairs`,
  target: "Megatron's collectives and peak, each to 1%, in each run",
  seeds: SEEDS,
  async run(scale) {
    const { scenario, value, isMegatron } = await gptLike(2, 4);
    const seeds = seedsAt(SEEDS, scale);
    const runs: { readonly plan: ShardingPlan; readonly best: number }[] = [];
    for (const seed of seeds) runs.push(await trained("auto-map", scenario, SIMULATIONS, seed));
    const pairs = runs.filter(({ plan }) => isMegatron(plan)).length;
    const ratios = runs.map(({ best }) => (best / value).toFixed(4));
    return {
      measured: `${pairs} of ${seeds.length}; cost over Megatron's ${ratios.join(", ")}`,
      passed: pairs === seeds.length,
    };
  },
};

export const structureChecks: readonly SystemCheck[] = [vgg, megatronLike];
