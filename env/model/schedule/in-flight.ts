/**
 * How many micro-batches each replica of a stage may have in flight: those with a forward and not
 * yet a backward.
 *
 * Without replicas, stage s of S needs S - s of them to keep all later stages busy. With dealt
 * replicas it is the lanes from this stage on, by the lanes of this stage, rounded up. For the
 * input stage that is the NOAM of PipeDream (Narayanan et al., SOSP 2019).
 */

import type { PipelineShape } from "./contract.ts";
import { laneCountOf } from "./lanes.ts";

/** Lanes of all stages from each stage on, shape [stageCount]. */
export function lanesFrom({ stages }: PipelineShape): Int32Array {
  const lanes = new Int32Array(stages.length);
  for (let s = stages.length - 1; s >= 0; s--)
    lanes[s] = laneCountOf(stages[s]) + (s + 1 < stages.length ? lanes[s + 1] : 0);
  return lanes;
}

/**
 * Limits of all stages, shape [stageCount]; `limit` may raise or lower what each stage needs.
 *
 * A stage that waits for more forwards than an earlier one lets through would wait for ever. So no
 * stage begins its backwards later than with the last forward that the earlier ones let through.
 */
export function inFlightLimits(
  shape: PipelineShape,
  limit: (needed: number) => number = (needed) => needed,
): Int32Array {
  const lanes = lanesFrom(shape);
  const limits = new Int32Array(shape.stages.length);
  let passed = Number.POSITIVE_INFINITY;
  shape.stages.forEach((stage, s) => {
    const own = laneCountOf(stage);
    const wanted = Math.max(1, limit(Math.ceil(lanes[s] / own)));
    limits[s] = Math.min(wanted, Math.ceil(passed / own));
    passed = Math.min(passed, limits[s] * own);
  });
  return limits;
}
