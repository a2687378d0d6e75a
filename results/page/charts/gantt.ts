/**
 * The Gantt chart of one plan as SVG: a lane for each device, a thinner one for each link that
 * carries a transfer. Ops are coloured by role, the bound is a line, and the critical path is a
 * mark under the lanes. Ops too narrow to see are drawn together, see `blocks.ts`.
 */
import type { Scenario } from "../../../env/model/scenario.ts";
import type { Segment } from "../../../env/sim/timeline/explain/critical-path.ts";
import type { Timeline } from "../../../env/sim/timeline/timeline.ts";
import { displayed } from "../../text/displayed.ts";
import { formatOn, formatUs, type Scale, scaleFor } from "../../text/format.ts";
import { element, html, type Markup, px } from "../markup.ts";
import { figure, keyList, scrollBox } from "../parts.ts";
import { type Axis, linearAxis } from "./axis.ts";
import { type Block, blocksOf, type Span } from "./blocks.ts";
import { type Lane, lanesOf } from "./gantt-lanes.ts";
import {
  type Frame,
  lanesFrame,
  pageChart,
  rectangle,
  shortened,
  textAt,
  tickText,
  verticalLine,
  verticalTick,
  WIDE_LANES,
} from "./shapes.ts";

const TOP = 8;
const FOOT = 40;
const LANE_HEIGHT = { device: 24, link: 14 } as const;
const GAP = 5;
const MARK_HEIGHT = 3;
/** Narrower than this is drawn together with its neighbours. */
const VISIBLE_PX = 1;
/** Narrower than this is hard to point at. */
const TITLED_PX = 6;
const LONGEST_LABEL = 18;

export interface GanttOptions {
  readonly method: string;
  /** A lower bound on the makespan in us; none is drawn where it is 0. */
  readonly bound: number;
  readonly criticalPath?: readonly Segment[];
  /** True for few bytes: blocks too narrow to point at are one shape for each kind of a lane. */
  readonly isCompact?: boolean;
  readonly width?: number;
}

/** The inside of an `svg` element and what its attributes need. */
export interface GanttChart {
  readonly width: number;
  readonly height: number;
  readonly label: string;
  readonly content: Markup;
  /** What the classes of its blocks mean. */
  readonly keys: readonly (readonly [string, string])[];
}

export function ganttFigure(scenario: Scenario, timeline: Timeline, options: GanttOptions): Markup {
  const { width, height, label, content, keys } = ganttChart(scenario, timeline, options);
  const transfers = timeline.transfers.length > 0 ? `, ${transferCount(timeline)} transfers` : "";
  const caption = [
    `Plan of ${options.method}: ${formatUs(timeline.makespanUs)}${transfers}.`,
    "At the right of each lane, its busy share of the step. Point at a block for its op.",
    ...(options.criticalPath?.length ? ["Marks under the lanes show the critical path."] : []),
  ].join(" ");
  return figure(
    scrollBox(`Timeline of a plan for ${scenario.name}`, pageChart(width, height, label, content)),
    html`${keyList(keys)} ${caption}`,
  );
}

export function ganttChart(
  given: Scenario,
  timeline: Timeline,
  { method, bound, criticalPath = [], isCompact = false, width = WIDE_LANES }: GanttOptions,
): GanttChart {
  const { makespanUs } = timeline;
  const scenario = displayed(given);
  const lanes = lanesOf(scenario, timeline, criticalPath);
  const { tops, bottom } = laneTops(lanes);
  const frame: Frame = { ...lanesFrame(width), top: TOP, bottom };
  const height = bottom + FOOT;
  const x = linearAxis({ from: 0, to: makespanUs, start: frame.left, end: frame.right }, 8);
  const scale = scaleFor("us", makespanUs);
  const kinds = new Set(lanes.flatMap(({ spans, marks }) => [...spans, ...marks].map(({ kind }) => kind)));
  const visible = (VISIBLE_PX / (frame.right - frame.left)) * makespanUs;
  const look: LaneLook = { x, frame, scale, visible, isCompact };
  const drawsBound = bound > 0 && bound <= makespanUs;
  const axisTitle = textAt("axis", `time in the step, ${scale.unit}`, {
    x: (frame.left + frame.right) / 2,
    y: height - 6,
    anchor: "middle",
  });
  return {
    width,
    height,
    label:
      `Timeline of the plan of ${method}: ${formatUs(makespanUs)} ` +
      `on ${scenario.cluster.devices.length} devices with ${transferCount(timeline)} transfers.`,
    content: html`${x.ticks.map((tick) => verticalTick(x.at(tick), frame, tickText(tick, scale), 14))}
${lanes.map((lane, i) => laneMarkup(lane, tops[i], look))}
${drawsBound ? verticalLine("bound", x.at(bound), frame, `bound ${formatUs(bound)}`) : null}
${axisTitle}`,
    keys: legend.filter(([kind]) => kinds.has(kind)),
  };
}

