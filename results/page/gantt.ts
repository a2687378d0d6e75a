/**
 * The Gantt chart of one plan as SVG: a lane for each device with its ops coloured by role, a
 * thinner lane for each link that carries a transfer, the bound as a line, and under each lane,
 * where it is given, its part of the critical path. Ops too narrow to see are drawn together, see
 * `blocks.ts`.
 */

import { roleNames } from "../../env/model/graph/graph.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import type { Segment } from "../../env/sim/timeline/explain/critical-path.ts";
import type { Resource } from "../../env/sim/timeline/explain/tasks.ts";
import type { Timeline } from "../../env/sim/timeline/timeline.ts";
import { formatBytes, formatOn, formatUs, type Scale, scaleFor } from "../format.ts";
import { type Axis, linearAxis } from "./axis.ts";
import { type Block, blocksOf, type Span } from "./blocks.ts";
import { html, type Markup, px } from "./markup.ts";

const WIDTH = 1000;
const LEFT = 120;
const RIGHT = 64;
const DEVICE_HEIGHT = 24;
const LINK_HEIGHT = 9;
const GAP = 5;
const TOP = 8;
const FOOT = 40;
/** Narrower than this is drawn together with its neighbours. */
const VISIBLE_PX = 1;
const MARK_HEIGHT = 3;

interface Lane {
  readonly label: string;
  readonly height: number;
  readonly spans: readonly Span[];
  /** What of the lane is on the critical path. */
  readonly marks: readonly Span[];
  /** Share of the step in which the lane is busy. */
  readonly share: number;
}

export interface GanttOptions {
  readonly method: string;
  /** A lower bound on the makespan in us; none is drawn where it is 0. */
  readonly bound: number;
  readonly criticalPath?: readonly Segment[];
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
  return html`<figure>
<div class="scroll" tabindex="0" role="region" aria-label="Timeline of the best plan for ${scenario.name}">
<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
${content}
</svg></div>
<figcaption><span class="keys">${keys.map(([kind, text]) => html`<span class="key"><i class="${kind}"></i>${text}</span>`)}<span class="key"><i class="boundkey"></i>bound</span></span> Best plan of ${options.method}: ${formatUs(timeline.makespanUs)}${timeline.transfers.length > 0 ? `, ${transferCount(timeline)} transfers` : ""}. At the right of each lane, its busy share of the step. Point at a block for its op.</figcaption>
</figure>`;
}

export function ganttChart(
  scenario: Scenario,
  timeline: Timeline,
  { method, bound, criticalPath = [] }: GanttOptions,
): GanttChart {
  const { makespanUs } = timeline;
  const lanes = [
    ...deviceLanes(scenario, timeline, criticalPath),
    ...linkLanes(scenario, timeline, criticalPath),
  ];
  const tops = lanes.map(
    (_, i) => TOP + lanes.slice(0, i).reduce((sum, { height }) => sum + height + GAP, 0),
  );
  const bottom = tops[tops.length - 1] + lanes[lanes.length - 1].height + GAP;
  const height = bottom + FOOT;
  const x = linearAxis({ from: 0, to: makespanUs, start: LEFT, end: WIDTH - RIGHT }, 8);
  const scale = scaleFor("us", makespanUs);
  const kinds = new Set(lanes.flatMap(({ spans }) => spans.map(({ kind }) => kind)));
  return {
    width: WIDTH,
    height,
    label: `Timeline of the plan of ${method}: ${formatUs(makespanUs)} on ${scenario.cluster.devices.length} devices with ${transferCount(timeline)} transfers.`,
    content: html`${x.ticks.map((tick) => html`<line class="grid" x1="${px(x.at(tick))}" x2="${px(x.at(tick))}" y1="${TOP}" y2="${bottom}"/><text class="tick" x="${px(x.at(tick))}" y="${bottom + 14}" text-anchor="middle">${tickText(tick, scale)}</text>`)}
${lanes.map((lane, i) => laneMarkup(lane, tops[i], x, scale))}
${bound > 0 && bound <= makespanUs ? html`<line class="bound" x1="${px(x.at(bound))}" x2="${px(x.at(bound))}" y1="${TOP}" y2="${bottom}"><title>bound ${formatUs(bound)}</title></line>` : null}
<text class="axis" x="${px((LEFT + WIDTH - RIGHT) / 2)}" y="${height - 6}" text-anchor="middle">time in the step, ${scale.unit}</text>`,
    keys: legend.filter(([kind]) => kinds.has(kind)),
  };
}

const legend: readonly (readonly [string, string])[] = [
  ["forward", "forward"],
  ["backward", "backward"],
  ["update", "update"],
  ["transfer", "transfer"],
];

