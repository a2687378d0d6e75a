/**
 * BRKGA, the biased random-key genetic algorithm (Goncalves, Resende, J. Heuristics 2011) with the
 * decoder of REGAL (Paliwal et al., ICLR 2020). The decoder is in
 * agents/search/groups/random-keys.ts: device keys for each group, a priority key for each op.
 *
 * A generation keeps its elite and adds mutants of uniform keys. Children fill the rest: each key
 * comes from an elite parent with probability `rho`, else from another parent. Children and mutants
 * cost one evaluation each, the elite none. Objectives without an order (max load, latency) have no
 * priority keys.
 */

import { z } from "zod";
import type { Rng } from "../../../../env/model/rng.ts";
import type { MeteredEvaluator } from "../../../../env/sim/evaluator/meter.ts";
import { objectiveOf } from "../../../../env/sim/objectives/evaluator.ts";
import type { PlannerModule } from "../../../contract.ts";
import { yieldEvery } from "../../../event-loop.ts";
import { type Choices, choicesOf, pools } from "../../../problems/choices.ts";
import { hasMoves } from "../../../search/groups/metropolis.ts";
import { deviceDecoder, orderedDecoder } from "../../../search/groups/random-keys.ts";

const options = z.strictObject({
  pool: z
    .enum(pools)
    .default("accelerators")
    .describe("Devices that have keys; accelerators leaves out CPUs."),
  population: z.int().min(4).default(100).describe("Chromosomes of a generation."),
  elite: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.2)
    .describe("Share of the population that is kept, at least 1."),
  mutants: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.15)
    .describe("Share of the population that is drawn at random in each generation."),
  rho: z
    .number()
    .min(0)
    .max(1)
    .default(0.7)
    .describe("Probability that a child's key is its elite parent's."),
});

interface Member {
  readonly keys: Float64Array;
  readonly cost: number;
}

export const brkga: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "brkga",
    name: "BRKGA",
    summary: "Evolves random keys that decode to a device for each group and an order of the ops.",
    searchSpace: "device per group, and an order of ops on each device",
    paper:
      "Paliwal, Gimeno, Nair, Li, Lubin, Kohli, Vinyals: Reinforced Genetic Algorithm Learning for Optimizing Computation Graphs. ICLR 2020 (its BRKGA); Goncalves, Resende: Biased random-key genetic algorithms for combinatorial optimization. J. Heuristics 2011",
    limits:
      "REGAL's sizes of population, elite and mutants are not published: the defaults are ours. No keys for transfers.",
  },
  traits: { answers: "placement", objectives: "any", effort: "endless", random: true },
  options,
  create: ({ pool, population, elite, mutants, rho }) => ({
    async *plan(scenario, evaluator, rng) {
      const choices = choicesOf(scenario, pool);
      const decoder = objectiveOf(scenario).keepsOrder
        ? orderedDecoder(choices, evaluator)
        : deviceDecoder(choices);
      const eliteCount = Math.max(1, Math.round(elite * population));
      const mutantCount = Math.round(mutants * population);
      const yieldNow = yieldEvery(16);
      let bestCost = Number.POSITIVE_INFINITY;
      let generation: Member[] = [];
      for (;;) {
        const next = generation.slice(0, eliteCount);
        while (next.length < population) {
          await yieldNow();
          const isDrawn = generation.length === 0 || next.length < eliteCount + mutantCount;
          const keys = isDrawn ? uniformKeys(decoder.length, rng) : child(generation, eliteCount, rho, rng);
          const plan = decoder.decode(keys);
          const { cost } = evaluator.evaluate(plan);
          next.push({ keys, cost });
          if (cost >= bestCost) continue;
          bestCost = cost;
          yield plan;
          if (endsAtOnce(choices, evaluator)) return undefined;
        }
        generation = next.sort((a, b) => a.cost - b.cost);
      }
    },
  }),
};

/** One op on one device: there is only one plan, and it is scored. */
const endsAtOnce = (choices: Choices, { scenario }: MeteredEvaluator) =>
  !hasMoves(choices) && scenario.graph.opCount === 1;

const uniformKeys = (length: number, rng: Rng) => Float64Array.from({ length }, () => rng.next());

/** Pre: `generation` is sorted, the elite first. */
function child(generation: readonly Member[], eliteCount: number, rho: number, rng: Rng): Float64Array {
  const better = generation[rng.int(eliteCount)].keys;
  const other = generation[eliteCount + rng.int(generation.length - eliteCount)].keys;
  return better.map((key, gene) => (rng.next() < rho ? key : other[gene]));
}
