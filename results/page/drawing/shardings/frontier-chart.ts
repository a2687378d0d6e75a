/**
 * The curve of time against memory that a planner has found: no other of its points is as good in
 * both. Both numbers are the planner's own estimates. The point that it took is marked, and so is
 * the memory of the smallest device.
 */
import type { Frontier } from "../../../../agents/contract.ts";
import { formatBytes, formatCount, formatUs, scaleFor } from "../../../text/format.ts";
import { linearAxis } from "../../charts/axis.ts";
import {
  type Frame,
  horizontalTick,
  textAt,
  tickText,
  verticalLine,
  verticalTick,
} from "../../charts/shapes.ts";
import { element, html, lines, type Markup, px } from "../../markup.ts";
import type { Picture } from "./picture.ts";

const WIDTH = 1000;
const FRAME: Frame = { left: 76, right: 960, top: 12, bottom: 372 };
const FOOT = 44;

export interface FrontierTitle {
  /** Scenario and planner. */
  readonly title: string;
  /** Of the smallest device; nothing is drawn where it is infinite or far beyond all points. */
  readonly limitBytes: number;
}

/** Pre: at least one point. */
export function frontierChart({ points, taken }: Frontier, { title, limitBytes }: FrontierTitle): Picture {
  const sorted = [...points].sort((a, b) => a.memoryBytes - b.memoryBytes);
  const memory = sorted.map(({ memoryBytes }) => memoryBytes);
  const times = sorted.map(({ timeUs }) => timeUs);
  const most = Math.max(...memory);
  const showsLimit = limitBytes <= 1.5 * most;
  const unit = memoryUnit(most);
  const range = padded(Math.min(...memory), Math.max(most, showsLimit ? limitBytes : 0));
  const x = linearAxis({ ...range, start: FRAME.left, end: FRAME.right }, 8);
  const y = linearAxis(
    { ...padded(Math.min(...times), Math.max(...times)), start: FRAME.bottom, end: FRAME.top },
    6,
  );
  const scale = scaleFor("us", Math.max(...times));
  const way = sorted.map(({ memoryBytes, timeUs }, i) =>
    i === 0
      ? `M${px(x.at(memoryBytes))} ${px(y.at(timeUs))}`
      : `H${px(x.at(memoryBytes))}V${px(y.at(timeUs))}`,
  );
  const dots = sorted.map((point) => {
    const isTaken = point.memoryBytes === taken.memoryBytes && point.timeUs === taken.timeUs;
    const place = { cx: x.at(point.memoryBytes), cy: y.at(point.timeUs), r: isTaken ? 6 : 3.2 };
    const words = `${formatBytes(point.memoryBytes)}, ${formatUs(point.timeUs)}${isTaken ? ", taken" : ""}`;
    return element(
      "circle",
      { class: isTaken ? "point taken" : "point", ...place },
      html`<title>${words}</title>`,
    );
  });
  return {
    width: WIDTH,
    height: FRAME.bottom + FOOT,
    title: `Time against memory of ${title}`,
    subtitle: `the ${formatCount(points.length)} points that the planner has found, as it estimates them`,
    content: html`${x.ticks.map((at) => verticalTick(x.at(at), FRAME, tickText(at, unit), 16))}
${y.ticks.map((at) => horizontalTick(y.at(at), FRAME, tickText(at, scale)))}
${showsLimit ? limitMarkup(x.at(limitBytes), limitBytes) : null}${element("path", { class: "frontier", d: way.join("") })}
${lines(dots)}${takenLabel(x.at(taken.memoryBytes), y.at(taken.timeUs), taken)}
${textAt("axis", `memory of a rank, added up over layers, ${unit.unit}`, { x: (FRAME.left + FRAME.right) / 2, y: FRAME.bottom + FOOT - 8, anchor: "middle" })}
${textAt("axis", `estimated time of a step, ${scale.unit}`, { x: 16, y: 192, anchor: "middle", transform: "rotate(-90 16 192)" })}`,
  };
}

const limitMarkup = (x: number, bytes: number): Markup =>
  html`${verticalLine("limit", x, FRAME, `memory ${formatBytes(bytes)}`)}${textAt(null, "memory of a device", { x: x - 6, y: FRAME.top + 12, anchor: "end" })}`;

/** On the side of the point on which there is room. */
function takenLabel(x: number, y: number, { memoryBytes, timeUs }: Frontier["taken"]): Markup {
  const isLeft = x > (FRAME.left + FRAME.right) / 2;
  const text = `taken: ${formatBytes(memoryBytes)}, ${formatUs(timeUs)}`;
  return textAt("lanelabel", text, {
    x: x + (isLeft ? -11 : 11),
    y: Math.max(FRAME.top + 12, y - 9),
    anchor: isLeft ? "end" : "start",
  });
}

/** A little more than the values need, and never nothing. */
function padded(from: number, to: number): { readonly from: number; readonly to: number } {
  const margin = 0.06 * (to - from || Math.abs(to) || 1);
  return { from: Math.max(0, from - margin), to: to + margin };
}

const memoryUnit = (bytes: number): { readonly unit: string; readonly size: number } =>
  bytes >= 1e9
    ? { unit: "GB", size: 1e9 }
    : bytes >= 1e6
      ? { unit: "MB", size: 1e6 }
      : { unit: "kB", size: 1e3 };
