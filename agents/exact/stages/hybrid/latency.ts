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
import { type StageOptions, stageOptions, viewOf } from "./options.ts";
import {
  type ChosenStage,
  type StageFigures,
  type StagePlan,
  type StageProblem,
  stageFigures,
  stagesValue,
} from "./problem.ts";
import { fillSums } from "./sums.ts";

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

/** Null where nothing fits. */
export function leastLatency(problem: StageProblem): StagePlan | null {
  const options = stageOptions(problem);
  const fastest = leastThreshold(options, options.period);
  if (fastest === null) return null;
  const search = new Search(problem, options, fastest);
  search.open.push({
    periodLow: fastest.value,
    periodHigh: Number.POSITIVE_INFINITY,
    tailLow: 0,
    tailHigh: Number.POSITIVE_INFINITY,
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
  best: StagePlan;

  constructor(problem: StageProblem, options: StageOptions, fastest: StagePlan) {
    this.problem = problem;
    this.options = options;
    this.weight = problem.microBatches - 1;
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
    const { periodLow, tailLow } = box;
    const found = box.known ?? this.leastFill(box);
    if (found === null) return;
    const { period, tail } = found;
    const bound = found.fill + weight * periodLow + tailLow;
    const periodGap = weight * Math.max(0, period - periodLow);
    const tailGap = Math.max(0, tail - tailLow);
    if (bound >= this.best.value || periodGap + tailGap === 0) return;
    if (periodGap + tailGap <= NARROW * this.best.value) this.finish(box);
    else if (periodGap >= tailGap) {
      const middle = (periodLow + period) / 2;
      this.push({ ...box, periodHigh: middle, known: null }, found.fill);
      this.push({ ...box, periodLow: middle, periodHigh: period, known: null }, found.fill);
      this.push({ ...box, periodLow: period, known: found }, found.fill);
    } else {
      const middle = (tailLow + tail) / 2;
      this.push({ ...box, tailHigh: middle, known: null }, found.fill);
      this.push({ ...box, tailLow: middle, tailHigh: tail, known: null }, found.fill);
      this.push({ ...box, tailLow: tail, known: found }, found.fill);
    }
  }

  private push(box: Box, fill: number): void {
    const bound = Math.max(box.bound, fill + this.weight * box.periodLow + box.tailLow);
    if (bound < this.best.value) this.open.push({ ...box, bound });
  }

  /** The plan of least fill in a box with no limits below, null where none can be better. */
  private leastFill({ periodLow, periodHigh, tailLow, tailHigh }: Box): Found | null {
    const view = this.viewBelow(periodHigh, tailHigh);
    const sums = fillSums(view);
    if (sums.stages === null) return null;
    const found = this.consider(sums.stages);
    if (found !== null && found.tail < tailHigh) return found;
    const value = this.best.value - this.weight * periodLow - tailLow;
    // Tails that the box allows count as nothing.
    const finite = tailHigh < Number.POSITIVE_INFINITY ? tailHigh : this.mostTail();
    const limits = { value: value + finite, tail: tailHigh, floor: finite };
    const labels = leastFillAndTail(view, sums, limits);
    return labels === null ? null : this.consider(labels.stages);
  }

  /** The best plans of a narrow box, period by period downwards. */
  private finish({ periodLow, periodHigh, tailLow, tailHigh }: Box): void {
    for (let high = periodHigh; high > periodLow; ) {
      const view = this.viewBelow(high, tailHigh);
      const value = this.best.value - this.weight * periodLow;
      const limits = { value, tail: tailHigh, floor: tailLow };
      const labels = leastFillAndTail(view, fillSums(view), limits);
      if (labels === null) return;
      high = this.consider(labels.stages)!.period;
    }
  }

  /** A later stage hides part of its synchronisation, so that only the first one is held to it. */
  private viewBelow(periodHigh: number, tailHigh: number) {
    const { period, sync, hidden } = this.options;
    const hides = hidden.some((time) => time > 0);
    const { layers, classes, rowStart } = this.options;
    const laterFrom = rowStart[(layers + 1) * classes];
    return viewOf(
      this.options,
      (o) => period[o] < periodHigh && (sync[o] < tailHigh || (hides && o >= laterFrom)),
    );
  }

  private mostTail(): number {
    return this.options.sync.reduce((most, time) => Math.max(most, time), 0) + 1;
  }

  /** Figures of a plan, null where a stage is too deep for its memory. */
  private consider(stages: readonly ChosenStage[]): Found | null {
    const figures = stageFigures(this.problem, stages);
    if (figures === null) return null;
    const value = figures.fill + this.weight * figures.period + figures.tail;
    if (value < this.best.value) this.best = { stages, value };
    return { ...figures, stages };
  }
}
