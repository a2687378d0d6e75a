import { describe, expect, test } from "vitest";
import { metricSvg, panelsSvg } from "../../../../results/page/charts/training-curves.ts";
import { methodMarks } from "../../../../results/page/marks.ts";
import { curveSet } from "../../../../results/training/curves/curve-set.ts";
import { recordedRuns } from "../recorded-runs.ts";

const set = curveSet(recordedRuns(), { spans: 5 });
const [curves] = set.metrics;
const given = { curves, set, marks: methodMarks(set.labels) };
const heightOf = (svg: string) => Number(/viewBox="0 0 \d+ ([\d.]+)"/.exec(svg)![1]);

describe("panelsSvg", () => {
  test("stands charts one below the other, each with its title and ids of its own", () => {
    const svg = panelsSvg("two scenarios", [
      { ...given, title: "the first" },
      { ...given, title: "the second" },
    ]);
    expect(svg).toContain('aria-label="two scenarios"');
    expect(svg.indexOf("the first")).toBeLessThan(svg.indexOf("the second"));
    const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids).toEqual([...new Set(ids)]);
    for (const id of ids) expect(svg).toContain(`url(#${id})`);
    expect(heightOf(svg)).toBe(2 * heightOf(metricSvg(given)));
    expect(svg.match(/<style>/g)).toHaveLength(1);
  });
});
