/**
 * Randomised list scheduling, as GRASP constructs solutions (Feo and Resende, J. Global
 * Optimization 1995). Each sample is a list schedule with queues that decides every group. Its
 * ranks are changed at random, and a device is drawn from those that end a group nearly first.
 *
 * Ranks are those of the best placement so far. Each sample counts as a simulation, and the best is
 * kept. A learned sampler of priorities has to beat this.
 */
import { z } from "zod";
import type { PlannerModule } from "../../../contract.ts";
import { yieldEvery } from "../../../event-loop.ts";
import { choicesOf, pools } from "../../../problems/choices.ts";
import { movableGroups, openOrdered } from "../../../search/ordered/opening.ts";

const options = z.strictObject({
  pool: z.enum(pools).default("accelerators").describe("Devices to place on; accelerators leaves out CPUs."),
  noise: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe("Ranks are multiplied by a number of up to so much above or below 1."),
  alpha: z
    .number()
    .min(0)
    .default(0.05)
    .describe("A device is drawn from those whose time is longer than the shortest by at most this share."),
  blink: z.number().min(0).max(1).default(0).describe("Chance that a device is overlooked."),
  pull: z
    .number()
    .min(0)
    .default(0.5)
    .describe("How much of the transfers to groups that are decided counts as time."),
});

export const randomList: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "random-list",
    name: "Randomised list scheduling",
    summary:
      "List schedules with queues, random ranks and devices drawn from the nearly best; keeps the best.",
    searchSpace: "device per group, and an order of ops on each device",
    paper: "Feo, Resende: Greedy Randomized Adaptive Search Procedures. J. Global Optimization 1995",
    limits: "No local search after a construction. A group is decided by the first of its ops that is ready.",
  },
  traits: { answers: "placement", objectives: ["makespan"], effort: "endless", random: true },
  options,
  create: ({ pool, ...rule }) => ({
    async *plan(scenario, evaluator, rng) {
      const choices = choicesOf(scenario, pool);
      const state = yield* openOrdered(choices, evaluator, rng);
      const movable = movableGroups(choices);
      if (movable.length === 0) return undefined;
      const yieldNow = yieldEvery(64);
      for (;;) {
        await yieldNow();
        if (state.decide(movable, rule, rng) >= state.cost) continue;
        state.take();
        yield state.snapshot();
      }
    },
  }),
};
