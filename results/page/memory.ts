/** Peak memory of each device against its limit, for the plan that the timeline shows. */
import type { Device } from "../../env/index.ts";
import { formatBytes } from "../format.ts";
import { type Bar, barList } from "./bars.ts";
import { html, type Markup } from "./markup.ts";

export function memoryFigure(devices: readonly Device[], peakBytes: readonly number[]): Markup {
  return html`<figure>${barList(devices.map((device, d) => barOf(device, peakBytes[d])))}
<figcaption>Peak memory of each device under that plan; the mark is the device's limit.</figcaption></figure>`;
}

function barOf({ name, memoryBytes }: Device, peakBytes: number): Bar {
  if (memoryBytes === Number.POSITIVE_INFINITY)
    return {
      label: name,
      parts: [{ kind: "memory", size: peakBytes }],
      limit: null,
      text: `${formatBytes(peakBytes)}, no limit`,
    };
  const over = peakBytes > memoryBytes;
  const text = over
    ? `${formatBytes(peakBytes)}, ${formatBytes(peakBytes - memoryBytes)} over ${formatBytes(memoryBytes)}`
    : `${formatBytes(peakBytes)} of ${formatBytes(memoryBytes)}`;
  return {
    label: name,
    parts: [
      { kind: "memory", size: Math.min(peakBytes, memoryBytes) },
      { kind: "over", size: Math.max(0, peakBytes - memoryBytes) },
    ],
    limit: memoryBytes,
    text,
  };
}
