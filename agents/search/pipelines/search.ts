/**
 * The search for pipelines behind `best`. First come candidates that are given, such as exact plans
 * under a model. Where tensors can be divided, those with tensor ranks are beside them, and the
 * grid of hybrids. Then come the plans of the grid with the best estimates, and those of every
 * planner that is given, and a search for shardings. Small changes of the best pipeline take the
 * rest of the budget.
 */

import { type LayerChain, layerChain } from "../../../env/model/layers/layer-chain.ts";
import { type StagePlan, stagesIn } from "../../../env/model/layers/stage-plan.ts";
import type { Plan } from "../../../env/model/plan/plan.ts";
import type { Rng } from "../../../env/model/rng.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { scheduleOf } from "../../../env/model/schedule/index.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { PlanTooLarge } from "../../../env/sim/lower/size.ts";
import type { Fact, PlannerModule, PlannerReport } from "../../contract.ts";
import {
  finerMicroBatches,
  microBatchChoices,
  wholeMicroBatches,
} from "../../problems/pipeline/micro-batches.ts";
import { type Attempt, attempt } from "../groups/best-starts.ts";
import { climb, keyOf, type ScoredStages, scored } from "./climb.ts";
import { type Candidate, estimatedUs, gridOf } from "./grid.ts";
import { tensorDegrees, tensorGrid } from "./tensor-grid.ts";

export interface PipelineSearchOptions {
  /**
   * Plans that come first, best estimate first.
   *
   * @param memoryShare share of the memory that the model of the estimates may fill
   * @param degrees numbers of tensor ranks of a replica
   */
  candidates(
    chain: LayerChain,
    microBatchNumbers: readonly number[],
    memoryShare: number,
    degrees: readonly number[],
  ): Candidate[];
  /** Planners whose plans are the first. */
  readonly planners: readonly PlannerModule[];
  /** The search for shardings that comes last; null for none. */
  readonly shardings: PlannerModule | null;
  /** Only schedules that flush between batches. */
  readonly flush: boolean;
}

/** What one planner may spend: so much, or a share of what is left where that is more. */
const MOST_OF_ONE = 20;
const SHARE_OF_ONE = 1 / 8;
/** What the search for shardings may spend of what is left, where one of them is best or not. */
const SHARE_OF_BEST = 1 / 2;
const SHARE_OF_OTHERS = 1 / 4;
/** Most candidates of the grid that are scored. */
const MOST_CANDIDATES = 32;
const SCHEDULES = ["1f1b", "zb-h1", "gpipe", "pipedream", "2bw"];
const HOT = 0.01;
/** Shares of the memory that candidates may fill, tried until one fits by the simulator. */
const MEMORY_SHARES = [1, 0.85, 0.7, 0.55, 0.4];
const MOST_OF_A_SHARE = 4;

export async function* searchPipelines(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  rng: Rng,
  { candidates, planners, shardings, flush }: PipelineSearchOptions,
): AsyncGenerator<Plan, PlannerReport | undefined> {
  const chain = layerChain(scenario);
  if (typeof chain === "string") return { failure: chain };
  const degrees = tensorDegrees(chain);
  const limits = {
    degrees,
    microBatchNumbers: wholeMicroBatches(scenario),
    schedules: SCHEDULES.filter((name) => !(flush && scheduleOf(name).asynchronous)),
  };
  const numbers = microBatchChoices(scenario, 0);
  const starts: ScoredStages[] = [];
  const seen = new Set<string>();
  starts.push(...(yield* firstThatFit(chain, evaluator, { candidates, degrees, seen })));
  const grid = gridOf(chain, numbers);
  const ofGrid = flush ? grid.filter(isFlushed) : grid;
  const most = Math.min(MOST_CANDIDATES, Math.ceil(evaluator.remaining / 4));
  const firstOfGrid = ofGrid
    .slice(0, most)
    .map(({ plan }) => plan)
    .filter(newIn(seen));
  starts.push(...(yield* scoredInTurn(chain, firstOfGrid, evaluator)));
  for (const module of planners) {
    const start = yield* startOf(chain, module, evaluator, rng);
    if (start !== null && (!flush || isFlushed(start))) starts.push(start);
  }
  const share = evaluator.best?.plan.kind === "sharding" ? SHARE_OF_BEST : SHARE_OF_OTHERS;
  const amount = Math.floor(evaluator.remaining * share);
  if (shardings !== null && amount >= 1) yield* tried(chain, shardings, evaluator, rng, amount);
  const best = starts.reduce<ScoredStages | null>(
    (least, start) => (least === null || start.cost < least.cost ? start : least),
    null,
  );
  if (best === null) return undefined;
  const found = yield* climb(chain, best, evaluator, rng.child("climb"), { ...limits, hot: HOT });
  return flush ? { facts: staleFacts(chain, found.plan, grid) } : undefined;
}

