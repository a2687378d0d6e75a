/** One sentence on what makes a plan's value as large as it is, for every objective. */
import type { Explanation } from "../../../env/sim/timeline/explain/explanation.ts";
import { memoryAtPeak, memoryPartNames } from "../../../env/sim/timeline/explain/memory-steps.ts";
import type { ScoredPlan } from "../../../env/sim/timeline/scored-plan.ts";
import { formatBytes, formatUs } from "../../../results/text/format.ts";
import { memoryPartWords } from "../../../results/text/memory-parts.ts";
import { bottleneckSentence, percent, shareOf } from "./explain-words.ts";

export function mainSentence(scored: ScoredPlan, told: Explanation | null): string {
  if (scored.loads !== null) return largestLoad(scored);
  if (told === null) return busiestDevice(scored);
  return scored.spec.unit === "us" ? bottleneckSentence(scored.scenario, told) : fullestDevice(scored, told);
}

function largestLoad({ scenario, loads }: ScoredPlan): string {
  const { loadUs, computeUs, transferUs } = loads!;
  const d = indexOfLargest(loadUs);
  return (
    `${scenario.cluster.devices[d].name} has the largest load, ${formatUs(loadUs[d])}: ` +
    `${formatUs(computeUs[d])} of computing and ${formatUs(transferUs[d])} of transfers.`
  );
}

function busiestDevice({ scenario: { cluster, graph }, timeline }: ScoredPlan): string {
  const { deviceBusyUs, endUs, makespanUs } = timeline!;
  const d = indexOfLargest(deviceBusyUs);
  return (
    `${cluster.devices[d].name} is busy longest, ${formatUs(deviceBusyUs[d])} with its transfers ` +
    `(${percent(shareOf(deviceBusyUs[d], makespanUs))} of the sample); the last op to end is "${graph.names[indexOfLargest(endUs)]}".`
  );
}

function fullestDevice({ scenario, outcome }: ScoredPlan, told: Explanation): string {
  const d = indexOfLargest(outcome.peakBytes);
  const parts = memoryAtPeak(told.tasks)[d];
  const held = memoryPartNames
    .filter((part) => parts[part] > 0)
    .map((part) => `${formatBytes(parts[part])} of ${memoryPartWords[part]}`);
  return `${scenario.cluster.devices[d].name} holds most, ${formatBytes(outcome.peakBytes[d])}: ${held.join(", ") || "nothing"}.`;
}

/** The first of equal ones. */
function indexOfLargest(values: Float64Array): number {
  let best = 0;
  values.forEach((value, i) => {
    if (value > values[best]) best = i;
  });
  return best;
}
