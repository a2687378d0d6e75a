/**
 * Go with the winners: several annealing walkers, of which the worse half is replaced by copies of
 * the better half at checkpoints (search/ordered/winners.ts). Macro placement uses it as its strong
 * annealing baseline. All walkers share one budget, so more of them have fewer steps each.
 */
import { z } from "zod";
import type { PlannerModule } from "../../../contract.ts";
import { choicesOf, pools } from "../../../problems/choices.ts";
import { budgetProgress } from "../../../search/groups/cooling.ts";
import { hasMoves } from "../../../search/groups/metropolis.ts";
import { createProposals } from "../../../search/groups/proposals.ts";
import { changes } from "../../../search/groups/trials.ts";
import { improvements, openOrdered } from "../../../search/ordered/opening.ts";
import { goWithWinners } from "../../../search/ordered/winners.ts";

const options = z.strictObject({
  pool: z.enum(pools).default("accelerators").describe("Devices to place on; accelerators leaves out CPUs."),
  walkers: z.int().min(2).max(1000).default(4).describe("Chains that cool together."),
  rounds: z.int().min(1).max(10_000).default(10).describe("Stretches between checkpoints."),
  hot: z
    .number()
    .positive()
    .max(1)
    .default(0.02)
    .describe("First temperature: a plan worse by this share is accepted 1 in e times."),
  cold: z.number().positive().max(1).default(0.0005).describe("Last temperature."),
});

export const goWithTheWinners: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "go-with-the-winners",
    name: "Go with the winners",
    summary:
      "Several annealing walkers over ordered placements; at checkpoints the better half replaces the worse.",
    searchSpace: "device per group, and an order of ops on each device",
    paper: 'Aldous, Vazirani: "Go with the winners" algorithms. FOCS 1994',
    limits:
      "Walkers take turns on one budget and are not run in parallel. Cools over its whole budget; without a budget, in rounds of 10,000 simulations.",
  },
  traits: { answers: "placement", objectives: ["makespan"], effort: "endless", random: true },
  options,
  create: ({ pool, ...cooling }) => ({
    async *plan(scenario, evaluator, rng) {
      const choices = choicesOf(scenario, pool);
      const state = yield* openOrdered(choices, evaluator, rng);
      if (!hasMoves(choices)) return undefined;

      const shown = { cost: state.cost };
      const trials = changes(state, createProposals(choices, state.urgency, rng));
      const progressOf = (share: number) => budgetProgress(evaluator, share);
      for (;;)
        yield* improvements(goWithWinners(state, trials, rng, { ...cooling, progressOf }), state, shown);
    },
  }),
};
