/** What each device holds at most against its limit, for the plan that the timeline shows. */
import type { Scenario } from "../../../env/model/scenario.ts";
import { memoryLimits } from "../../../env/sim/objectives/memory-limits.ts";
import { memoryTitle } from "../../comparison/row-text.ts";
import { formatBytes } from "../../text/format.ts";
import type { Markup } from "../markup.ts";
import { figure } from "../parts.ts";
import { type Bar, barList } from "./bars.ts";

/** By the memory rule of the scenario's objective. */
export function memoryFigure(
  scenario: Pick<Scenario, "cluster" | "fidelity" | "objective">,
  peakBytes: readonly number[],
): Markup {
  const largest = Math.max(...peakBytes);
  const limits = memoryLimits(scenario);
  const bars = scenario.cluster.devices.map(({ name }, d) => barOf(name, limits[d], peakBytes[d], largest));
  const title = memoryTitle(scenario) === "weights" ? "Weights on" : "Peak memory of";
  const caption = [
    `${title} each device under that plan. The mark in a bar is the device's limit.`,
    ...(limits.includes(Number.POSITIVE_INFINITY)
      ? ["A bar without a mark is on the scale of the largest peak."]
      : []),
  ];
  return figure(barList(bars), caption.join(" "));
}

function barOf(name: string, limitBytes: number, peakBytes: number, largest: number): Bar {
  if (limitBytes === Number.POSITIVE_INFINITY)
    return {
      label: name,
      full: largest,
      parts: [{ kind: "memory", size: peakBytes }],
      limit: null,
      text: `${formatBytes(peakBytes)}, no limit`,
    };
  return {
    label: name,
    full: 1.01 * Math.max(peakBytes, limitBytes),
    parts: [
      { kind: "memory", size: Math.min(peakBytes, limitBytes) },
      { kind: "over", size: Math.max(0, peakBytes - limitBytes) },
    ],
    limit: limitBytes,
    text: againstLimit(peakBytes, limitBytes),
  };
}

function againstLimit(peakBytes: number, limitBytes: number): string {
  const [peak, limit] = [formatBytes(peakBytes), formatBytes(limitBytes)];
  if (peakBytes > limitBytes) return `${peak}, ${formatBytes(peakBytes - limitBytes)} over ${limit}`;
  return `${peak} of ${limit} (${((100 * peakBytes) / limitBytes).toFixed(0)}%)`;
}
