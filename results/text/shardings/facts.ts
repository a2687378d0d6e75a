/** What there is to say of a sharding: facts of the whole plan, and rows of its collectives. */
import type { ShardingSummary } from "../../../env/sim/timeline/sharding-summary.ts";
import { formatBytes, formatCount, formatUs } from "../format.ts";

export function shardingFacts({ plan, iterationUs, busyUs, state }: ShardingSummary): [string, string][] {
  const { mesh, split, collective = "ring", memory, sync = "overlapped" } = plan;
  const again = plan.recompute?.filter((flag) => flag === 1).length ?? 0;
  const divided = split.filter((own) => own?.some((axes) => axes.length > 0)).length;
  const busiest = Math.max(...mesh.devices.map((d) => busyUs[d]));
  return [
    ["mesh", mesh.axes.map(({ name, size }) => `${name} ${size}`).join(" x ")],
    ["divided ops", `${formatCount(divided)}, and those that follow them`],
    ["sums", `${collective}, ${sync}`],
    ["ZeRO stage", `${memory?.zero ?? 0}`],
    ...(again > 0 ? [["recomputed ops", formatCount(again)] satisfies [string, string]] : []),
    ...offloadFact(plan),
    [
      "state of a rank",
      `weights ${formatBytes(state.weights)}, gradients ${formatBytes(state.gradients)}, optimizer ${formatBytes(state.optimizer)}`,
    ],
    ["computing", `${formatUs(busiest)} of ${formatUs(iterationUs)} on the busiest device`],
  ];
}

/** What hosts hold. */
function offloadFact({ offload }: ShardingSummary["plan"]): [string, string][] {
  const waiting = offload?.activations?.filter((flag) => flag === 1).length ?? 0;
  const parts = [
    ...(offload?.optimizer ? ["optimizer's state"] : []),
    ...(offload?.weights ? ["weights"] : []),
    ...(waiting > 0 ? [`outputs of ${formatCount(waiting)} ops`] : []),
  ];
  return parts.length === 0 ? [] : [["on the host", parts.join(", ")]];
}

/** Titles and a row for each kind of collective. */
export const collectiveRows = ({ collectives }: ShardingSummary): string[][] => [
  ["collective", "of", "ranks", "times", "most sent by a device"],
  ...collectives.map(({ kind, purpose, members, count, sentBytes }) => [
    kind,
    purpose,
    formatCount(members),
    formatCount(count),
    formatBytes(sentBytes),
  ]),
];
