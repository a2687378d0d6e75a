/** Peak memory of each device against its limit, for the plan that the timeline shows. */
import type { Device } from "../../../env/model/cluster/cluster.ts";
import { formatBytes } from "../../format.ts";
import type { Markup } from "../markup.ts";
import { figure } from "../parts.ts";
import { type Bar, barList } from "./bars.ts";

export function memoryFigure(devices: readonly Device[], peakBytes: readonly number[]): Markup {
  const largest = Math.max(...peakBytes);
  const bars = devices.map((device, d) => barOf(device, peakBytes[d], largest));
  const unlimited = devices.some(({ memoryBytes }) => memoryBytes === Number.POSITIVE_INFINITY);
  const caption = [
    "Peak memory of each device under that plan. The mark in a bar is the device's limit.",
    ...(unlimited ? ["A bar without a mark is on the scale of the largest peak."] : []),
  ];
  return figure(barList(bars), caption.join(" "));
}

function barOf({ name, memoryBytes }: Device, peakBytes: number, largest: number): Bar {
  if (memoryBytes === Number.POSITIVE_INFINITY)
    return {
      label: name,
      full: largest,
      parts: [{ kind: "memory", size: peakBytes }],
      limit: null,
      text: `${formatBytes(peakBytes)}, no limit`,
    };
  return {
    label: name,
    full: 1.01 * Math.max(peakBytes, memoryBytes),
    parts: [
      { kind: "memory", size: Math.min(peakBytes, memoryBytes) },
      { kind: "over", size: Math.max(0, peakBytes - memoryBytes) },
    ],
    limit: memoryBytes,
    text: againstLimit(peakBytes, memoryBytes),
  };
}

function againstLimit(peakBytes: number, limitBytes: number): string {
  const [peak, limit] = [formatBytes(peakBytes), formatBytes(limitBytes)];
  if (peakBytes > limitBytes) return `${peak}, ${formatBytes(peakBytes - limitBytes)} over ${limit}`;
  return `${peak} of ${limit} (${((100 * peakBytes) / limitBytes).toFixed(0)}%)`;
}
