/**
 * Closed forms of Sailor's README:
 *
 * - (iii): the times of all stages once, and that of the slowest for each further micro-batch;
 * - (iii+): beside these, sends at the bandwidth of all pairs, and the sum of gradients.
 */
import type { SailorPlan } from "./plan.ts";
import type { Published } from "./published.ts";
import { gradientSumS, messageS, replicaStep } from "./step.ts";

export function closedFormsS(plan: SailorPlan, published: Published): readonly [number, number] {
  const steps = Array.from({ length: plan.replicas }, (_, replica) => replicaStep(plan, replica, published));
  const stages = plan.layers.map((_, stage) =>
    Math.max(
      ...steps.map(({ stages: own }) =>
        own[stage].ops.reduce((sum, { forwardS, backwardS }) => sum + forwardS + backwardS, 0),
      ),
    ),
  );
  const cuts = stages.slice(1).map((_, cut) =>
    Math.max(
      ...plan.groups[cut].map((from, replica) => {
        const to = plan.groups[cut + 1][replica];
        return messageS(plan, cut, { from, to, pairs: from.tensor }, published);
      }),
    ),
  );
  const sending = stages.map((time, stage) => time + (cuts[stage - 1] ?? 0) + (cuts[stage] ?? 0));
  const sums = stages.map((_, stage) => gradientSumS(plan, stage, published));
  const all = (times: readonly number[]) =>
    times.reduce((sum, time) => sum + time, 0) + (plan.microBatches - 1) * Math.max(...times);
  return [all(stages), all(sending) + Math.max(...sums)];
}
