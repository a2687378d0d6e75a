/**
 * Ordered large-neighbourhood search. Groups are taken out of a placement, and a list schedule
 * whose devices and links queue decides their devices again. Every placement runs in the order of
 * its schedule. The search is that of search/ordered/rebuilding.ts.
 *
 * The start is the schedule that decides all groups, after the best single device, which gives it
 * its ranks. Never worse than either.
 */
import { z } from "zod";
import type { PlannerModule } from "../../../contract.ts";
import { choicesOf, pools } from "../../../problems/choices.ts";
import { budgetProgress, cool } from "../../../search/groups/cooling.ts";
import { hasMoves } from "../../../search/groups/metropolis.ts";
import { createProposals } from "../../../search/groups/proposals.ts";
import { changes, mixed } from "../../../search/groups/trials.ts";
import { improvements, movableGroups, openOrdered } from "../../../search/ordered/opening.ts";
import { rebuildsOf } from "../../../search/ordered/rebuilding.ts";
import { createRemovals } from "../../../search/ordered/removals.ts";

const options = z.strictObject({
  pool: z.enum(pools).default("accelerators").describe("Devices to place on; accelerators leaves out CPUs."),
  most: z
    .number()
    .min(0)
    .max(1)
    .default(0.3)
    .describe("Largest share of the groups that is removed at once."),
  hot: z
    .number()
    .positive()
    .max(1)
    .default(0.01)
    .describe("First temperature: a plan worse by this share is accepted 1 in e times."),
  cold: z.number().positive().max(1).default(0.0005).describe("Last temperature."),
  blink: z.number().min(0).max(1).default(0.1).describe("Chance that a device is overlooked."),
  alpha: z
    .number()
    .min(0)
    .default(0)
    .describe("Devices whose finish is later than the earliest by at most this share are drawn from."),
  pull: z
    .number()
    .min(0)
    .default(0.5)
    .describe("How much of the transfers to groups that are decided counts as time."),
  moves: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("Share of the steps that change groups as annealing does."),
  noise: z.number().min(0).max(1).default(0).describe("Random change of ranks, as a share of each."),
});

export const orderedLns: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "ordered-lns",
    name: "Ordered large-neighbourhood search",
    summary:
      "Takes groups out of a placement; a list schedule with queues decides their devices again, and gives the order of the ops.",
    searchSpace: "device per group, and an order of ops on each device",
    paper:
      "Shaw: Using Constraint Programming and Local Search Methods to Solve Vehicle Routing Problems. CP 1998; Ropke, Pisinger: An Adaptive Large Neighborhood Search Heuristic. Transportation Science 2006",
    limits: "The removals and the repair by earliest finish are ours. Each repair counts as a simulation.",
  },
  traits: { answers: "placement", objectives: ["makespan"], effort: "endless", random: true },
  options,
  create: ({ pool, most, hot, cold, blink, alpha, pull, noise, moves }) => ({
    async *plan(scenario, evaluator, rng) {
      const choices = choicesOf(scenario, pool);
      const state = yield* openOrdered(choices, evaluator, rng);
      if (!hasMoves(choices)) return undefined;

      const shown = { cost: state.cost };
      const rule = { blink, alpha, pull, noise };
      const mostGroups = Math.max(2, most * movableGroups(choices).length);
      const removals = createRemovals(choices, rng);
      const rebuilt = rebuildsOf(state, removals, rng, { most: mostGroups, rule });
      const moved = changes(state, createProposals(choices, state.urgency, rng));
      const trials = mixed(rebuilt, moved, moves, rng);
      for (;;) {
        const progress = budgetProgress(evaluator, 1);
        yield* improvements(cool(state, trials, rng, { hot, cold, progress }), state, shown);
      }
    },
  }),
};
