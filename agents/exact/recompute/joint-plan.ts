/**
 * vPipe's joint problem, exactly: where to cut the chain, and what to do with the activations of
 * every unit. All stages must fit, and the slowest one is as fast as possible. A dynamic program
 * over (stage, boundary) takes the least cost of each range from a knapsack. It is the measure of
 * vPipe's own search, which moves boundaries (moved-plan.ts).
 */
import { type Cuts, cheapestCuts } from "../cuts/stage-cuts.ts";
import type { MemoryChain, MemorySetting, Treatment } from "./memory-chain.ts";
import { type StageCosts, stageCosts } from "./stage-costs.ts";

export interface MemoryPlan {
  readonly lengths: readonly number[];
  readonly treatment: readonly Treatment[];
  /** Time of each stage for one micro-batch. */
  readonly stageUs: readonly number[];
}

/** Null where no plan fits the memory. */
export function jointPlan(chain: MemoryChain, setting: MemorySetting): MemoryPlan | null {
  const quick = quickCuts(chain, setting);
  if (quick === null) return null;
  const exact = stageCosts(chain, setting, "exact");
  const cuts = cheapestCuts(chain.count, setting.stages, within(exact, quick.largest))!;
  return memoryPlan(exact, cuts.lengths);
}

/**
 * The best cuts with greedy treatment, whose slowest stage is an upper bound. Long ranges are
 * looked at only where shorter ones do not do.
 */
function quickCuts(chain: MemoryChain, setting: MemorySetting): Cuts | null {
  const greedy = stageCosts(chain, setting, "greedy");
  const totalUs = greedy.sums.computeUs(0, chain.count);
  const compute = (_: number, start: number, end: number) => greedy.sums.computeUs(start, end);
  let limitUs = 1.25 * cheapestCuts(chain.count, setting.stages, compute)!.largest;
  for (;;) {
    const found = cheapestCuts(chain.count, setting.stages, within(greedy, limitUs));
    if (found !== null || limitUs >= 2 * totalUs) {
      if (found !== null && found.largest <= limitUs) return found;
      return cheapestCuts(chain.count, setting.stages, greedy.costUs);
    }
    limitUs *= 2;
  }
}

/** Costs of the ranges whose compute alone is within a limit; others cost infinity. */
const within = (costs: StageCosts, limitUs: number) => (stage: number, start: number, end: number) =>
  costs.sums.computeUs(start, end) > limitUs ? Number.POSITIVE_INFINITY : costs.costUs(stage, start, end);

/** The plan with given cuts; null where a stage cannot fit its memory. */
export function memoryPlan(costs: StageCosts, lengths: readonly number[]): MemoryPlan | null {
  const treatment: Treatment[] = [];
  const stageUs: number[] = [];
  let end = 0;
  for (const [stage, length] of lengths.entries()) {
    const start = end;
    end += length;
    const found = costs.treatment(stage, start, end);
    if (found === null) return null;
    treatment.push(...found.of);
    stageUs.push(costs.costUs(stage, start, end));
  }
  return { lengths, treatment, stageUs };
}
