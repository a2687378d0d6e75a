/**
 * The step of a sharding over time. Each rank has a lane for what its device computes, and under it
 * a thin lane for each mesh axis with the collectives along it. What is not hidden behind computing
 * stands under a gap of the device.
 */
import type { ShardingTimeline } from "../../../../env/sim/timeline/sharding/contract.ts";
import { partOf } from "../../../../env/sim/timeline/sharding/rank-times.ts";
import { computingUs } from "../../../../env/sim/timeline/sharding/sharding-timeline.ts";
import { formatUs, type Scale, scaleFor } from "../../../text/format.ts";
import { axesText, collectiveText } from "../../../text/shardings/names.ts";
import { tensorText } from "../../../text/shardings/step-rows.ts";
import { visibleName } from "../../../text/visible.ts";
import { type Axis, linearAxis } from "../../charts/axis.ts";
import { type Block, blocksOf, type Span } from "../../charts/blocks.ts";
import {
  type Frame,
  lanesFrame,
  rectangle,
  shortened,
  textAt,
  tickText,
  verticalTick,
  WIDE_LANES,
} from "../../charts/shapes.ts";
import { element, html, lines, type Markup } from "../../markup.ts";
import { axisClass } from "./axis-style.ts";
import type { Picture } from "./picture.ts";

const KEYS = 30;
const FOOT = 40;
const LANE = 22;
const STRIP = 9;
const GAP = 9;
const MOST_RANKS = 8;
const LONGEST_LABEL = 16;
const VISIBLE_PX = 1;

/** `title`: scenario and plan. */
export function stepChart(timeline: ShardingTimeline, title: string): Picture {
  const { iterationUs, rankTimes, slowest } = timeline;
  const ranks = shownRanks(rankTimes.length, slowest);
  const ways = waysOf(timeline);
  const pitch = LANE + ways.length * STRIP + GAP;
  const frame: Frame = { ...lanesFrame(WIDE_LANES), top: KEYS, bottom: KEYS + ranks.length * pitch };
  const x = linearAxis({ from: 0, to: iterationUs, start: frame.left, end: frame.right }, 8);
  const scale = scaleFor("us", iterationUs);
  const visible = (VISIBLE_PX * iterationUs) / (frame.right - frame.left);
  const look: Look = { x, frame, scale, visible };
  const lanes = ranks.map((rank, i) => rankMarkup(timeline, rank, { top: KEYS + i * pitch, ways, look }));
  const most = rankTimes[slowest];
  const share = (us: number): string => `${((100 * us) / Math.max(iterationUs, 1e-9)).toFixed(0)}%`;
  const left = rankTimes.length - ranks.length;
  return {
    width: WIDE_LANES,
    height: frame.bottom + FOOT,
    title: `Step of ${title}: ${formatUs(iterationUs)}`,
    subtitle: `rank ${slowest} computes ${share(computingUs(most))} of it and waits for collectives ${share(most.steps)}; shares of computing are at the right`,
    content: html`${keys(timeline, ways)}
${x.ticks.map((tick) => verticalTick(x.at(tick), frame, tickText(tick, scale), 14))}
${lines(lanes)}${textAt(
  "axis",
  `time in the step, ${scale.unit}${left > 0 ? `; ${left} more ranks are not drawn` : ""}`,
  {
    x: (frame.left + frame.right) / 2,
    y: frame.bottom + FOOT - 6,
    anchor: "middle",
  },
)}`,
  };
}

function shownRanks(count: number, slowest: number): number[] {
  const first = Array.from({ length: Math.min(count, MOST_RANKS) }, (_, rank) => rank);
  return slowest < first.length ? first : [...first.slice(0, -1), slowest];
}

/** Groups of mesh axes along which anything is sent; what the host sends is not drawn. */
function waysOf({ collectives }: ShardingTimeline): string[] {
  const sent = collectives.filter(({ kind }) => kind !== "feed");
  return [...new Set(sent.map(({ group }) => group.join()))].sort();
}

const axesOf = (way: string): number[] => way.split(",").map(Number);

