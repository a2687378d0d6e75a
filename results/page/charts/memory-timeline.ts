/**
 * What each device holds over the time of a step, under the Gantt chart of the same plan and on its
 * axis of time. All lanes have one scale. The dashed line is the device's limit, where the scale
 * reaches it.
 */
import type { Scenario } from "../../../env/model/scenario.ts";
import { memoryLimits } from "../../../env/sim/objectives/memory-limits.ts";
import { type MemoryStep, memorySteps } from "../../../env/sim/timeline/explain/memory-steps.ts";
import type { Tasks } from "../../../env/sim/timeline/explain/tasks.ts";
import type { PipelineTimeline } from "../../../env/sim/timeline/pipeline/contract.ts";
import { formatBytes, formatUs, scaleFor } from "../../text/format.ts";
import { visibleName } from "../../text/visible.ts";
import { element, html, lines, type Markup, px } from "../markup.ts";
import { figure, scrollBox } from "../parts.ts";
import { linearAxis } from "./axis.ts";
import {
  type Frame,
  horizontalLine,
  lanesFrame,
  pageChart,
  rectangle,
  shortened,
  textAt,
  tickText,
  verticalTick,
  WIDE_LANES,
} from "./shapes.ts";

const TOP = 8;
const FOOT = 40;
const LANE_HEIGHT = 40;
const GAP = 8;
const LONGEST_LABEL = 18;
/** A limit that is further above the highest level would leave the levels too flat to see. */
const MOST_ABOVE = 2;

/** What every device holds from time 0 to an end; steps are in order of time. */
export interface MemoryHistory {
  readonly steps: readonly MemoryStep[];
  readonly endUs: number;
  /** Peaks of the devices where the run is longer than the history. */
  readonly peakBytes?: Float64Array;
}

export const memoryOfStep = (tasks: Tasks): MemoryHistory => ({
  steps: memorySteps(tasks),
  endUs: tasks.timeline.makespanUs,
});

/** The time that the value is measured in; before it only the level at its start counts. */
export function memoryOfPipeline({ memorySteps: all, window, peakBytes }: PipelineTimeline): MemoryHistory {
  const { fromUs, toUs } = window;
  const before = new Map<number, MemoryStep>();
  const within: MemoryStep[] = [];
  for (const step of all) {
    const { timeUs, bytes, parts } = step;
    if (timeUs > toUs) continue;
    if (timeUs >= fromUs) within.push({ ...step, timeUs: timeUs - fromUs });
    else before.set(step.device, { ...step, timeUs: 0, highestBytes: bytes, highestParts: parts });
  }
  return { steps: [...before.values(), ...within], endUs: toUs - fromUs, peakBytes };
}

/** Pre: the history is of a plan of the scenario. */
export function memoryTimeline(scenario: Scenario, history: MemoryHistory, width = WIDE_LANES): Markup {
  const { devices } = scenario.cluster;
  const { endUs: makespanUs } = history;
  const limits = memoryLimits(scenario);
  const held = levelsOf(history, devices.length);
  const most = Math.max(...held.map(({ peak }) => peak));
  const inReach = limits.filter((limit) => limit <= MOST_ABOVE * most);
  const full = Math.max(most, ...inReach);
  const bottom = TOP + devices.length * (LANE_HEIGHT + GAP);
  const frame: Frame = { ...lanesFrame(width), top: TOP, bottom };
  const x = linearAxis({ from: 0, to: makespanUs, start: frame.left, end: frame.right }, 8);
  const scale = scaleFor("us", makespanUs);
  const lanes = devices.map(({ name }, d) => {
    const top = TOP + d * (LANE_HEIGHT + GAP);
    const height = linearAxis({ from: 0, to: full, start: top + LANE_HEIGHT, end: top });
    const area = areaOf(held[d], frame, { x: x.at, y: height.at });
    const limit = limits[d] <= full ? { y: height.at(limits[d]), bytes: limits[d] } : null;
    return laneMarkup({ name, top, limit, peak: held[d].peak, area }, frame);
  });
  const title = { x: (frame.left + frame.right) / 2, y: bottom + FOOT - 6, anchor: "middle" } as const;
  const content = html`${x.ticks.map((tick) => verticalTick(x.at(tick), frame, tickText(tick, scale), 14))}
${lines(lanes)}
${textAt("axis", `time in the step, ${scale.unit}`, title)}`;
  const label = `Memory of ${devices.length} devices over ${formatUs(makespanUs)}; the peaks are in the labels.`;
  const chart = pageChart(width, bottom + FOOT, label, content);
  const caption = [
    "Memory that each device holds over the step; its peak is at the right.",
    ...(inReach.length > 0 ? ["A dashed line is the limit of the device."] : []),
    ...(inReach.length < limits.length ? ["Limits far above the peaks are not drawn."] : []),
  ];
  return figure(
    scrollBox(`Memory over time of a plan for ${visibleName(scenario.name)}`, chart),
    caption.join(" "),
  );
}

interface Levels {
  /** Times and bytes from then on. */
  readonly timesUs: number[];
  readonly bytes: number[];
  peak: number;
}

function levelsOf({ steps, peakBytes }: MemoryHistory, deviceCount: number): readonly Levels[] {
  const held = Array.from(
    { length: deviceCount },
    (_, d): Levels => ({ timesUs: [], bytes: [], peak: peakBytes?.[d] ?? 0 }),
  );
  for (const { device, timeUs, highestBytes, bytes } of steps) {
    const own = held[device];
    // An instant's highest level is drawn even where it passes at once.
    if (highestBytes > bytes) {
      own.timesUs.push(timeUs);
      own.bytes.push(highestBytes);
    }
    own.timesUs.push(timeUs);
    own.bytes.push(bytes);
    own.peak = Math.max(own.peak, highestBytes);
  }
  return held;
}

interface Pixels {
  x(us: number): number;
  y(bytes: number): number;
}

/** A filled staircase. Of the levels within one pixel the highest is drawn. */
function areaOf({ timesUs, bytes }: Levels, { left, right }: Frame, { x, y }: Pixels): string {
  let path = `M${left} ${px(y(0))}`;
  for (let i = 0; i < timesUs.length; ) {
    const column = Math.round(x(timesUs[i]));
    let highest = bytes[i];
    let last = bytes[i];
    for (; i < timesUs.length && Math.round(x(timesUs[i])) === column; i++) {
      highest = Math.max(highest, bytes[i]);
      last = bytes[i];
    }
    path += `H${column}V${px(y(highest))}`;
    if (last !== highest) path += `H${Math.min(right, column + 1)}V${px(y(last))}`;
  }
  return `${path}H${right}V${px(y(0))}Z`;
}

interface Lane {
  readonly name: string;
  readonly top: number;
  readonly limit: { readonly y: number; readonly bytes: number } | null;
  readonly peak: number;
  readonly area: string;
}

function laneMarkup({ name, top, limit, peak, area }: Lane, frame: Frame): Markup {
  const { left, right } = frame;
  const middle = top + LANE_HEIGHT / 2 + 4;
  const label = { x: left - 6, y: middle, anchor: "end" } as const;
  return html`<g>
${rectangle("lane", { x: left, y: top, width: right - left, height: LANE_HEIGHT })}
${element("path", { class: "held", d: area })}
${limit === null ? null : horizontalLine("bound", limit.y, frame, `limit ${formatBytes(limit.bytes)}`)}
${textAt("lanelabel", shortened(visibleName(name), LONGEST_LABEL), label)}
${textAt("tick", formatBytes(peak), { x: right + 6, y: middle })}
</g>`;
}
