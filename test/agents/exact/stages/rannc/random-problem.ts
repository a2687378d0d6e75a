/** RaNNC's stage problems of known blocks, the best of all their plans, and random graphs. */
import {
  mayHaveDevices,
  type RanncProblem,
  type RanncShape,
  type RanncStage,
  slowestPasses,
} from "../../../../../agents/exact/stages/rannc/problem.ts";
import type { Rng } from "../../../../../env/index.ts";

/** Times and kept bytes are of a sample. */
export interface RandomBlock {
  readonly forward: number;
  readonly backward: number;
  readonly weights: number;
  readonly kept: number;
}

export const problemOf = (
  blocks: readonly RandomBlock[],
  batch: number,
  deviceBytes: number,
): RanncProblem => ({
  blocks: blocks.length,
  batch,
  deviceBytes,
  cost(first, end, { devices, copies, microBatches }) {
    const samples = Math.ceil(batch / (devices * copies * microBatches));
    const own = blocks.slice(first, end);
    const sum = (key: keyof RandomBlock) => own.reduce((total, one) => total + one[key], 0);
    return {
      forwardUs: 1 + sum("forward") * samples,
      backwardUs: 1 + sum("backward") * samples,
      transferUs: (first > 0 ? blocks[first - 1].kept : 0) + (end < blocks.length ? blocks[end - 1].kept : 0),
      bytes: 4 * sum("weights") + (sum("kept") * samples) / 4,
      allReduceUs: sum("weights"),
    };
  },
});

export function randomProblem(rng: Rng, mostBlocks: number): RanncProblem {
  const draw = (most: number) => 1 + rng.int(most);
  const blocks = Array.from({ length: draw(mostBlocks) }, () => ({
    forward: draw(20),
    backward: draw(40),
    weights: draw(10),
    kept: draw(10),
  }));
  return problemOf(blocks, draw(32), draw(160));
}

/** By trying all cuts and numbers of devices; infinite where nothing fits. */
export function leastPasses(problem: RanncProblem, shape: RanncShape): number {
  let least = Number.POSITIVE_INFINITY;
  const extend = (stages: readonly RanncStage[], first: number, used: number): void => {
    if (stages.length === shape.stages) {
      if (first === problem.blocks && used === shape.devices)
        least = Math.min(least, slowestPasses(problem, shape, stages));
      return;
    }
    for (let end = first + 1; end <= problem.blocks; end++)
      for (let devices = 1; used + devices <= shape.devices; devices++) {
        if (!mayHaveDevices(problem, shape, devices)) continue;
        if (problem.cost(first, end, { ...shape, devices }).bytes >= problem.deviceBytes) continue;
        extend([...stages, { first, end, devices }], end, used + devices);
      }
  };
  extend([], 0, 0);
  return least;
}

/** Of a graph with about two edges for each node, in a topological order. */
export function randomSuccessors(count: number, rng: Rng): number[][] {
  return Array.from({ length: count }, (_, v) => {
    const later = Array.from({ length: count - v - 1 }, (_, i) => v + 1 + i);
    return later.filter(() => rng.next() < 2 / count);
  });
}