interface Look {
  readonly x: Axis;
  readonly frame: Frame;
  readonly scale: Scale;
  /** The shortest time in us that gets a block of its own. */
  readonly visible: number;
}

interface Lane {
  readonly top: number;
  readonly ways: readonly string[];
  readonly look: Look;
}

function rankMarkup(timeline: ShardingTimeline, rank: number, { top, ways, look }: Lane): Markup {
  const { scenario, plan, blocks, collectives, rankTimes, iterationUs } = timeline;
  const { left, right } = look.frame;
  const lane = { x: left, y: top, width: right - left, height: LANE };
  const computed = blocks
    .filter((block) => block.rank === rank)
    .map((block) => ({
      start: block.startUs,
      end: block.endUs,
      kind: partOf(scenario.graph, block) as string,
      name: scenario.graph.names[block.op],
    }));
  const strips = ways.map((way, i) => {
    const spans = collectives
      .filter(({ group }) => group.join() === way)
      .map((span) => ({
        start: span.joinedUs[rank],
        end: span.leaveUs[rank],
        kind: "span",
        name: `${collectiveText(plan.mesh.axes, span)} of ${tensorText(timeline, span)}`,
      }));
    const box = { ...lane, y: top + LANE + i * STRIP + 1, height: STRIP - 1 };
    const marks = html`${rectangle("lane", box)}${blocksMarkup(joined(spans), box, look)}`;
    return element("g", { class: axisClass(axesOf(way)[0]) }, marks);
  });
  const name = visibleName(scenario.cluster.devices[plan.mesh.devices[rank]].name);
  const busy = iterationUs > 0 ? computingUs(rankTimes[rank]) / iterationUs : 0;
  return html`${rectangle("lane", lane)}${textAt("lanelabel", shortened(`${rank}: ${name}`, LONGEST_LABEL), { x: left - 6, y: top + 15, anchor: "end" })}${blocksMarkup(computed, lane, look)}${textAt("tick", `${(100 * busy).toFixed(0)}%`, { x: right + 6, y: top + 15 })}${strips}`;
}

/** Collectives that overlap are drawn as one. */
function joined(spans: readonly Span[]): Span[] {
  const made: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const last = made[made.length - 1];
    if (last === undefined || span.start >= last.end) made.push(span);
    else
      made[made.length - 1] = {
        ...last,
        end: Math.max(last.end, span.end),
        name: `${last.name.replace(/ and others$/, "")} and others`,
      };
  }
  return made;
}

function blocksMarkup(
  spans: readonly Span[],
  { y, height }: { readonly y: number; readonly height: number },
  { x, visible }: Look,
): Markup[] {
  return blocksOf(spans, visible).map((block) => {
    const start = x.at(block.start);
    const box = {
      x: start,
      y: y + 0.5,
      width: Math.max(0.6, x.at(block.end) - start - 0.3),
      height: height - 1,
    };
    return html`${rectangle(block.kind, box, titleOf(block))}\n`;
  });
}

function titleOf({ first, last, count, start, end }: Block): string {
  const when = `${formatUs(start)} to ${formatUs(end)}`;
  return count === 1 ? `${first}, ${when}` : `${count} short ones from ${first} to ${last}, ${when}`;
}

function keys({ plan, blocks, scenario }: ShardingTimeline, ways: readonly string[]): Markup {
  const roles = new Set(blocks.map((block) => partOf(scenario.graph, block)));
  const all = [
    ...(["forward", "recompute", "backward", "update"] as const)
      .filter((role) => roles.has(role))
      .map((role) => ({ kind: role as string, axis: null as string | null, text: role as string })),
    ...ways.map((way) => ({
      kind: "span",
      axis: axisClass(axesOf(way)[0]),
      text: `collectives along ${visibleName(axesText(plan.mesh.axes, axesOf(way)))}`,
    })),
  ];
  let x = 12;
  return lines(
    all.map(({ kind, axis, text }) => {
      const box = rectangle(kind, { x, y: 6, width: 12, height: 10 });
      const label = textAt(null, text, { x: x + 17, y: 15 });
      x += 17 + text.length * 6.2 + 24;
      return element("g", { class: axis }, box, label);
    }),
  );
}
