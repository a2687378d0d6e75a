/** Peak memory of each device against its limit, for the plan that the timeline shows. */
import type { Device } from "../../env/model/cluster/cluster.ts";
import { formatBytes } from "../format.ts";
import { type Bar, barList } from "./bars.ts";
import { html, type Markup } from "./markup.ts";

export function memoryFigure(devices: readonly Device[], peakBytes: readonly number[]): Markup {
  const largest = Math.max(...peakBytes);
  return html`<figure>${barList(devices.map((device, d) => barOf(device, peakBytes[d], largest)))}
<figcaption>Peak memory of each device under that plan, each bar on the scale of its own device's limit, the mark.</figcaption></figure>`;
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
  const over = peakBytes > memoryBytes;
  const text = over
    ? `${formatBytes(peakBytes)}, ${formatBytes(peakBytes - memoryBytes)} over ${formatBytes(memoryBytes)}`
    : `${formatBytes(peakBytes)} of ${formatBytes(memoryBytes)} (${((100 * peakBytes) / memoryBytes).toFixed(0)}%)`;
  return {
    label: name,
    full: 1.01 * Math.max(peakBytes, memoryBytes),
    parts: [
      { kind: "memory", size: Math.min(peakBytes, memoryBytes) },
      { kind: "over", size: Math.max(0, peakBytes - memoryBytes) },
    ],
    limit: memoryBytes,
    text,
  };
}
