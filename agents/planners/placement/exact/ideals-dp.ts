/**
 * The contiguous dynamic program over ideals (Tarnawski et al., NeurIPS 2020). First DPL finds the
 * best split of one topological order. Then the optimum over all contiguous splits is searched
 * below DPL's value.
 *
 * It minimises max load: the forward and backward work of a device, summed. Under another objective
 * it finds the same plans, and they are scored by that objective. An optimum among contiguous
 * splits is no bound: other plans may be better.
 */
import { z } from "zod";
import { contractExactly } from "../../../../env/model/layers/elements.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { endOf, type Fact, type PlannerModule } from "../../../contract.ts";
import { yieldEvery } from "../../../event-loop.ts";
import { CERTIFIED_TOLERANCE, certify } from "../../../exact/certificate/certificate.ts";
import {
  type ContiguousAnswer,
  contiguousOptimum,
  linearOptimum,
  type Split,
} from "../../../exact/ideals/contiguous-optimum.ts";
import type { SearchLimits } from "../../../exact/ideals/ideals.ts";
import { replicatedSplit } from "../../../exact/ideals/replicated-split.ts";
import { splitProblem } from "../../../problems/split/split-problem.ts";

const options = z.strictObject({
  ideals: z.int().min(1).default(500_000).describe("Ideals kept before the search gives up."),
  transitions: z
    .int()
    .min(0)
    .default(0)
    .describe(
      "Sets enumerated before the search gives up; 0 stands for 50,000,000, or 1,000,000,000 where the objective is max load.",
    ),
  linearised: z
    .boolean()
    .default(false)
    .describe("Stops after DPL: the best split of one topological order."),
  certify: z
    .int()
    .min(0)
    .default(0)
    .describe(
      "Steps of a plain search that certifies the optimum without the program's code; 0 asks for none.",
    ),
  replication: z
    .boolean()
    .default(false)
    .describe(
      "Also estimates what replicated stages would give, on graphs of at most 1,000 ideals; the estimate has no plan.",
    ),
});

export const idealsDp: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "ideals-dp",
    systems: ["dnn-partitioning"],
    name: "Ideals DP",
    summary:
      "Optimal contiguous split for max load, by a dynamic program over predecessor-closed sets of ops.",
    searchSpace: "contiguous split over devices",
    paper:
      "Tarnawski, Phanishayee, Devanur, Mahajan, Nina Paravecino: Efficient Algorithms for Device Placement of DNN Graph Operators. NeurIPS 2020",
    limits:
      "Minimises max load under any objective. If the graph has too many ideals it returns the best split of one " +
      "topological order and says so. Its memory counts weights, not activations.",
  },
  traits: { answers: "placement", objectives: "any", effort: "seconds", random: false, usefulFirst: 5 },
  options,
  refuses: (_, { linearised, certify }) =>
    linearised && certify > 0
      ? "The certificate is of the optimum over all contiguous splits; leave certify or linearised out."
      : null,
  create: (given) => ({
    async *plan(scenario, evaluator) {
      const limits = { ...given, transitions: given.transitions || mostTransitions(scenario) };
      const search = given.linearised ? linearOptimum(scenario, limits) : contiguousOptimum(scenario, limits);
      const yieldNow = yieldEvery(1);
      let held: Split | null = null;
      let step = search.next();
      for (; step.done !== true; step = search.next(evaluator.exhausted)) {
        await yieldNow();
        // The last evaluation is kept for the final plan.
        held = step.value ?? held;
        if (step.value === null || evaluator.remaining <= 1) continue;
        evaluator.evaluate(step.value.plan);
        yield step.value.plan;
        held = null;
      }
      const answer = step.value;
      if (answer.split === null)
        return { failure: given.linearised && answer.proven ? NONE_OF_THE_ORDER : noSplit(answer, limits) };
      if (held !== null) {
        evaluator.evaluate(held.plan);
        yield held.plan;
      }
      const facts: Fact[] = [];
      if (!answer.proven)
        facts.push({
          name: `no contiguous split met ${limitOf(answer, limits)} is below`,
          value: answer.lowerUs,
          unit: "us",
        });
      if (limits.certify > 0 && answer.proven)
        facts.push(
          await certificateOf(scenario, answer.split.valueUs, limits.certify, () => evaluator.exhausted),
        );
      if (limits.replication) facts.push(replicationOf(scenario));
      return {
        ended: answer.proven ? "done" : answer.endedBy === "caller" ? endOf(evaluator) : "limit",
        estimate: { value: answer.split.valueUs, unit: "us", model: "max load" },
        optimalAmong: answer.proven ? amongOf(scenario, given.linearised) : undefined,
        facts,
      };
    },
  }),
};

/** Under another objective than max load, the optimum is not worth minutes. */
const mostTransitions = ({ objective }: Scenario): number =>
  objective === "max-load" ? 1_000_000_000 : 50_000_000;

async function certificateOf(
  scenario: Scenario,
  valueUs: number,
  mostSteps: number,
  stop: () => boolean,
): Promise<Fact> {
  const search = certify(scenario, valueUs * (1 - CERTIFIED_TOLERANCE), mostSteps);
  const yieldNow = yieldEvery(1);
  let step = search.next();
  for (; step.done !== true; step = search.next(stop())) await yieldNow();
  const { holds, steps } = step.value;
  if (holds === null)
    return { name: "not certified: a plain search ended after", value: steps, unit: "steps" };
  if (!holds)
    throw new Error("The certificate found a contiguous split below the optimum of the ideals program.");
  return { name: "certified by a plain search of", value: steps, unit: "steps" };
}

function replicationOf(scenario: Scenario): Fact {
  const problem = splitProblem(scenario, contractExactly(scenario));
  const bytesPerUs = scenario.cluster.links.reduce(
    (least, link) => Math.min(least, link.bytesPerUs),
    Infinity,
  );
  const found = replicatedSplit(problem, { bytesPerUs }, MOST_IDEALS_REPLICATED);
  if (found === undefined)
    return { name: "replication not estimated: ideals above", value: MOST_IDEALS_REPLICATED };
  if (found === null) return { name: "with replication", value: "nothing fits either" };
  const replicas = found.stages.map((stage) => stage.replicas).join("-");
  return { name: `estimate with replicated stages (${replicas})`, value: found.valueUs, unit: "us" };
}

const MOST_IDEALS_REPLICATED = 1_000;

function noSplit(answer: ContiguousAnswer, limits: SearchLimits): string {
  if (answer.proven)
    return "None found: no contiguous split fits the memory and the supported ops of the devices, which is proven; others were not tried.";
  return `None found: no contiguous split was met ${limitOf(answer, limits)}.`;
}

const NONE_OF_THE_ORDER =
  "None found: no split of the topological order fits the memory and the supported ops of the devices, which is proven; others were not tried.";

function amongOf({ objective }: Scenario, linearised: boolean): string {
  const among = linearised ? "splits of one topological order" : "contiguous splits";
  return objective === "max-load" ? among : `${among} for max load`;
}

function limitOf({ endedBy }: ContiguousAnswer, limits: SearchLimits): string {
  if (endedBy === "ideals") return `within ${limits.ideals.toLocaleString("en-US")} ideals`;
  if (endedBy === "transitions") return `within ${limits.transitions.toLocaleString("en-US")} transitions`;
  return "within the budget of time";
}
