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
  if (!fits(withFirst(segments.length))) return null;
  let [least, most] = [1, segments.length];
  while (least < most) {
    const middle = Math.floor((least + most) / 2);
    if (fits(withFirst(middle))) most = middle;
    else least = middle + 1;
  }
  return withFirst(most);
}
