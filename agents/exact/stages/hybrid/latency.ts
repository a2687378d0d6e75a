/**
 * The hybrid pipeline of least latency on a chain, exact:
 *
 *   least over all plans of  fill + tail + (M - 1) x longest period
 *
 * Branch and bound over boxes of (longest period, tail), the box of the least bound first. In a box
 * the least fill, by the programs of sums.ts and labels.ts, bounds every plan:
 *
 *   least fill + (M - 1) x lowest period + lowest tail
 *
 * The plan of least fill has a period and a tail of its own. Plans of the box with no less of both
 * are not better, so that the box is cut there. In a narrow box labels find the least sum of fill
 * and tail at once.
 */
import { leastThreshold } from "./bottleneck.ts";
import { leastFillAndTail } from "./labels.ts";
import { type OptionView, type StageOptions, stageOptions, viewOf } from "./options.ts";
import {
  type ChosenStage,
  type HybridPlan,
  type StageFigures,
  type StageProblem,
  stageFigures,
  stagesValue,
} from "./problem.ts";
import { fillSums, fittingStages, leastSumStages } from "./sums.ts";

/** Plans with a longest period in [periodLow, periodHigh), a tail in [tailLow, tailHigh). */
interface Box {
  readonly periodLow: number;
  readonly periodHigh: number;
  readonly tailLow: number;
  readonly tailHigh: number;
  /** No plan of the box is better. */
  readonly bound: number;
  /** The plan of least fill, where it is known already. */
  readonly known: Found | null;
}

interface Found extends StageFigures {
  readonly stages: readonly ChosenStage[];
}

/** A box is narrow where its bound is so close to its plans, as a share of the best value. */
const NARROW = 1e-3;

/** First plans are sought with periods below these multiples of the least one. */
const FIRST_PERIODS = [1.001, 1.05, 1.15, 1.4, 2, Number.POSITIVE_INFINITY];

/** And with tails below these shares of the value of the plan of least period. */
const FIRST_TAILS = [2, 0.3, 0.1, 0.03];

/** A range of periods is wide where they differ by more than this share of the best value. */
const WIDE = 0.02;

/** Null where nothing fits. */
export function leastLatency(problem: StageProblem): HybridPlan | null {
  const options = stageOptions(problem);
  const fastest = leastThreshold(options, options.period);
  if (fastest === null) return null;
  const search = new Search(problem, options, fastest);
  search.seed(fastest.value);
  search.open.push({
    periodLow: fastest.value,
    // A longer period or tail costs more than the best plan by itself.
    periodHigh: search.weight === 0 ? Number.POSITIVE_INFINITY : search.best.value / search.weight,
    tailLow: 0,
    tailHigh: search.best.value,
    bound: 0,
    known: null,
  });
  for (;;) {
    const box = search.takeLeast();
    if (box === null || box.bound >= search.best.value) return search.best;
    search.explore(box);
  }
}

class Search {
  readonly open: Box[] = [];
  readonly problem: StageProblem;
  readonly options: StageOptions;
  readonly weight: number;
  readonly hides: boolean;
  best: HybridPlan;

  constructor(problem: StageProblem, options: StageOptions, fastest: HybridPlan) {
    this.problem = problem;
    this.options = options;
    this.weight = problem.microBatches - 1;
    this.hides = options.hidden.some((time) => time > 0);
    this.best = { stages: fastest.stages, value: stagesValue(problem, fastest.stages, "latency") };
  }

  takeLeast(): Box | null {
    const { open } = this;
    let least = 0;
    for (let i = 1; i < open.length; i++) if (open[i].bound < open[least].bound) least = i;
    return open.length === 0 ? null : open.splice(least, 1)[0];
  }

  /** Answers a box, or cuts it into smaller ones. */
  explore(box: Box): void {
    const { weight } = this;
    const { periodLow, periodHigh, tailLow } = box;
    const isWide = weight * (periodHigh - periodLow) > WIDE * this.best.value;
    const relaxed = box.known ?? this.leastFill(box);
    if (relaxed === null) return;
    if (relaxed.fill + weight * periodLow + tailLow >= this.best.value) return;
    const isExact = relaxed.fits && relaxed.tail < box.tailHigh;
    if (!isExact && isWide) {
      const middle = (periodLow + periodHigh) / 2;
      const isBelow = relaxed.period < middle;
      this.push({ ...box, periodHigh: middle, known: isBelow ? relaxed : null }, relaxed.fill);
      this.push({ ...box, periodLow: middle, known: relaxed }, relaxed.fill);
      return;
    }
    const found = isExact ? relaxed : this.leastFittingFill(box);
    if (found !== null) this.cut(box, found);
  }

