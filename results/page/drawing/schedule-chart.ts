/**
 * The picture of a pipeline schedule that papers print. Each device has a lane, each phase of a
 * micro-batch a block with its number; bubbles are hatched.
 *
 * Blocks are coloured by phase. Recomputation and gradients of weights are the striped twins of
 * forward and backward. Where a lane has several stages, the later ones are paler. Synchronisation
 * overlaps with computation and is a thinner strip under it.
 */
import { formatUs, type Scale, scaleFor } from "../../text/format.ts";
import { type Axis, linearAxis } from "../charts/axis.ts";
import { type Block, blocksOf, type Span } from "../charts/blocks.ts";
import {
  type Frame,
  lanesFrame,
  rectangle,
  shortened,
  textAt,
  tickText,
  verticalTick,
  WIDE_LANES,
} from "../charts/shapes.ts";
import { html, type Markup } from "../markup.ts";
import type { BlockPhase, ScheduleBlock, ScheduleDrawing } from "./schedule-blocks.ts";
import { bubbleShares, endOf, phaseTexts, scheduleLanes } from "./schedule-blocks.ts";

const TOP = 8;
const FOOT = 40;
const GAP = 4;
const HIGH_LANES = 8;
const LANE_HEIGHT = { few: 26, many: 20 } as const;
const SYNC_HEIGHT = 5;
/** Narrower than this is drawn together with its neighbours. */
const VISIBLE_PX = 1;
/** A block of one micro-batch is wide enough for two digits where the page allows it. */
const WANTED_PX = 14.5;
const WIDEST = 2200;
const DIGIT_PX = 6.2;
const LONGEST_LABEL = 18;
/** Of the first stage of a lane and of later ones. */
const SHADES = 4;

/** The inside of an `svg` element and what its attributes need. */
export interface ScheduleChart {
  readonly width: number;
  readonly height: number;
  readonly label: string;
  readonly content: Markup;
  /** What the classes of its blocks mean. */
  readonly keys: readonly (readonly [string, string])[];
}

/** Pre: blocks of a lane do not overlap, those of synchronisation apart. */
export function scheduleChart(drawing: ScheduleDrawing): ScheduleChart {
  const { title, lanes: names, blocks } = drawing;
  const endUs = endOf(drawing);
  const width = widthFor(blocks, endUs);
  const laneHeight = names.length <= HIGH_LANES ? LANE_HEIGHT.few : LANE_HEIGHT.many;
  const hasSync = blocks.some(({ phase }) => phase === "sync");
  const pitch = laneHeight + (hasSync ? SYNC_HEIGHT : 0) + GAP;
  const frame: Frame = { ...lanesFrame(width), top: TOP, bottom: TOP + names.length * pitch };
  const x = linearAxis({ from: 0, to: endUs, start: frame.left, end: frame.right }, 8);
  const scale = scaleFor("us", endUs);
  const shares = bubbleShares(drawing);
  const look: Look = {
    x,
    frame,
    laneHeight,
    hasSync,
    visibleUs: (VISIBLE_PX * endUs) / (frame.right - frame.left),
  };
  const lanes = scheduleLanes(drawing).map((own, lane) => {
    const label = { name: names[lane], idle: `${percent(shares[lane])} idle` };
    return laneMarkup(own, TOP + lane * pitch, label, look);
  });
  const kinds = new Set<BlockPhase>(blocks.map(({ phase }) => phase));
  const idle = shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length);
  const deviceCount = names.length === 1 ? "1 device" : `${names.length} devices`;
  return {
    width,
    height: frame.bottom + FOOT,
    label: `Schedule of ${title}: ${formatUs(endUs)} on ${deviceCount}, ${percent(idle)} idle.`,
    content: html`${x.ticks.map((tick) => verticalTick(x.at(tick), frame, tickText(tick, scale), 14))}
${lanes}${axisTitle(frame, scale)}`,
    keys: [
      ...phaseTexts.filter(([phase]) => kinds.has(phase)),
      ...(hasLaterStages(drawing) ? [["forward shade1", "paler: later stages of a device"] as const] : []),
    ],
  };
}

const hasLaterStages = (drawing: ScheduleDrawing): boolean =>
  scheduleLanes(drawing).some((own) => new Set(own.map(({ stage }) => stage)).size > 1);

