/** A sharding on the terminal and as JSON: facts of all of it, its collectives, its devices. */
import type { ShardingSummary } from "../../../../env/sim/timeline/sharding-summary.ts";
import { formatBytes, formatUs } from "../../../../results/text/format.ts";
import { collectiveRows, shardingFacts } from "../../../../results/text/shardings/facts.ts";
import { columns, table } from "../../columns.ts";

export function shardingLines(
  summary: ShardingSummary,
  { limitBytes }: { readonly limitBytes: Float64Array },
): string[] {
  const { scenario, plan, busyUs, peakBytes } = summary;
  const limitOf = (d: number) =>
    limitBytes[d] === Number.POSITIVE_INFINITY ? "none" : formatBytes(limitBytes[d]);
  return [
    ...columns(shardingFacts(summary)),
    ...(summary.collectives.length === 0 ? [] : ["", ...table(collectiveRows(summary))]),
    "",
    ...table([
      ["device", "rank", "computing", "peak memory", "limit"],
      ...scenario.cluster.devices.map(({ name }, d) => {
        const rank = plan.mesh.devices.indexOf(d);
        return [
          name,
          rank === -1 ? "-" : `${rank}`,
          formatUs(busyUs[d]),
          formatBytes(peakBytes[d]),
          limitOf(d),
        ];
      }),
    ]),
  ];
}

/** Times in us, sizes in bytes. */
export const shardingJson = ({ iterationUs, busyUs, state, collectives }: ShardingSummary) => ({
  iterationUs,
  stateBytes: state,
  busyUs: Array.from(busyUs),
  collectives,
});
