/**
 * Performance profiles as a figure with a line for each method. It shows the share of cells with a
 * score of at least the one on the axis below.
 */
import type { AnytimeCurve } from "../../cells/anytime.ts";
import { PROFILE_SCORES } from "../../statistics/profile.ts";
import { linearAxis } from "../charts/axis.ts";
import type { Line, Plot } from "../charts/curve-line.ts";
import { linesFrame, zoomableChart } from "../charts/line-chart.ts";
import type { Markup } from "../markup.ts";
import { figure, scrollBox } from "../parts.ts";

/** `shares` are those at each of `PROFILE_SCORES`, which stand in the place of simulations. */
export const profileCurve = (shares: readonly number[]): AnytimeCurve => ({
  points: shares.map((share, i) => ({
    simulations: PROFILE_SCORES[i],
    mean: share,
    least: share,
    greatest: share,
  })),
  end: 1,
});

/** `id` is one that the page uses nowhere else. */
export function profilesFigure(lines: readonly Line[], id: string): Markup {
  const frame = linesFrame(lines.length);
  const plot: Plot = {
    x: linearAxis({ from: 0, to: 1, start: frame.left, end: frame.right }, 10),
    y: linearAxis({ from: 0, to: 1, start: frame.bottom, end: frame.top }, 6),
    end: 1,
    text: (share) => (share > 0 ? percentText(share) : ""),
    way: "straight",
    cutAt: null,
  };
  const chart = {
    lines,
    plot,
    frame,
    id,
    vertical: "share of cells",
    horizontal: { title: "score", tick: (score: number) => String(Number(score.toPrecision(6))) },
    tick: percentText,
    title: percentText,
    behind: null,
  };
  const title = "Performance profiles";
  const label = `${title}; the numbers at the end are in the table above.`;
  const caption = `Share of cells with a score of at least the one on the axis below. A line above \
another is better at every demand. A label tells the share of cells that are proven optimal, where \
there are any.`;
  const ticks = { x: 1, y: "percent", isCount: false } as const;
  return figure(scrollBox(title, zoomableChart(label, chart, ticks)), caption);
}

const percentText = (share: number): string => `${Number((100 * share).toFixed(1))}%`;
