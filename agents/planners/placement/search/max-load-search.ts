/**
 * Search for max load, over all placements or over contiguous splits alone. It starts with the
 * optimal contiguous split (Tarnawski et al., NeurIPS 2020), or the best one within limits. Rounds
 * of annealing from the best plan follow. A hot round leaves that plan, and the warm round after it
 * repairs the result. After each round the elements of the most loaded device and another one are
 * split again between the two, while that helps.
 *
 * The annealing scores its proposals with its own incremental loads, which are exact. The evaluator
 * scores every plan that is better than those before. The result is never worse than the contiguous
 * split. Between the rounds what a device can hold proves a bound on all placements
 * (cover-bound.ts).
 *
 * Among contiguous splits the moves are those of line-moves.ts, and no pair is split again.
 */

import { z } from "zod";
import { colocated, contractExactly } from "../../../../env/model/layers/elements.ts";
import { asPlacement, type Plan } from "../../../../env/model/plan/plan.ts";
import type { Rng } from "../../../../env/model/rng.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { PLACEMENTS } from "../../../../env/sim/bounds/best.ts";
import type { Bound } from "../../../../env/sim/evaluator/contract.ts";
import type { MeteredEvaluator } from "../../../../env/sim/evaluator/meter.ts";
import { endOf, type Fact, type PlannerModule, type PlannerReport } from "../../../contract.ts";
import { yieldEvery } from "../../../event-loop.ts";
import { type CoverLimits, coverBound } from "../../../exact/cover/cover-bound.ts";
import { coverOrder } from "../../../problems/split/forward-order.ts";
import { elementDevices } from "../../../problems/split/split-plan.ts";
import { type SplitProblem, splitProblem } from "../../../problems/split/split-problem.ts";
import { annealInRounds } from "../../../search/elements/annealing-rounds.ts";
import { polishPairs } from "../../../search/elements/assignment-polish.ts";
import { createLineMoves } from "../../../search/elements/line-moves.ts";
import { createMaxLoadState } from "../../../search/elements/max-load-state.ts";
import { packedByMemory } from "../../../search/elements/packed-start.ts";
import { idealsDp } from "../exact/ideals-dp.ts";

const options = z.strictObject({
  contiguous: z
    .boolean()
    .default(false)
    .describe("Keeps to contiguous splits, as ideals-dp; ends where the start is proven to be the best."),
  proposals: z
    .int()
    .min(1)
    .default(3_000)
    .describe("Proposals per co-location class in a round of annealing."),
  rounds: z.int().min(1).default(6).describe("Rounds of annealing, each from the best plan so far."),
  pairs: z
    .int()
    .min(0)
    .default(10_000)
    .describe("Most nodes of a program that splits the elements of two devices again; 0 leaves that out."),
  hot: z
    .number()
    .positive()
    .max(1)
    .default(0.1)
    .describe("First temperature of every other round, as a share of the load."),
  warm: z.number().positive().max(1).default(0.02).describe("First temperature of the rounds in between."),
  cold: z.number().positive().max(1).default(3e-5).describe("Last temperature of a round."),
  ideals: z.int().min(1).default(500_000).describe("Limit of the contiguous start, as in ideals-dp."),
  transitions: z.int().min(1).default(50_000_000).describe("Limit of the contiguous start, as in ideals-dp."),
  nodes: z
    .int()
    .min(1)
    .default(100_000)
    .describe("Widest network that gets the bound by device sets, in nodes of its graph of sets."),
  entries: z.int().min(2).default(400).describe("Entries that a node of that graph keeps at most."),
  steps: z.int().min(1).default(1_500).describe("Steps of the bound."),
  work: z.int().min(1).default(50_000_000).describe("Entries over all steps of the bound."),
});
type Options = z.infer<typeof options>;

export const maxLoadSearch: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "max-load-search",
    name: "Max-load search",
    summary: "The optimal contiguous split, then annealing over all placements by exact incremental loads.",
    searchSpace: "device per co-location class",
    paper:
      "Objective and start: Tarnawski, Phanishayee, Devanur, Mahajan, Nina Paravecino: Efficient Algorithms for Device Placement of DNN Graph Operators. NeurIPS 2020",
    limits:
      "Max load only. Its own scores of proposals count as simulations by the share of the ops that they move.",
  },
  traits: { answers: "placement", objectives: ["max-load"], effort: "seconds", random: true, special: true },
  options,
  create: (given) => ({
    plan: (scenario, evaluator, rng) => search(scenario, evaluator, rng, given),
  }),
};

