/** ColocRL's lines "works in the gym when". COLOCRL_OPTIONS chooses its options. */
import type { Scenario } from "../../../../env/index.ts";
import { evaluator, placement, testScenario } from "../../../../env/index.ts";
import type { SystemCheck } from "../check.ts";
import { atScale, mean, runOn, runsOn, scenarioOf, seedsAt } from "../runs.ts";

const OPTIONS = process.env.COLOCRL_OPTIONS;
const COLOCRL = OPTIONS === undefined ? "colocrl" : `colocrl?${OPTIONS}`;
/** The first policy and its exploration, never changed. */
const UNTRAINED = `${COLOCRL}${OPTIONS === undefined ? "?" : "&"}learningRate=1e-12&tiltDecay=1`;
const FAMILIES = ["inception/test/0/2xK80", "nmt/test/0/2xK80", "enas-cifar/test/0/2xK80"];

/** Eight pairs of ops that talk a lot, on links so slow that one device is best. */
const slowLinks = (): Scenario => {
  const lines = Array.from({ length: 16 }, (_, i) => `v${i} 100 50000000B${i === 0 ? "" : ` <- v${i - 1}`}`);
  return testScenario({ graph: lines.join("\n"), devices: 2 });
};

/** Six tenths of what one device would need for everything. */
async function tightMemory(uri: string): Promise<Scenario> {
  const roomy = await scenarioOf(uri);
  const alone = placement(new Int32Array(roomy.graph.opCount));
  const needed = Math.max(...evaluator(roomy).evaluate(alone).peakBytes);
  return scenarioOf(`${uri}?memory=${Math.ceil((0.6 * needed) / 1e6)}MB`);
}

export const checks: readonly SystemCheck[] = [
  {
    system: "colocrl",
    check: "best step over bound, 3,000 evaluations, three families on 2 devices; beats random",
    target: "mean <= 1.25, better than random on each",
    seeds: 5,
    async run(scale) {
      const seeds = seedsAt(5, scale);
      const evaluations = atScale(3000, scale);
      const rows: string[] = [];
      let passed = true;
      for (const uri of FAMILIES) {
        const scenario = await scenarioOf(uri);
        const [ours, random, climb, heft] = [
          mean((await runsOn(COLOCRL, scenario, evaluations, seeds)).map(({ best }) => best)),
          mean((await runsOn("random", scenario, evaluations, seeds)).map(({ best }) => best)),
          mean((await runsOn("hill-climb", scenario, evaluations, seeds)).map(({ best }) => best)),
          mean((await runsOn("heft", scenario, evaluations, [1])).map(({ best }) => best)),
        ];
        passed &&= ours <= 1.25 && ours < random;
        const [own, blind, hill, list] = [ours, random, climb, heft].map((ratio) => ratio.toFixed(3));
        rows.push(`${uri.split("/")[0]} ${own} (random ${blind}, hill climb ${hill}, HEFT ${list})`);
      }
      return { measured: rows.join("; "), passed };
    },
  },
  {
    system: "colocrl",
    check: "greedy plan on one device where links are too slow to split, 5,000 evaluations",
    target: "99% of the work on one device in 5 of 5 seeds",
    seeds: 5,
    async run(scale) {
      const seeds = seedsAt(5, scale);
      const runs = await runsOn(COLOCRL, slowLinks(), atScale(5000, scale), seeds);
      const together = runs.filter(({ lastDevice }) => new Set(lastDevice).size === 1).length;
      return { measured: `${together} of ${seeds.length}`, passed: together === seeds.length };
    },
  },
  {
    system: "colocrl",
    check: "share of sampled placements that fit, where one device is too small, 5,000 evaluations",
    target: ">= 90% at the end, <= 20% at the start",
    seeds: 5,
    async run(scale) {
      const firsts: number[] = [];
      const lasts: number[] = [];
      const scenario = await tightMemory("nmt/test/0/2xK80");
      const sharesOf = async (spec: string, evaluations: number, seed: number) => {
        const shares: number[] = [];
        await runOn(spec, scenario, evaluations, seed, ({ feasible }) => shares.push(feasible));
        return shares;
      };
      for (const seed of seedsAt(5, scale)) {
        // Of the first policy, before any update: 100 placements that nothing is learned from.
        firsts.push(mean(await sharesOf(UNTRAINED, 100, seed)));
        const shares = await sharesOf(COLOCRL, atScale(5000, scale), seed);
        lasts.push(mean(shares.slice(-30)));
      }
      const [first, last] = [mean(firsts), mean(lasts)];
      const percent = (share: number) => `${(100 * share).toFixed(0)}%`;
      return { measured: `${percent(first)} -> ${percent(last)}`, passed: first <= 0.2 && last >= 0.9 };
    },
  },
];