interface Leading {
  readonly candidates: PipelineSearchOptions["candidates"];
  readonly degrees: readonly number[];
  /** Keys of plans that were scored. */
  readonly seen: Set<string>;
}

/** Whether a plan is new; from then on it is not. */
const newIn =
  (seen: Set<string>) =>
  (plan: StagePlan): boolean =>
    seen.size < seen.add(keyOf(plan)).size;

/** Candidates that fill less and less of the memory by their estimates, until one of them fits. */
function* firstThatFit(
  chain: LayerChain,
  evaluator: MeteredEvaluator,
  { candidates, degrees, seen }: Leading,
): Generator<Plan, ScoredStages[]> {
  const { scenario } = chain;
  const starts: ScoredStages[] = [];
  // More micro-batches than planners choose by themselves keep less, where nothing else fits. The
  // fewest come first, as they cost least to simulate.
  const finer = finerMicroBatches(scenario).map((number) => [number]);
  for (const numbers of [microBatchChoices(scenario, 0), ...finer])
    for (const share of MEMORY_SHARES) {
      const most = Math.min(MOST_OF_A_SHARE, Math.ceil(evaluator.remaining / 8));
      const lists = [
        candidates(chain, numbers, share, [1]),
        ...(degrees.length > 1
          ? [tensorGrid(chain, numbers, share), candidates(chain, numbers, share, degrees)]
          : []),
      ];
      if (lists.every((list) => list.length === 0)) break;
      const unseen = lists.map((list) => list.filter(({ plan }) => !seen.has(keyOf(plan))));
      const first = unseen.flatMap((list) => list.slice(0, most)).map(({ plan }) => plan);
      const scoredOnes = yield* scoredInTurn(chain, first.filter(newIn(seen)), evaluator);
      // The shortest fill keeps more activations, so it is for those that fit.
      const fitting = scoredOnes.filter(({ isFeasible, plan }) => isFeasible && plan.stages.length > 1);
      const shorter = fitting.map(({ plan }) => ({ ...plan, schedule: { name: "zb-h1" } }));
      starts.push(...scoredOnes, ...(yield* scoredInTurn(chain, shorter, evaluator)));
      if (evaluator.best?.outcome.feasible === true) return starts;
    }
  return starts;
}

/** What stale weights would gain, where the estimates say that they gain anything. */
function staleFacts(chain: LayerChain, plan: StagePlan, grid: readonly Candidate[]): Fact[] {
  const stale = grid.find((candidate) => !isFlushed(candidate));
  const flushedUs = estimatedUs(chain, plan);
  if (stale === undefined || !Number.isFinite(flushedUs) || stale.estimateUs >= flushedUs) return [];
  const value = Math.round((1000 * (flushedUs - stale.estimateUs)) / flushedUs) / 10;
  return [{ name: "estimated gain with stale weights, flush=false", value, unit: "%" }];
}

const isFlushed = ({ plan }: Pick<ScoredStages, "plan">): boolean =>
  !scheduleOf(plan.schedule.name).asynchronous;

/** Yields plans better than all before. */
function* scoredInTurn(
  chain: LayerChain,
  plans: readonly StagePlan[],
  evaluator: MeteredEvaluator,
): Generator<Plan, (ScoredStages & { readonly isFeasible: boolean })[]> {
  const all: (ScoredStages & { readonly isFeasible: boolean })[] = [];
  for (const plan of plans) {
    const before = evaluator.best;
    all.push({ plan, ...scored(chain, plan, evaluator) });
    if (evaluator.best !== null && evaluator.best !== before) yield evaluator.best.plan;
  }
  return all;
}

async function* startOf(
  chain: LayerChain,
  module: PlannerModule,
  evaluator: MeteredEvaluator,
  rng: Rng,
): AsyncGenerator<Plan, ScoredStages | null> {
  const { remaining } = evaluator;
  const share = Number.isFinite(remaining) ? Math.floor(remaining * SHARE_OF_ONE) : 0;
  const most = Math.min(Math.max(MOST_OF_ONE, share), Math.floor(remaining / 2));
  if (most < 1) return null;
  const { start } = yield* tried(chain, module, evaluator, rng, most);
  if (start === null || start.plan.kind !== "pipeline") return null;
  const plan = stagesIn(chain, start.plan);
  return plan === null ? null : { plan, cost: start.cost };
}

/** A planner whose plan is too large to simulate is passed over. */
async function* tried(
  { scenario }: LayerChain,
  module: PlannerModule,
  evaluator: MeteredEvaluator,
  rng: Rng,
  most: number,
): AsyncGenerator<Plan, Pick<Attempt, "start">> {
  try {
    return yield* attempt({ module, options: {} }, scenario, evaluator, rng, most);
  } catch (error) {
    if (error instanceof PlanTooLarge) return { start: null };
    throw error;
  }
}