async function* search(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  rng: Rng,
  { contiguous, ideals, transitions, pairs, nodes, entries, steps, work, ...given }: Options,
): AsyncGenerator<Plan, PlannerReport | undefined> {
  const free = splitProblem(scenario, colocated(scenario));
  const problem = contiguous ? splitProblem(scenario, contractExactly(scenario)) : free;
  const program = idealsDp.create(idealsDp.options.parse({ ideals, transitions }));
  const split = yield* program.plan(scenario, evaluator, rng);
  if (contiguous && split?.optimalAmong !== undefined) return split;
  const start = startOf(problem, evaluator, contiguous);
  if (start === null) return { failure: contiguous ? (split?.failure ?? NONE_IN_LINE) : NONE };

  const state = createMaxLoadState(problem, evaluator, contiguous ? MOVES_IN_LINE : undefined);
  // The proof comes halfway, where it can make the second half unnecessary.
  const firstRounds = Math.ceil(given.rounds / 2);
  const knownUs = evaluator.bound().value;
  let resplits = 0;
  const order = coverOrder(scenario, free.elements);
  const polish = function* (): Generator<void, void, boolean | undefined> {
    const polishing = polishPairs(state, order, { nodes: pairs, ...POLISH });
    for (let step = polishing.next(); step.done !== true; step = polishing.next(yield)) resplits++;
  };
  const inLine = { moves: createLineMoves, kept: given.rounds + 1 };
  const rounds = { ...given, ...(contiguous ? inLine : { polish: pairs === 0 ? undefined : polish }) };
  const early = { ...rounds, rounds: firstRounds, provenUs: knownUs };
  const first = yield* annealInRounds(state, start, evaluator, rng, early);
  const bound = await proven(free, order, evaluator, { nodes, entries, steps, work });
  const late = { ...rounds, rounds: given.rounds - firstRounds, provenUs: bound?.value ?? knownUs };
  const second = yield* annealInRounds(state, first.deviceOf, evaluator, rng, late);
  return {
    bound,
    ended: endOf(evaluator),
    facts: [
      { name: "proposals scored by the search", value: first.proposals + second.proposals },
      ...(contiguous ? [] : [{ name: "pairs of devices split again", value: resplits }]),
      ...startFacts(split),
    ],
  };
}

function startOf(problem: SplitProblem, { best }: MeteredEvaluator, contiguous: boolean): Int32Array | null {
  if (best?.outcome.feasible) return elementDevices(problem.elements, asPlacement(best.plan));
  return contiguous ? null : packedByMemory(problem);
}

const NONE = "No placement was found that fits the memory and the supported ops of the devices.";
const NONE_IN_LINE = "No contiguous split was met that fits the memory of the devices.";

/** Moves of a proposal among contiguous splits, where elements move along: measured, 3 to 9. */
const MOVES_IN_LINE = 4;

/**
 * How many levels of load the sharing between two devices distinguishes, and how often it is tried
 * after a round.
 */
const POLISH = { buckets: 200, tries: 300 };

/** A bound on all placements by device sets, where it is better than the known one. */
async function proven(
  problem: SplitProblem,
  order: Int32Array,
  evaluator: MeteredEvaluator,
  limits: CoverLimits,
): Promise<Bound | undefined> {
  const lowerUs = evaluator.bound().value;
  const upperUs = evaluator.best?.outcome.value ?? evaluator.ceiling;
  const proof = coverBound(problem, order, { lowerUs, upperUs, limits });
  const yieldNow = yieldEvery(1);
  for (let step = proof.next(); ; step = proof.next(evaluator.exhausted)) {
    if (step.done !== true) {
      await yieldNow();
      continue;
    }
    if (step.value === null || step.value <= lowerUs) return undefined;
    return { argument: "device sets", covers: PLACEMENTS, value: step.value };
  }
}

const startFacts = (contiguous: PlannerReport | undefined): Fact[] =>
  contiguous?.failure === undefined ? [] : [{ name: "no contiguous start", value: contiguous.failure }];