function deviceLanes(scenario: Scenario, timeline: Timeline, criticalPath: readonly Segment[]): Lane[] {
  const { graph, cluster } = scenario;
  const { device, startUs, endUs, deviceBusyUs, makespanUs } = timeline;
  const order = Array.from(startUs.keys()).sort((a, b) => startUs[a] - startUs[b] || a - b);
  return cluster.devices.map(({ name }, d) => ({
    label: name,
    height: DEVICE_HEIGHT,
    share: shareOf(deviceBusyUs[d], makespanUs),
    marks: marksOf(scenario, criticalPath, { kind: "device", index: d }),
    spans: order
      .filter((v) => device[v] === d)
      .map((v) => ({
        start: startUs[v],
        end: endUs[v],
        kind: roleNames[graph.role[v]],
        name: `${graph.names[v]} (${graph.types[v]}, ${roleNames[graph.role[v]]})`,
      })),
  }));
}

function linkLanes(
  scenario: Scenario,
  { transfers, linkBusyUs, makespanUs }: Timeline,
  criticalPath: readonly Segment[],
): Lane[] {
  const { graph, cluster, fidelity } = scenario;
  const lanes = cluster.links.map(({ name, bytesPerUs }, link) => ({
    label: name,
    height: LINK_HEIGHT,
    share: shareOf(linkBusyUs[link], makespanUs),
    marks: marksOf(scenario, criticalPath, { kind: "link", index: link }),
    // Latency delays the arrival but does not occupy the link, so a span ends when the last byte
    // has left. What crosses several links at once, or shares them, is drawn until it arrives: each
    // link alone does not tell when that byte leaves.
    spans: transfers
      .filter((transfer) => transfer.link === link)
      .map(({ producer, from, to, bytes, startUs, endUs }) => ({
        start: startUs,
        end: fidelity.routing === "cut-through" ? endUs : startUs + bytes / bytesPerUs,
        kind: "transfer",
        name: `${graph.names[producer]}: ${formatBytes(bytes)} from ${cluster.devices[from].name} to ${to < 0 ? "all its users" : cluster.devices[to].name}`,
      })),
  }));
  return lanes.filter(({ spans }) => spans.length > 0);
}

function marksOf({ graph }: Scenario, path: readonly Segment[], { kind, index }: Resource): Span[] {
  return path
    .filter(({ resource }) => resource.kind === kind && resource.index === index)
    .map((segment) => ({
      start: segment.fromUs,
      end: segment.toUs,
      kind: "critical",
      name: `critical path: ${segment.kind} of ${graph.names[segment.task.op]}`,
    }));
}

const shareOf = (busyUs: number, makespanUs: number): number => (makespanUs > 0 ? busyUs / makespanUs : 0);

function laneMarkup(
  { label, height, spans, marks, share }: Lane,
  top: number,
  x: Axis,
  scale: Scale,
): Markup {
  const visible = VISIBLE_PX / (x.at(1) - x.at(0));
  const middle = px(top + height / 2 + 4);
  return html`<g><rect class="lane" x="${LEFT}" y="${top}" width="${WIDTH - LEFT - RIGHT}" height="${height}"/>
<text class="${height < DEVICE_HEIGHT ? "lanelabel small" : "lanelabel"}" x="${LEFT - 6}" y="${middle}" text-anchor="end">${shortened(label)}</text>
${blocksOf(spans, visible).map((block) => blockMarkup(block, { top: top + 1, height: height - 2 }, x, scale))}
${blocksOf(marks, visible).map((block) => blockMarkup(block, { top: top + height, height: MARK_HEIGHT }, x, scale))}<text class="tick" x="${WIDTH - RIGHT + 6}" y="${middle}">${spans.length === 0 ? "idle" : `${(100 * share).toFixed(share < 0.1 ? 1 : 0)}%`}</text></g>`;
}

function blockMarkup(
  block: Block,
  { top, height }: { readonly top: number; readonly height: number },
  x: Axis,
  scale: Scale,
): Markup {
  return html`<rect class="${block.kind}" x="${px(x.at(block.start))}" y="${top}" width="${px(Math.max(0.6, x.at(block.end) - x.at(block.start) - 0.3))}" height="${height}"><title>${titleOf(block, scale)}</title></rect>
`;
}

function titleOf({ first, last, count, start, end, busy }: Block, scale: Scale): string {
  const when = `${formatOn(scale, start)} to ${formatOn(scale, end)} ${scale.unit}`;
  if (count === 1) return `${first}, ${when}, takes ${formatUs(busy)}`;
  return `${count} short ones from ${first} to ${last}, ${when}, busy ${formatUs(busy)}`;
}

const shortened = (name: string): string => (name.length > 18 ? `${name.slice(0, 17)}…` : name);

const tickText = (us: number, { size }: Scale): string => String(Number((us / size).toPrecision(6)));

/** A transfer over several links is one. */
const transferCount = ({ transfers }: Timeline): number =>
  new Set(transfers.map(({ transfer }) => transfer)).size;
