/**
 * Heights of the labels beside the ends of lines: as near to their lines as order and room allow.
 * None covers another and none leaves the frame. It is an isotonic regression, solved by pooling
 * adjacent violators (Ayer et al., "An empirical distribution function", 1955).
 */
import type { Frame } from "./shapes.ts";

export const LABEL_STEP = 14;

interface Pool {
  readonly sum: number;
  readonly count: number;
}

/** Pre: the frame is at least `LABEL_STEP` times the number of labels high. */
export function labelPositions(heights: readonly number[], { top, bottom }: Frame): number[] {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a] - heights[b] || a - b);
  // Without the steps between them, labels only have to keep their order.
  const wanted = order.map((i, k) => heights[i] - k * LABEL_STEP);
  const room = bottom - LABEL_STEP * (heights.length - 1);
  const placed = new Array<number>(heights.length).fill(0);
  risingMeans(wanted).forEach((height, k) => {
    placed[order[k]] = Math.min(room, Math.max(top, height)) + k * LABEL_STEP;
  });
  return placed;
}

/** The nearest sequence that never falls. */
function risingMeans(values: readonly number[]): number[] {
  const pools: Pool[] = [];
  for (const value of values) {
    let pool: Pool = { sum: value, count: 1 };
    for (let last = pools.at(-1); last !== undefined && meanOf(last) > meanOf(pool); last = pools.at(-1)) {
      pools.pop();
      pool = { sum: last.sum + pool.sum, count: last.count + pool.count };
    }
    pools.push(pool);
  }
  return pools.flatMap((pool) => new Array<number>(pool.count).fill(meanOf(pool)));
}

const meanOf = ({ sum, count }: Pool): number => sum / count;
