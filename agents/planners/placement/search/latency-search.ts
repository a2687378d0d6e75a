/**
 * Search for single-sample latency. Topological orders are cut into runs by dynamic programming
 * (latency-chain.ts). Annealing then starts from the best of them and scores every proposal by the
 * objective itself.
 *
 * The search scores each cut of an order and each proposal privately. The evaluator scores each
 * plan that is better than those before.
 */

import { z } from "zod";
import { colocated, contract } from "../../../../env/model/layers/elements.ts";
import type { Placement } from "../../../../env/model/plan/placement.ts";
import type { Rng } from "../../../../env/model/rng.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { largerBound } from "../../../../env/sim/bounds/best.ts";
import { partedBounds } from "../../../../env/sim/bounds/latency/bounds.ts";
import type { MeteredEvaluator } from "../../../../env/sim/evaluator/meter.ts";
import { endOf, type PlannerModule, type PlannerReport } from "../../../contract.ts";
import { yieldEvery } from "../../../event-loop.ts";
import { elementDevices } from "../../../problems/split/split-plan.ts";
import { type SplitProblem, splitProblem } from "../../../problems/split/split-problem.ts";
import { annealInRounds } from "../../../search/elements/annealing-rounds.ts";
import type { AssignmentState } from "../../../search/elements/assignment-state.ts";
import { cutForLatency, randomOrder } from "../../../search/elements/latency-chain.ts";
import { createLatencyState } from "../../../search/elements/latency-state.ts";
import { packedByMemory } from "../../../search/elements/packed-start.ts";

const options = z.strictObject({
  orders: z.int().min(1).default(24).describe("Topological orders that are cut before the annealing."),
  proposals: z.int().min(1).default(80).describe("Proposals per co-location class in a round of annealing."),
  rounds: z.int().min(1).default(6).describe("Rounds of annealing, each from the best plan so far."),
  hot: z
    .number()
    .positive()
    .max(1)
    .default(0.02)
    .describe("First temperature of every other round, as a share of the latency."),
  warm: z.number().positive().max(1).default(0.003).describe("First temperature of the rounds in between."),
  cold: z.number().positive().max(1).default(1e-4).describe("Last temperature of a round."),
});
type Options = z.infer<typeof options>;

export const latencySearch: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "latency-search",
    name: "Latency search",
    summary: "Topological orders cut into runs by a dynamic program, then annealing with exact evaluation.",
    searchSpace: "device per co-location class",
    paper:
      "Objective: Tarnawski, Phanishayee, Devanur, Mahajan, Nina Paravecino: Efficient Algorithms for Device Placement of DNN Graph Operators. NeurIPS 2020",
    limits: "Latency only. Each proposal that the search scores itself counts as a simulation.",
  },
  traits: { answers: "placement", objectives: ["latency"], effort: "seconds", random: true, special: true },
  options,
  create: (given) => ({
    plan: (scenario, evaluator, rng) => search(scenario, evaluator, rng, given),
  }),
};

async function* search(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  rng: Rng,
  { orders, ...rounds }: Options,
): AsyncGenerator<Placement, PlannerReport | undefined> {
  const problem = splitProblem(scenario, colocated(scenario));
  const state = createLatencyState(problem, evaluator);
  const start = (await bestCut(state, evaluator, rng, orders)) ?? packedByMemory(problem);
  if (start === null)
    return { failure: "No placement was found that fits the memory and the supported ops of the devices." };
  const bound = partedBounds(scenario)
    .filter(({ value }) => value < Number.POSITIVE_INFINITY)
    .reduce((best, next) => largerBound(best, next), evaluator.bound());
  const { proposals } = yield* annealInRounds(state, start, evaluator, rng, {
    ...rounds,
    provenUs: bound.value,
  });
  return {
    bound,
    ended: endOf(evaluator),
    facts: [
      { name: "orders cut", value: orders },
      { name: "proposals scored by the search", value: proposals },
    ],
  };
}

/** Null where no order has a cut that fits. */
async function bestCut(
  state: AssignmentState,
  evaluator: MeteredEvaluator,
  rng: Rng,
  orders: number,
): Promise<Int32Array | null> {
  const { scenario, elements } = state.problem;
  const contracted: SplitProblem = splitProblem(scenario, contract(scenario));
  const yieldNow = yieldEvery(1);
  let best: Int32Array | null = null;
  let bestUs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < orders && !evaluator.exhausted; i++) {
    await yieldNow();
    const order =
      i === 0
        ? Int32Array.from({ length: contracted.elements.count }, (_, v) => v)
        : randomOrder(contracted, rng);
    const cut = cutForLatency(contracted, order);
    if (cut === null) continue;
    const device = contracted.elements.of.map((element) => cut[element]);
    const deviceOf = elementDevices(elements, { kind: "placement", device });
    state.reset(deviceOf);
    state.energy();
    if (state.valueUs >= bestUs) continue;
    best = deviceOf;
    bestUs = state.valueUs;
  }
  return best;
}
