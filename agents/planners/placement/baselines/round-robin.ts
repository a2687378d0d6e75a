/**
 * Groups assigned to the accelerators in turn, in topological order: balanced work, without regard
 * to transfers.
 */
import { z } from "zod";
import type { PlannerModule } from "../../../contract.ts";
import { choicesOf, planOf } from "../../../problems/choices.ts";
import { inTurn } from "../../../problems/constructions.ts";

const options = z.strictObject({});

export const roundRobin: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "round-robin",
    name: "Round robin",
    summary: "Assigns the groups to the accelerators in turn, in topological order.",
    searchSpace: "device per group",
    limits: "One plan; leaves the CPU to groups that need it and ignores memory and transfers.",
  },
  traits: { answers: "placement", objectives: "any", effort: "instant", random: false },
  options,
  create: () => ({
    async *plan(scenario, evaluator) {
      const choices = choicesOf(scenario, "accelerators");
      const plan = planOf(choices, inTurn(choices));
      evaluator.evaluate(plan);
      yield plan;
      return undefined;
    },
  }),
};
