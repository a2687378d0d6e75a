/**
 * BRKGA, the biased random-key genetic algorithm (Goncalves, Resende, J. Heuristics 2011) with the
 * decoder of REGAL (Paliwal et al., ICLR 2020). The decoder is in
 * agents/search/keys/random-keys.ts: device keys for each group, a priority key for each op.
 *
 * The loop is in agents/search/keys/evolution.ts. Here keys are uniform and the elite bias is the
 * same for all. Objectives without an order (max load, latency) have no priority keys.
 */

import { z } from "zod";
import type { MeteredEvaluator } from "../../../../env/sim/evaluator/meter.ts";
import { objectiveOf } from "../../../../env/sim/objectives/evaluator.ts";
import type { PlannerModule } from "../../../contract.ts";
import { yieldEvery } from "../../../event-loop.ts";
import { type Choices, choicesOf } from "../../../problems/choices.ts";
import { hasMoves } from "../../../search/groups/metropolis.ts";
import { createEvolution, plainDistributions } from "../../../search/keys/evolution.ts";
import { populationFields } from "../../../search/keys/population-options.ts";
import { deviceDecoder, orderedDecoder } from "../../../search/keys/random-keys.ts";

const options = z.strictObject({
  ...populationFields,
  rho: z
    .number()
    .min(0)
    .max(1)
    .default(0.7)
    .describe("Probability that a child's key is its elite parent's."),
});

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
      const sizes = { population, elite, mutants };
      const distributions = plainDistributions(decoder.length, rho);
      const evolution = createEvolution(decoder, evaluator, rng, sizes, distributions);
      const yieldNow = yieldEvery(16);
      for (;;) {
        await yieldNow();
        const plan = evolution.next();
        if (plan === null) continue;
        yield plan;
        if (endsAtOnce(choices, evaluator)) return undefined;
      }
    },
  }),
};

/** One op on one device: there is only one plan, and it is scored. */
const endsAtOnce = (choices: Choices, { scenario }: MeteredEvaluator) =>
  !hasMoves(choices) && scenario.graph.opCount === 1;
