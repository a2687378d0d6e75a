/**
 * The contiguous dynamic program over ideals (Tarnawski et al., NeurIPS 2020): first DPL, the best split of one topological
 * order, then the optimum over all contiguous splits, searched below DPL's value.
 *
 * It minimises max load, forward and backward work of a device added. Where the scenario's objective is another one the
 * plans are still those, scored by that objective. Optimal among contiguous splits is no bound: others may be better.
 */
import { z } from "zod";
import type { MeteredEvaluator } from "../../env/index.ts";
import type { PlannerModule } from "../contract.ts";
import { contract } from "../exact/contract.ts";
import { type SearchLimits, type SearchOptions, type SplitResult, searchIdeals } from "../exact/ideals.ts";
import { splitPlan } from "../exact/split-plan.ts";
import { type SplitProblem, splitProblem } from "../exact/split-problem.ts";
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
      const problem = splitProblem(scenario, contract(scenario));
      const anyValue = Number.POSITIVE_INFINITY;
      const line = await finish(problem, evaluator, { limits, chain: true, upperUs: anyValue });
      // With one evaluation left it goes to the final plan.
      const showLine = line.split !== null && evaluator.remaining > 1;
      if (line.split !== null && showLine) {
        const plan = splitPlan(problem, line.split.stages);
        evaluator.evaluate(plan);
        yield plan;
      }
      const upperUs = line.split?.valueUs ?? anyValue;
      const all = await finish(problem, evaluator, { limits, chain: false, upperUs });
      const split = all.split ?? line.split;
      if (split === null) return { failure: noSplit(all, limits) };
      if (all.split !== null || !showLine) {
        const plan = splitPlan(problem, split.stages);
        evaluator.evaluate(plan);
        yield plan;
      }
      return {
        estimate: split.valueUs,
        note: noteOn(problem, all, limits),
        timeLimited: !all.complete && limitOf(all, limits) === TIME,
      };
    },
  }),
};

/** Runs a search to its end, to a limit or until the budget is spent, letting others run now and then. */
async function finish(
  problem: SplitProblem,
  evaluator: MeteredEvaluator,
  options: SearchOptions,
): Promise<SplitResult> {
  const search = searchIdeals(problem, options);
  const breathe = breathEvery(1);
  for (let step = search.next(); ; step = search.next(evaluator.exhausted)) {
    if (step.done === true) return step.value;
    await breathe();
  }
}

function noSplit(all: SplitResult, limits: SearchLimits): string {
  if (all.complete) return "No contiguous split fits the memory and the supported ops of the devices.";
  return `No contiguous split was found ${limitOf(all, limits)}.`;
}

function noteOn({ scenario, elements }: SplitProblem, all: SplitResult, limits: SearchLimits): string {
  const { objective } = scenario;
  const which = elements.lossless ? "" : " with idle ops beside their only neighbour";
  const proof = all.complete
    ? `Optimal among contiguous splits${which}`
    : `Best contiguous split found ${limitOf(all, limits)}, not proven optimal`;
  return objective === "max-load" ? `${proof}.` : `${proof} for max load, scored by ${objective}.`;
}

const TIME = "within the budget of time";

function limitOf({ ideals, transitions }: SplitResult, limits: SearchLimits): string {
  if (ideals > limits.ideals) return `within ${limits.ideals} ideals`;
  if (transitions > limits.transitions) return `within ${limits.transitions} transitions`;
  return TIME;
}
