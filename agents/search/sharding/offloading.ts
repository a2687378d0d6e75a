/**
 * What a sharding has to keep on its hosts to fit in memory: the optimizer's state, activations, or
 * both. Activations are those of the fewest segments (recompute-segments.ts) that do, by halving.
 */
import { mistakeIn } from "../../../env/model/errors.ts";
import { validatePlan } from "../../../env/model/plan/plan.ts";
import type { ShardingPlan } from "../../../env/model/plan/sharding.ts";
import type { Offload } from "../../../env/model/plan/sharding-fields/offload.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { recomputeFlags, recomputeSegments } from "./recompute-segments.ts";
import { fewest } from "./recomputing.ts";

/** `fits` simulates a plan. Plans that fit, each the least of its kind; none where none does. */
export function offloadedToFit(
  scenario: Scenario,
  plan: ShardingPlan,
  fits: (plan: ShardingPlan) => boolean,
): ShardingPlan[] {
  const { graph } = scenario;
  const segments = recomputeSegments(graph);
  const found: ShardingPlan[] = [];
  for (const base of [{}, { optimizer: true }] satisfies Offload[]) {
    const withFirst = (count: number): ShardingPlan => ({
      ...plan,
      offload: { ...base, activations: recomputeFlags(graph, segments, count) },
    });
    const isValid = (each: ShardingPlan): boolean => mistakeIn(() => validatePlan(scenario, each)) === null;
    const alone = { ...plan, offload: base };
    if (base.optimizer && !isValid(alone)) continue;
    if (base.optimizer && fits(alone)) {
      found.push(alone);
      continue;
    }
    if (segments.length === 0 || !isValid(withFirst(segments.length))) continue;
    const count = fewest(segments.length, (first) => fits(withFirst(first)));
    if (count !== null) found.push(withFirst(count));
  }
  return found;
}
