/**
 * The fewest segments of a sharding that have to be computed again for it to fit in memory, by
 * halving. Segments are those of recompute-segments.ts, first ones first. Memory
 * need not fall with each one more, so fewer might do; what is found fits.
 */
import { mistakeIn } from "../../../env/model/errors.ts";
import { validatePlan } from "../../../env/model/plan/plan.ts";
import type { ShardingPlan } from "../../../env/model/plan/sharding.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { recomputeFlags, recomputeSegments } from "./recompute-segments.ts";

/** `fits` simulates a plan. Null where the plan does not fit with all segments computed again. */
export function fewestRecomputed(
  scenario: Scenario,
  plan: ShardingPlan,
  fits: (plan: ShardingPlan) => boolean,
): ShardingPlan | null {
  const { graph } = scenario;
  const segments = recomputeSegments(graph);
  const withFirst = (count: number): ShardingPlan => ({
    ...plan,
    recompute: recomputeFlags(graph, segments, count),
  });
  if (segments.length === 0 || mistakeIn(() => validatePlan(scenario, withFirst(segments.length))) !== null)
    return null;
  const count = fewest(segments.length, (first) => fits(withFirst(first)));
  return count === null ? null : withFirst(count);
}

/** The fewest of so many, by halving; null where all do not fit. */
export function fewest(all: number, fits: (count: number) => boolean): number | null {
  if (!fits(all)) return null;
  let [least, most] = [1, all];
  while (least < most) {
    const middle = Math.floor((least + most) / 2);
    if (fits(middle)) most = middle;
    else least = middle + 1;
  }
  return most;
}
