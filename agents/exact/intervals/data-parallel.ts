/**
 * PipeDream's baseline (Narayanan et al., SOSP 2019), as the published optimizer computes it: all
 * layers on every machine of every level. With `inner` machines in the level below, a level takes
 *
 *     ( T + 4 (m-1) W / (B m) / inner ) / m
 *
 * where T is the time of the level below, and of one machine on the innermost.
 */
import type { IntervalLevel } from "./interval-costs.ts";

export function dataParallelUs(
  timeUs: number,
  weightBytes: number,
  levels: readonly IntervalLevel[],
): number {
  let inner = 1;
  let us = timeUs;
  for (const { machines, bytesPerUs } of levels) {
    us = (us + (4 * (machines - 1) * weightBytes) / (bytesPerUs * machines) / inner) / machines;
    inner = machines;
  }
  return us;
}
