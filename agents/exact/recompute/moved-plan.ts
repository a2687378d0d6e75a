/**
 * vPipe's search for cuts and treatments. For given cuts the treatment of each stage is found on
 * its own, and boundaries move as long as that gains. The outline is vPipe's, the starts are ours:
 * cuts of even compute, also among those that fit, of even memory and of even length.
 */
import { cheapestCuts, evenLengths } from "../cuts/stage-cuts.ts";
import { moveBoundaries } from "./boundary-moves.ts";
import { type MemoryPlan, memoryPlan } from "./joint-plan.ts";
import { keptBytes, type MemoryChain, type MemorySetting } from "./memory-chain.ts";
import { type StageCosts, stageCosts } from "./stage-costs.ts";

/**
 * @param search of each stage's treatment: `greedy` as vPipe is described, or the `exact` knapsack
 * @returns null where no cuts fit the memory
 */
export function movedPlan(
  chain: MemoryChain,
  setting: MemorySetting,
  search: "exact" | "greedy",
): MemoryPlan | null {
  const costs = stageCosts(chain, setting, search);
  const slowest = ({ stageUs }: MemoryPlan) => stageUs.reduce((a, b) => Math.max(a, b));
  let best: MemoryPlan | null = null;
  for (const start of startsOf(chain, setting, costs)) {
    const plan = memoryPlan(costs, moveBoundaries(start, costs));
    if (plan !== null && (best === null || slowest(plan) < slowest(best))) best = plan;
  }
  return best;
}

function startsOf(chain: MemoryChain, setting: MemorySetting, costs: StageCosts): number[][] {
  const { sums, shortBytes } = costs;
  const { stages } = setting;
  const fitted = cheapestCuts(chain.count, stages, (stage, start, end) =>
    shortBytes(stage, start, end) > 0 ? Number.POSITIVE_INFINITY : sums.computeUs(start, end),
  );
  // Where no cuts fit, no start helps.
  if (fitted === null) return [];
  const evenMemory = cheapestCuts(chain.count, stages, (stage, start, end) =>
    keptBytes(sums, setting, stage, start, end),
  )!;
  const compute = cheapestCuts(chain.count, stages, (_, start, end) => sums.computeUs(start, end))!;
  return [fitted.lengths, compute.lengths, evenMemory.lengths, evenLengths(chain.count, stages)];
}