  /** Plans of no less period and tail than the plan of least fill are not better than it. */
  private cut(box: Box, found: Found): void {
    const { periodLow, tailLow } = box;
    const { fill, period, tail } = found;
    const periodGap = this.weight * Math.max(0, period - periodLow);
    const tailGap = Math.max(0, tail - tailLow);
    const gap = periodGap + tailGap;
    if (gap === 0 || fill + this.weight * periodLow + tailLow >= this.best.value) return;
    if (gap <= NARROW * this.best.value) this.finish(box);
    else if (periodGap >= tailGap) {
      const middle = (periodLow + period) / 2;
      this.push({ ...box, periodHigh: middle, known: null }, fill);
      this.push({ ...box, periodLow: middle, periodHigh: period, known: null }, fill);
      this.push({ ...box, periodLow: period, known: found }, fill);
    } else {
      const middle = (tailLow + tail) / 2;
      this.push({ ...box, tailHigh: middle, known: null }, fill);
      this.push({ ...box, tailLow: middle, tailHigh: tail, known: null }, fill);
      this.push({ ...box, tailLow: tail, known: found }, fill);
    }
  }

  private push(box: Box, fill: number): void {
    if (box.periodLow >= box.periodHigh || box.tailLow >= box.tailHigh) return;
    const bound = Math.max(box.bound, fill + this.weight * box.periodLow + box.tailLow);
    if (bound < this.best.value) this.open.push({ ...box, bound });
  }

  /** The plan of least fill of a box, as if stages fitted at any depth; null without plans. */
  private leastFill({ periodHigh, tailHigh }: Box): Found | null {
    const stages = leastSumStages(this.viewBelow(periodHigh, tailHigh));
    return stages === null ? null : this.consider(stages);
  }

  /** The plan of least fill of a box; null where none can be better than the best. */
  private leastFittingFill({ periodLow, periodHigh, tailLow, tailHigh }: Box): Found | null {
    const view = this.viewBelow(periodHigh, tailHigh);
    const value = this.best.value - this.weight * periodLow - tailLow;
    // With the highest tail as the floor, tails do not matter.
    const limits = { value: value + tailHigh, tail: tailHigh, floor: tailHigh };
    const labels = leastFillAndTail(view, fillSums(view), limits);
    return labels === null ? null : this.consider(labels.stages);
  }

  /** Plans of small fill that fit, as a first best value. */
  seed(fastest: number): void {
    for (const tailHigh of FIRST_TAILS.map((share) => share * this.best.value))
      for (const factor of FIRST_PERIODS) {
        const stages = fittingStages(this.viewBelow(fastest * factor, tailHigh, false));
        if (stages !== null) this.consider(stages);
      }
  }

  /** The best plans of a narrow box, period by period downwards. */
  private finish({ periodLow, periodHigh, tailLow, tailHigh }: Box): void {
    for (let high = periodHigh; high > periodLow; ) {
      const view = this.viewBelow(high, tailHigh);
      const value = this.best.value - this.weight * periodLow;
      const limits = { value, tail: tailHigh, floor: tailLow };
      const labels = leastFillAndTail(view, fillSums(view), limits);
      if (labels === null) return;
      high = this.consider(labels.stages).period;
    }
  }

  /**
   * Options of plans below both. A later stage may hide part of its synchronisation, so that only
   * the first one is held to the tail.
   */
  private viewBelow(periodHigh: number, tailHigh: number, mayHide = this.hides): OptionView {
    const { period, sync, layers, classes, rowStart } = this.options;
    const later = mayHide ? rowStart[(layers + 1) * classes] : sync.length;
    return viewOf(this.options, (o) => period[o] < periodHigh && (sync[o] < tailHigh || o >= later));
  }

  private consider(stages: readonly ChosenStage[]): Found {
    const figures = stageFigures(this.problem, stages)!;
    const value = figures.fill + this.weight * figures.period + figures.tail;
    if (figures.fits && value < this.best.value) this.best = { stages, value };
    return { ...figures, stages };
  }
}
