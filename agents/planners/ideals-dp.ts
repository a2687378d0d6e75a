/**
 * The contiguous dynamic program over ideals (Tarnawski et al., NeurIPS 2020): first DPL, the best split of one topological
 * order, then the optimum over all contiguous splits, searched below DPL's value.
 *
 * It minimises max load, forward and backward work of a device added. Where the scenario's objective is another one the
 * plans are still those, scored by that objective. Optimal among contiguous splits is no bound: others may be better.
 */
import { z } from "zod";
import type { Scenario } from "../../env/index.ts";
import type { PlannerModule } from "../contract.ts";
import { type ContiguousAnswer, contiguousOptimum, type Split } from "../exact/contiguous-optimum.ts";
import type { SearchLimits } from "../exact/ideals.ts";
import { breathEvery } from "../search/breath.ts";

const options = z.strictObject({
  ideals: z.int().min(1).default(500_000).describe("ideals kept before the search gives up"),
  transitions: z.int().min(1).default(50_000_000).describe("sets enumerated before the search gives up"),
});

export const idealsDp: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "ideals-dp",
    name: "Ideals DP",
    summary:
      "Optimal contiguous split for max load, by a dynamic program over predecessor-closed sets of ops.",
    searchSpace: "contiguous split over devices",
    paper:
      "Tarnawski, Phanishayee, Devanur, Mahajan, Nina Paravecino: Efficient Algorithms for Device Placement of DNN Graph Operators. NeurIPS 2020",
    limits:
      "Minimises max load whatever the objective. Where the graph has too many ideals it answers with the best split of one " +
      "topological order and says so. Weights are its memory; activations are not counted.",
  },
  options,
  create: (limits) => ({
    async *plan(scenario, evaluator) {
      const search = contiguousOptimum(scenario, limits);
      const breathe = breathEvery(1);
      let held: Split | null = null;
      let step = search.next();
      for (; step.done !== true; step = search.next(evaluator.exhausted)) {
        await breathe();
        // With one evaluation left it goes to the final plan.
        held = step.value ?? held;
        if (step.value === null || evaluator.remaining <= 1) continue;
        evaluator.evaluate(step.value.plan);
        yield step.value.plan;
        held = null;
      }
      const answer = step.value;
      if (answer.split === null) return { failure: noSplit(answer, limits) };
      if (held !== null) {
        evaluator.evaluate(held.plan);
        yield held.plan;
      }
      return {
        estimate: answer.split.valueUs,
        note: noteOn(scenario, answer, limits),
        timeLimited: answer.endedBy === "caller",
      };
    },
  }),
};

function noSplit(answer: ContiguousAnswer, limits: SearchLimits): string {
  if (answer.proven) return "No contiguous split fits the memory and the supported ops of the devices.";
  return `No contiguous split was found ${limitOf(answer, limits)}.`;
}

function noteOn({ objective }: Scenario, answer: ContiguousAnswer, limits: SearchLimits): string {
  const proof = answer.proven
    ? "Optimal among contiguous splits"
    : `Best contiguous split found ${limitOf(answer, limits)}, not proven optimal`;
  return objective === "max-load" ? `${proof}.` : `${proof} for max load, scored by ${objective}.`;
}

function limitOf({ endedBy }: ContiguousAnswer, limits: SearchLimits): string {
  if (endedBy === "ideals") return `within ${limits.ideals} ideals`;
  if (endedBy === "transitions") return `within ${limits.transitions} transitions`;
  return "within the budget of time";
}
