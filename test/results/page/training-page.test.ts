import { describe, expect, test } from "vitest";
import { metricSvg, metricText } from "../../../results/page/charts/training-curves.ts";
import { methodMarks } from "../../../results/page/marks.ts";
import { momentsOf, pointAt, renderCurves } from "../../../results/page/training-page.ts";
import { curveSet } from "../../../results/training/curves/curve-set.ts";
import { recordedRuns } from "./recorded-runs.ts";

const runs = recordedRuns();
const set = curveSet(runs, { spans: 20 });
const page = renderCurves(set, runs);

const textOf = (markup: string) =>
  markup
    .replace(/<title>[\s\S]*?<\/title>|<[^>]*>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&amp;", "&")
    .trim();
const partsOf = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([part]) => part);
const sections = partsOf(page, /<section [\s\S]*?<\/section>/g);

describe("the page of training runs", () => {
  test("has a section for each metric with a labelled figure and a table of its numbers", () => {
    expect(sections.map((section) => /<h2>(.*?)<\/h2>/.exec(section)?.[1])).toEqual([
      "bestGap",
      "meanCost",
      "loss",
    ]);
    for (const section of sections) {
      expect(section).toMatch(/<svg class="chart"[^>]* role="img" aria-label="[^"]+"/);
      expect(section).toMatch(/<table class="rows sortable">/);
    }
  });

  test.each(set.metrics.map((curves, i) => [curves.metric, i] as const))(
    "shows the numbers of the curves of %s, in the table, the labels and the titles",
    (metric, i) => {
      const { lines } = set.metrics[i];
      const text = (value: number | undefined) => (value === undefined ? "-" : metricText(metric, value));
      const rows = partsOf(/<tbody>[\s\S]*?<\/tbody>/.exec(sections[i])![0], /<tr[\s\S]*?<\/tr>/g);
      const cells = rows.map((row) => partsOf(row, /<t[dh][\s\S]*?<\/t[dh]>/g));
      expect(cells.map((row) => row.slice(1).map(textOf))).toEqual(
        lines.map((line) => {
          const { mean, least, greatest } = line.points[line.points.length - 1];
          const along = momentsOf(set).map((moment) => pointAt(line, moment)?.mean);
          return [`${line.runs}`, ...along.map(text), text(mean), text(least), text(greatest)];
        }),
      );
      const exact = cells.map((row) => / data-v="([^"]*)"/.exec(row[row.length - 3])?.[1]);
      expect(exact).toEqual(lines.map(({ points }) => `${points[points.length - 1].mean}`));
      const labels = partsOf(sections[i], /<text class="label"[\s\S]*?<\/text>/g).map(textOf);
      const finals = lines.map(({ label, points }) => `${label} ${text(points[points.length - 1].mean)}`);
      expect(labels).toEqual(finals);
      const titles = [...sections[i].matchAll(/<g class="curve[^>]*>\s*<title>([^<]*)</g)].map(
        ([, title]) => title,
      );
      expect(titles).toEqual(
        lines.map(({ label, points }) => `${label}: ${text(points[points.length - 1].mean)}`),
      );
    },
  );

  test("draws each line through its points, in the pixels of its axes", () => {
    const [gap] = set.metrics;
    const paths = [...sections[0].matchAll(/<path class="line" d="M([\d.]+) ([\d.]+)H/g)].slice(
      0,
      gap.lines.length,
    );
    const xs = paths.map(([, x]) => Number(x));
    for (const [i, { points }] of gap.lines.entries())
      expect(xs[i]).toBeCloseTo(64 + (points[0].simulations / set.end) * (780 - 64), 1);
  });

  test("draws a gap of 0 at the lower edge of a logarithmic axis, not below it", () => {
    const flat = runs.map((run) =>
      run.method === "heft"
        ? { ...run, series: new Map([["bestGap", [{ simulations: 1, value: 0 }]]]) }
        : run,
    );
    const own = renderCurves(curveSet(flat, { spans: 20, metrics: ["bestGap"] }), flat);
    expect(own).toMatch(
      /<g class="curve k2[^>]*>\s*<title>heft: 0.00%<\/title>[\s\S]*?class="line" d="M[\d.]+ 314H/,
    );
    expect(own).not.toMatch(/NaN|Infinity/);
  });

  test("is the same for the same runs, loads nothing and runs no script but its own", () => {
    expect(renderCurves(set, runs)).toBe(page);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<(img|link|iframe)|https?:(?!\/\/www\.w3\.org)/);
    expect(page.match(/<script>/g)).toHaveLength(1);
  });

  test("escapes whatever a folder is named", () => {
    const evil = '<script>alert("x")</script>\u202e';
    const named = runs.map((run) => ({ ...run, folder: evil, method: evil, key: evil }));
    const own = renderCurves(curveSet(named, { spans: 4 }), named);
    expect(own.match(/<script>/g)).toHaveLength(1);
    expect(own).not.toContain("\u202e");
    expect(
      metricSvg({ curves: curveSet(named, { spans: 4 }).metrics[0], set, marks: methodMarks([evil]) }),
    ).not.toContain("<script>");
  });
});