const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)}%`;

/** As wide as most blocks need for their numbers, within what a page can show. */
function widthFor(blocks: readonly ScheduleBlock[], endUs: number): number {
  const times = blocks.map((block) => block.endUs - block.startUs).sort((a, b) => a - b);
  const short = times[Math.floor(times.length / 4)] ?? 0;
  const { left, right } = lanesFrame(WIDE_LANES);
  const wanted = short > 0 ? left + (WIDE_LANES - right) + (endUs / short) * WANTED_PX : 0;
  return Math.round(Math.min(WIDEST, Math.max(WIDE_LANES, wanted)));
}

const axisTitle = (frame: Frame, { unit }: Scale): Markup =>
  textAt("axis", `time in the iteration, ${unit}`, {
    x: (frame.left + frame.right) / 2,
    y: frame.bottom + FOOT - 6,
    anchor: "middle",
  });

interface Look {
  readonly x: Axis;
  readonly frame: Frame;
  readonly laneHeight: number;
  readonly hasSync: boolean;
  readonly visibleUs: number;
}

interface LaneLabel {
  readonly name: string;
  readonly idle: string;
}

function laneMarkup(
  blocks: readonly ScheduleBlock[],
  top: number,
  { name, idle }: LaneLabel,
  look: Look,
): Markup {
  const { frame, laneHeight, hasSync } = look;
  const lane = { x: frame.left, y: top, width: frame.right - frame.left, height: laneHeight };
  const strip = { ...lane, y: top + laneHeight, height: SYNC_HEIGHT };
  const middle = top + laneHeight / 2 + 4;
  const isSync = ({ phase }: ScheduleBlock): boolean => phase === "sync";
  const stages = [...new Set(blocks.map(({ stage }) => stage))].sort((a, b) => a - b);
  return html`<g>
${rectangle("lane", lane)}${rectangle("bubble", lane)}
${textAt("lanelabel", shortened(name, LONGEST_LABEL), { x: frame.left - 6, y: middle, anchor: "end" })}
${bandMarkup(
  blocks.filter((block) => !isSync(block)),
  lane,
  stages,
  look,
)}
${hasSync ? bandMarkup(blocks.filter(isSync), strip, stages, look) : null}
${textAt("tick", idle, { x: frame.right + 6, y: middle })}
</g>
`;
}

interface Band {
  readonly y: number;
  readonly height: number;
}

/** Blocks of a lane that do not overlap. */
function bandMarkup(
  blocks: readonly ScheduleBlock[],
  { y, height }: Band,
  stages: readonly number[],
  { x, visibleUs }: Look,
): Markup[] {
  const spans = blocks.map((block): Span & { readonly block: ScheduleBlock } => ({
    start: block.startUs,
    end: block.endUs,
    kind: block.phase,
    name: nameOf(block),
    block,
  }));
  const bySpanStart = new Map(spans.map((span) => [span.start, span.block]));
  return blocksOf(spans, visibleUs).map((drawn) => {
    const left = x.at(drawn.start);
    const box = {
      x: left,
      y: y + 0.5,
      width: Math.max(0.6, x.at(drawn.end) - left - 0.4),
      height: height - 1,
    };
    const block = drawn.count === 1 ? bySpanStart.get(drawn.start) : undefined;
    const shade = block === undefined ? 0 : Math.min(SHADES - 1, stages.indexOf(block.stage));
    // What is pale must not let the hatching of bubbles through.
    const ground = shade > 0 ? rectangle("lane", box) : null;
    const stripes = isStriped(drawn.kind) ? rectangle("striped", box) : null;
    return html`${ground}${rectangle(`${drawn.kind} shade${shade}`, box, titleOf(drawn))}${stripes}${
      block === undefined ? null : numberOf(block, box, shade)
    }
`;
  });
}

const isStriped = (kind: string): boolean => kind === "recompute" || kind === "weights";

/** The micro-batch in the middle of its block, where there is room. */
function numberOf(
  { microBatch, phase }: ScheduleBlock,
  { x, y, width, height }: Band & { readonly x: number; readonly width: number },
  shade: number,
): Markup | null {
  const text = microBatch === null ? "" : String(microBatch);
  if (text === "" || text.length * DIGIT_PX + 1 > width || height < 11) return null;
  const kind = shade === 0 ? `on ${phase}` : "on";
  return textAt(kind, text, { x: x + width / 2, y: y + height / 2 + 4, anchor: "middle" });
}

function nameOf({ phase, stage, microBatch }: ScheduleBlock): string {
  const [, words] = phaseTexts.find(([known]) => known === phase)!;
  return `${words} of stage ${stage}${microBatch === null ? "" : `, micro-batch ${microBatch}`}`;
}

function titleOf({ first, last, count, start, end }: Block): string {
  const when = `${formatUs(start)} to ${formatUs(end)}`;
  return count === 1 ? `${first}, ${when}` : `${count} short ones from ${first} to ${last}, ${when}`;
}
