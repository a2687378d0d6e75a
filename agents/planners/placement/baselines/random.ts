/**
 * Uniformly random placements until the budget ends: the baseline that a learned method must beat
 * at an equal number of evaluations.
 */
import { z } from "zod";
import type { PlannerModule } from "../../../contract.ts";
import { yieldEvery } from "../../../event-loop.ts";
import { choicesOf, planOf, pools } from "../../../problems/choices.ts";
import { drawn } from "../../../problems/constructions.ts";

const options = z.strictObject({
  pool: z
    .enum(pools)
    .default("all")
    .describe("Devices to draw from; accelerators leaves out CPUs where a group can do without."),
});

export const random: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "random",
    name: "Random",
    summary: "Draws a legal device for every group until the budget ends, and keeps the best plan.",
    searchSpace: "device per group",
    limits: "Never ends by itself: give it a budget.",
  },
  traits: { answers: "placement", objectives: "any", effort: "endless", random: true },
  options,
  create: ({ pool }) => ({
    async *plan(scenario, evaluator, rng) {
      const choices = choicesOf(scenario, pool);
      const yieldNow = yieldEvery(256);
      let bestCost = Number.POSITIVE_INFINITY;
      for (;;) {
        await yieldNow();
        const plan = planOf(choices, drawn(choices, rng));
        const { cost } = evaluator.evaluate(plan);
        if (cost >= bestCost) continue;
        bestCost = cost;
        yield plan;
      }
    },
  }),
};