const legend: readonly (readonly [string, string])[] = [
  ["forward", "forward"],
  ["backward", "backward"],
  ["update", "update"],
  ["transfer", "transfer"],
  ["critical", "critical path"],
];

interface LaneLook {
  readonly x: Axis;
  readonly frame: Frame;
  readonly scale: Scale;
  /** The shortest time in us that gets a block of its own. */
  readonly visible: number;
  readonly isCompact: boolean;
}

/** Where each lane begins, and where the last one ends. */
function laneTops(lanes: readonly Lane[]): { readonly tops: readonly number[]; readonly bottom: number } {
  const tops: number[] = [];
  let bottom = TOP;
  for (const { kind } of lanes) {
    tops.push(bottom);
    bottom += LANE_HEIGHT[kind] + GAP;
  }
  return { tops, bottom };
}

function laneMarkup({ kind, label, spans, marks, share }: Lane, top: number, look: LaneLook): Markup {
  const { left, right } = look.frame;
  const height = LANE_HEIGHT[kind];
  const middle = top + height / 2 + 4;
  const blocks = (all: readonly Span[], place: BlockPlace) =>
    blocksMarkup(blocksOf(all, look.visible), place, look);
  return html`<g>
${rectangle("lane", { x: left, y: top, width: right - left, height })}
${textAt(kind === "link" ? "lanelabel small" : "lanelabel", shortened(label, LONGEST_LABEL), {
  x: left - 6,
  y: middle,
  anchor: "end",
})}
${blocks(spans, { top: top + 1, height: height - 2 })}
${blocks(marks, { top: top + height, height: MARK_HEIGHT })}
${textAt("tick", busyText(spans, share), { x: right + 6, y: middle })}
</g>`;
}

const busyText = (spans: readonly Span[], share: number): string =>
  spans.length === 0 ? "idle" : `${(100 * share).toFixed(share < 0.1 ? 1 : 0)}%`;

interface BlockPlace {
  readonly top: number;
  readonly height: number;
}

function blocksMarkup(blocks: readonly Block[], place: BlockPlace, look: LaneLook): Markup[] {
  const own = (block: Block) => html`${blockMarkup(block, place, look)}\n`;
  if (!look.isCompact) return blocks.map(own);
  const isNarrow = (block: Block) => blockSpan(block, look).width < TITLED_PX;
  const kinds = [...new Set(blocks.filter(isNarrow).map(({ kind }) => kind))];
  const together = kinds.map((kind) => {
    const shapes = blocks
      .filter((block) => block.kind === kind && isNarrow(block))
      .map((block) => {
        const { start, width } = blockSpan(block, look);
        return `M${px(start)} ${px(place.top)}h${px(width)}v${px(place.height)}h${px(-width)}z`;
      });
    return html`${element("path", { class: kind, d: shapes.join("") })}\n`;
  });
  return [...together, ...blocks.filter((block) => !isNarrow(block)).map(own)];
}

function blockMarkup(block: Block, { top, height }: BlockPlace, look: LaneLook): Markup {
  const { start, width } = blockSpan(block, look);
  return rectangle(block.kind, { x: start, y: top, width, height }, titleOf(block, look.scale));
}

/** The gap of 0.3 pixels keeps blocks apart that follow each other at once. */
function blockSpan(
  { start, end }: Block,
  { x }: LaneLook,
): { readonly start: number; readonly width: number } {
  return { start: x.at(start), width: Math.max(0.6, x.at(end) - x.at(start) - 0.3) };
}

function titleOf({ first, last, count, start, end, busy }: Block, scale: Scale): string {
  const when = `${formatOn(scale, start)} to ${formatOn(scale, end)} ${scale.unit}`;
  if (count === 1) return `${first}, ${when}, takes ${formatUs(busy)}`;
  return `${count} short ones from ${first} to ${last}, ${when}, busy ${formatUs(busy)}`;
}

/** A transfer over several links is one. */
const transferCount = ({ transfers }: Timeline): number =>
  new Set(transfers.map(({ transfer }) => transfer)).size;
