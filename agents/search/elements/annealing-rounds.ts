/**
 * Rounds of annealing, each from the best assignment so far. Rounds alternate between hot, which
 * leaves that assignment, and warm, which improves it. Each plan that is better than all before is
 * scored and yielded. The state counts its own scores of proposals as private passes.
 */

import { type Placement, placement } from "../../../env/model/plan/placement.ts";
import type { Rng } from "../../../env/model/rng.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { yieldEvery } from "../../event-loop.ts";
import type { SplitProblem } from "../../problems/split/split-problem.ts";
import { type Annealed, type AnnealingSchedule, anneal } from "./assignment-annealing.ts";
import type { Moves } from "./assignment-moves.ts";
import type { AssignmentState } from "./assignment-state.ts";

export interface RoundOptions {
  /** Proposals per element and round. */
  readonly proposals: number;
  readonly rounds: number;
  /** First temperatures of alternate rounds, and the last temperature of all. */
  readonly hot: number;
  readonly warm: number;
  readonly cold: number;
  /** A proven bound: the search ends at a plan that reaches it. */
  readonly provenUs: number;
  /**
   * Improves the state, at the start and after every round. Yields now and then, and ends if it is
   * answered `true`.
   */
  readonly polish?: () => Generator<void, void, boolean | undefined>;
  /** A round ends where so much of the budget is left, kept for scores; 0 by default. */
  readonly kept?: number;
  /** Random moves from the state's assignment; those of assignment-moves.ts by default. */
  readonly moves?: (state: AssignmentState, rng: Rng) => Moves;
}

export interface RoundsResult {
  readonly deviceOf: Int32Array;
  readonly proposals: number;
}

/** The evaluator may sum the same times in another order, so values differ by rounding. */
const ROUNDING = 1e-8;

/** Pre: `start` fits the memory. */
export async function* annealInRounds(
  state: AssignmentState,
  start: Int32Array,
  evaluator: MeteredEvaluator,
  rng: Rng,
  options: RoundOptions,
): AsyncGenerator<Placement, RoundsResult> {
  state.reset(start);
  state.energy();
  let best: Annealed = { deviceOf: start, valueUs: state.valueUs, proposals: 0 };
  let scoredUs = evaluator.best?.outcome.value ?? Number.POSITIVE_INFINITY;
  let proposals = 0;
  const yieldNow = yieldEvery(1);
  const polish = async (): Promise<void> => {
    if (options.polish === undefined || evaluator.exhausted) return;
    state.reset(best.deviceOf);
    const polishing = options.polish();
    while (polishing.next(evaluator.exhausted).done !== true) await yieldNow();
    state.energy();
    if (state.valueUs < best.valueUs)
      best = { ...best, deviceOf: state.deviceOf.slice(), valueUs: state.valueUs };
  };
  await polish();
  if (scoredUs > best.valueUs * (1 + ROUNDING) && !evaluator.exhausted) {
    yield scored(state.problem, best, evaluator);
    scoredUs = best.valueUs;
  }
  for (let round = 0; round < options.rounds; round++) {
    if (evaluator.exhausted || best.valueUs <= options.provenUs * (1 + ROUNDING)) break;
    state.reset(best.deviceOf);
    const annealing = anneal(state, rng, scheduleOf(state, evaluator, options, round), options.moves);
    let step = annealing.next();
    for (;;) {
      if (step.value.valueUs < best.valueUs) best = step.value;
      if (step.done === true) await polish();
      // With few evaluations left, only the ends of rounds are scored.
      const mayScore = step.done === true || evaluator.remaining > options.rounds;
      if (best.valueUs < scoredUs && mayScore && !evaluator.exhausted) {
        yield scored(state.problem, best, evaluator);
        scoredUs = best.valueUs;
      }
      if (step.done === true) break;
      await yieldNow();
      step = annealing.next(evaluator.exhausted || evaluator.remaining <= (options.kept ?? 0));
    }
    proposals += step.value.proposals;
  }
  return { deviceOf: best.deviceOf, proposals };
}

function scheduleOf(
  state: AssignmentState,
  evaluator: MeteredEvaluator,
  options: RoundOptions,
  round: number,
): AnnealingSchedule {
  const { hot, warm, cold } = options;
  const wanted = proposalsFor(state.problem, options.proposals);
  return {
    proposals: Math.max(1, Math.min(wanted, affordable(state, evaluator, options.rounds - round))),
    hot: Math.max(cold, round % 2 === 0 ? hot : warm),
    cold,
  };
}

function scored({ elements }: SplitProblem, { deviceOf }: Annealed, evaluator: MeteredEvaluator): Placement {
  const plan = placement(elements.of.map((element) => deviceOf[element]));
  evaluator.evaluate(plan);
  return plan;
}

/**
 * The most proposals that an even share of the budget pays for, if the budget counts simulations.
 * Each round needs a few more simulations: to start, and to score its best plan.
 */
function affordable(
  { simulationsPerProposal }: AssignmentState,
  { countedIn, remaining }: MeteredEvaluator,
  roundsLeft: number,
): number {
  if (countedIn === "evaluations") return Number.POSITIVE_INFINITY;
  return Math.floor((remaining / roundsLeft - SIMULATIONS_PER_ROUND) / simulationsPerProposal);
}

const SIMULATIONS_PER_ROUND = 6;

/** On a tiny graph, no more proposals than try every placement many times. */
function proposalsFor({ elements, scenario }: SplitProblem, perElement: number): number {
  const placements = scenario.cluster.devices.length ** elements.count;
  return Math.min(perElement * elements.count, 50 * placements);
}
