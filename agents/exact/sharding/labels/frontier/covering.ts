/** The Pareto-optimal points of a list, and few of them that are near to all. */
import type { FrontierPoint } from "./problem.ts";

/** Times closer than this are rounding. */
const SAME = 1e-12;

/** By ascending memory and strictly falling time; of equal points the first. */
export function paretoOf(points: readonly FrontierPoint[]): FrontierPoint[] {
  const ordered = points.toSorted((a, b) => a.memory - b.memory || a.time - b.time);
  const kept: FrontierPoint[] = [];
  for (const point of ordered) {
    const last = kept.at(-1);
    if (last !== undefined && !(point.time < last.time * (1 - SAME))) continue;
    if (last !== undefined && point.memory <= last.memory * (1 + SAME)) kept.pop();
    kept.push(point);
  }
  return kept;
}

/**
 * Pareto-optimal points, so that each left out has one kept of at most `factor` times its memory
 * and time. Least memory and least time are always kept. A factor of 1 keeps all.
 */
export function covering(points: readonly FrontierPoint[], factor: number): FrontierPoint[] {
  const all = paretoOf(points);
  if (factor === 1 || all.length === 0) return all;
  const kept = [all[0]];
  for (let next = 1; next < all.length; ) {
    while (next < all.length && kept.at(-1)!.time <= all[next].time * factor) next++;
    if (next === all.length) break;
    const first = all[next];
    while (next + 1 < all.length && all[next + 1].memory <= first.memory * factor) next++;
    kept.push(all[next++]);
  }
  if (kept.at(-1) !== all.at(-1)) kept.push(all.at(-1)!);
  return kept;
}
