/**
 * The question of a synchronous hybrid pipeline on a chain: where to cut it, how many replicas each
 * stage gets and on which devices. Each stage also chooses a variant, such as recompute or not.
 *
 *   latency    = sum of fill + (M - 1) x longest period + tail
 *   bottleneck = longest of max(period, sync / M)
 *
 * M is the number of micro-batches. The tail is what is left to synchronise when the first stage
 * has done its last backward pass. A later stage is done earlier, by the `hidden` times of the
 * stages before it:
 *
 *   tail = max over stages s of max(0, sync(s) - sum of hidden(a) over the stages a before s)
 *
 * Devices stand in a fixed order. The first stage takes the first of them, the next stage the
 * following ones; the last devices may stay unused. So a stage's costs may depend on where its
 * devices begin: on which type they are, or where in a machine.
 *
 * A stage of a synchronous schedule keeps activations of as many micro-batches as there are stages
 * from it to the end. So its memory depends on its depth, the number of those stages. `deepest` is
 * the largest depth at which it fits; it also fits at any smaller one.
 */

/** What one variant of a stage costs for one micro-batch; any unit of time. */
export interface StageCost {
  /** Time that the first micro-batch takes through the stage, both passes and its transfers. */
  readonly fill: number;
  /** Time from one micro-batch to the next. */
  readonly period: number;
  /** Time to synchronise the weights of the replicas, once for all micro-batches. */
  readonly sync: number;
  /** By how much earlier the stages after this one are done; 0 hides nothing. */
  readonly hidden: number;
  /** Infinite where memory sets no limit, 0 where the stage never fits. */
  readonly deepest: number;
}

export interface StageProblem {
  readonly layers: number;
  readonly devices: number;
  readonly microBatches: number;
  /** Numbers of replicas that a stage may have, ascending. */
  readonly replicaCounts: readonly number[];
  /**
   * Class of the place where a stage's devices begin, shape [devices]. Costs are asked for each
   * class once. All 0 where devices are alike and costs do not depend on places.
   */
  readonly placeClass: Int32Array;
  readonly variants: number;
  /** Costs of the layers first..end-1, null where there is no such stage. */
  cost(first: number, end: number, place: number, replicas: number, variant: number): StageCost | null;
}

export interface ChosenStage {
  readonly first: number;
  /** One beyond the last layer. */
  readonly end: number;
  readonly replicas: number;
  readonly variant: number;
}

export interface HybridPlan {
  readonly value: number;
  readonly stages: readonly ChosenStage[];
}

export type StageObjective = "latency" | "bottleneck";

/** What the objectives are made of. */
export interface StageFigures {
  readonly fill: number;
  readonly period: number;
  readonly tail: number;
  readonly bottleneck: number;
  /** False where a stage is too deep for its memory. */
  readonly fits: boolean;
}

/** Null where there is no such stage, or there are too few devices. */
export function stageFigures(problem: StageProblem, stages: readonly ChosenStage[]): StageFigures | null {
  let fits = true;
  let [fill, period, tail, hidden, bottleneck, start] = [0, 0, 0, 0, 0, 0];
  for (const [s, { first, end, replicas, variant }] of stages.entries()) {
    if (start + replicas > problem.devices) return null;
    const cost = problem.cost(first, end, problem.placeClass[start], replicas, variant);
    if (cost === null) return null;
    fits &&= cost.deepest >= stages.length - s;
    fill += cost.fill;
    period = Math.max(period, cost.period);
    tail = Math.max(tail, cost.sync - hidden);
    hidden += cost.hidden;
    bottleneck = Math.max(bottleneck, cost.period, cost.sync / problem.microBatches);
    start += replicas;
  }
  return { fill, period, tail, bottleneck, fits };
}

/** The value of given stages; infinite where they do not fit. */
export function stagesValue(
  problem: StageProblem,
  stages: readonly ChosenStage[],
  objective: StageObjective,
): number {
  const figures = stageFigures(problem, stages);
  if (figures === null || !figures.fits) return Number.POSITIVE_INFINITY;
  const { fill, period, tail, bottleneck } = figures;
  return objective === "bottleneck" ? bottleneck : fill + (problem.microBatches - 1) * period + tail;
}
