/**
 * AutoMap's lines "works in the gym when", of both sheets: the search here, its ranker in
 * ranked.ts, propagation in propagated.ts. The graphs are stacks of Transformer blocks
 * (gpt-like.ts).
 */
import type { PlannerModule } from "../../../../agents/contract.ts";
import { automap } from "../../../../agents/planners/sharding/automap.ts";
import { dataParallel } from "../../../../agents/planners/sharding/data-parallel.ts";
import { gspmd } from "../../../../agents/planners/sharding/gspmd.ts";
import { alpaIntra } from "../../../../agents/planners/sharding/labels/alpa-intra.ts";
import { optcnn } from "../../../../agents/planners/sharding/labels/optcnn.ts";
import { pase } from "../../../../agents/planners/sharding/labels/pase.ts";
import { tensoropt } from "../../../../agents/planners/sharding/labels/tensoropt.ts";
import type { SystemCheck } from "../check.ts";
import { kept } from "../kept.ts";
import { plannedBy } from "../layerwise/plans.ts";
import { percent } from "../pipelines/figures.ts";
import { atScale, seedsAt } from "../runs.ts";
import { gptLike } from "./gpt-like.ts";
import { propagationChecks } from "./propagated.ts";
import { rankerCheck } from "./ranked.ts";

const SEEDS = 20;
const MOST_SHARE_BETTER = 0.01;
const MOST_MS = 50;

/** Methods that plan on a mesh of one axis. */
const RIVALS: readonly (readonly [PlannerModule, object])[] = [
  [dataParallel, {}],
  [dataParallel, { zero: 3 }],
  [gspmd, {}],
  [optcnn, { axes: 1 }],
  [pase, { axes: 1 }],
  [tensoropt, { axes: 1, epsilon: 0 }],
  [alpaIntra, { rows: 1 }],
  [automap, { episodes: 500 }],
];

const oracle: SystemCheck = {
  system: "automap",
  check: `stacks of 2, 8 and 24 blocks on 4 V100 and 8 A100, one mesh axis, memory of 1.2 times Megatron's peak: ${RIVALS.length} methods beside Megatron's layout`,
  target: "data parallelism does not fit, and no plan is over 1% better",
  seeds: 1,
  async run() {
    const found: string[] = [];
    let isMet = true;
    for (const devices of [4, 8] as const)
      for (const layers of [2, 8, 24]) {
        const { scenario, value } = await gptLike(layers, devices);
        let [best, by] = [Number.POSITIVE_INFINITY, "none"];
        for (const [module, options] of RIVALS) {
          const { best: own, cost } = await plannedBy(module, scenario, options);
          const isWhole = module === dataParallel && !("zero" in options);
          if (isWhole) isMet &&= !own!.outcome.feasible;
          if (own!.outcome.feasible && cost < best) [best, by] = [cost, module.card.id];
        }
        isMet &&= best >= value * (1 - MOST_SHARE_BETTER);
        found.push(`${layers} on ${devices}: ${(best / value).toFixed(4)} by ${by}`);
      }
    return { measured: `best over Megatron's value: ${found.join("; ")}`, passed: isMet };
  },
};

interface Searched {
  readonly isMegatron: boolean;
  readonly ratio: number;
}

/** One search for each seed. */
async function searches(
  seeds: readonly number[],
  { layers, ...options }: { readonly layers: number; readonly grouped: boolean; readonly episodes: number },
): Promise<Searched[]> {
  const { scenario, value, isMegatron } = await gptLike(layers, 4);
  const results: Searched[] = [];
  for (const seed of seeds) {
    const name = `${layers} blocks, ${JSON.stringify(options)}, seed ${seed}`;
    results.push(
      await kept("automap", name, async () => {
        const { plan, cost } = await plannedBy(automap, scenario, options, { seed });
        return { isMegatron: isMegatron(plan), ratio: cost / value };
      }),
    );
  }
  return results;
}

const successes = (results: readonly Searched[]) => results.filter(({ isMegatron }) => isMegatron).length;

const recovery: SystemCheck = {
  system: "automap",
  check:
    "the search finds Megatron's layout on 4 V100: 24 blocks grouped in 500 episodes; 2 blocks ungrouped in 1,000",
  target: ">= 95% of seeds; >= 60% of seeds",
  seeds: SEEDS,
  async run(scale) {
    const seeds = seedsAt(SEEDS, scale);
    const grouped = await searches(seeds, { layers: 24, grouped: true, episodes: 500 });
    const alone = await searches(seeds, { layers: 2, grouped: false, episodes: 1000 });
    const [one, other] = [grouped, alone].map((results) => successes(results) / seeds.length);
    return {
      measured: `${successes(grouped)} of ${seeds.length} seeds; ${successes(alone)} of ${seeds.length}`,
      passed: one >= 0.95 && other >= 0.6,
    };
  },
};

const cheap: SystemCheck = {
  system: "automap",
  check:
    "an episode of 24 blocks on 4 V100, grouped, over 500 episodes: CPU time, and episodes whose plan was known",
  target: `at most ${MOST_MS} ms; told`,
  seeds: 1,
  async run(scale) {
    const { scenario } = await gptLike(24, 4);
    const episodes = atScale(500, scale);
    const before = process.cpuUsage();
    const { report, meter } = await plannedBy(automap, scenario, { episodes });
    const { user, system } = process.cpuUsage(before);
    const known = Number(report.facts!.find(({ name }) => name === "episodes whose plan was known")!.value);
    const ms = (user + system) / 1000 / episodes;
    const fresh = (user + system) / 1000 / meter.evaluations;
    return {
      measured: `${ms.toFixed(1)} ms; ${percent(known / episodes)} known; ${fresh.toFixed(1)} ms for each plan that was simulated`,
      passed: ms <= MOST_MS,
    };
  },
};

export const checks: readonly SystemCheck[] = [oracle, recovery, rankerCheck, cheap, ...propagationChecks];
