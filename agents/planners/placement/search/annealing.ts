/**
 * Simulated annealing (Kirkpatrick, Gelatt, Vecchi, "Optimization by Simulated Annealing", Science
 * 1983) over group moves. It is a Metropolis chain whose temperature falls geometrically over the
 * budget, in rounds.
 *
 * Temperatures are shares of the present cost, so multiplying all times by a constant changes no
 * decision. With `moves=single` every proposal is one group on another device. `moves=all` adds
 * swaps, blocks and connected groups, chosen by how often they help. Each round starts from the
 * best plan so far. Never worse than its start, which is scored first.
 */
import { z } from "zod";
import type { PlannerModule } from "../../../contract.ts";
import { choicesOf } from "../../../problems/choices.ts";
import { budgetProgress, cool } from "../../../search/groups/cooling.ts";
import { hasMoves } from "../../../search/groups/metropolis.ts";
import { arrivalState } from "../../../search/groups/plan-state.ts";
import { createProposals, operators } from "../../../search/groups/proposals.ts";
import { searchOptions, startPlan } from "../../../search/groups/starts.ts";
import { changes } from "../../../search/groups/trials.ts";

const options = z.strictObject({
  ...searchOptions,
  moves: z
    .enum(["single", "all"])
    .default("all")
    .describe(
      "Proposals. single: one group to another device. all: also swaps, blocks and connected groups.",
    ),
  hot: z
    .number()
    .positive()
    .max(1)
    .default(0.01)
    .describe("First temperature of a round: a plan worse by this share is accepted 1 in e times."),
  cold: z.number().positive().max(1).default(0.0005).describe("Last temperature of a round."),
  rounds: z.int().min(1).default(1).describe("Rounds that share the budget evenly."),
});

export const annealing: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "annealing",
    name: "Simulated annealing",
    summary: "A chain of group moves whose temperature falls over the budget.",
    searchSpace: "device per group",
    paper: "Kirkpatrick, Gelatt, Vecchi: Optimization by Simulated Annealing. Science 1983",
    limits: "Cools over its whole budget; without a budget, in rounds of 10,000 evaluations.",
  },
  traits: { answers: "placement", objectives: "any", effort: "endless", random: true },
  options,
  create: ({ pool, start, moves, hot, cold, rounds }) => ({
    async *plan(scenario, evaluator, rng) {
      const choices = choicesOf(scenario, pool);
      const first = startPlan(start, choices, evaluator, rng);
      yield first.plan;
      if (!hasMoves(choices)) return undefined;

      const state = arrivalState(choices, evaluator);
      const proposals = createProposals(
        choices,
        state.urgency,
        rng,
        moves === "all" ? operators : ["single"],
      );
      let best = { groupDevice: first.groupDevice, cost: first.cost };
      for (let round = 0; ; round++) {
        state.resume(best.groupDevice, best.cost);
        const share = 1 / Math.max(1, rounds - round);
        const cooling = cool(state, changes(state, proposals), rng, {
          hot,
          cold,
          progress: budgetProgress(evaluator, share),
        });
        for (let step = await cooling.next(); ; step = await cooling.next()) {
          if (step.done === true) {
            if (step.value.cost < best.cost) best = step.value;
            break;
          }
          if (state.cost < best.cost) yield step.value;
        }
      }
    },
  }),
};
