import { expect, test } from "vitest";
import { explain, placement, testScenario } from "../../../../env/index.ts";
import { ganttSvg } from "../../../../results/page/drawing/gantt-svg.ts";

const scenario = testScenario({ name: "<tiny>", graph: "a 10 100B\nb 30 8B <- a\nc 5 <- a" });
const svg = ganttSvg(scenario, explain(scenario, placement([0, 0, 1])), { plan: "plan.json", bound: 40 });

test("is one picture with its own style, title and legend", () => {
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^>]*>\n<style>/);
  expect(svg.trimEnd()).toMatch(/<\/svg>$/);
  expect(svg.match(/<svg/g)?.length).toBe(1);
  expect(svg).toContain("&lt;tiny&gt; under plan.json: 40.00 us");
  for (const key of ["forward", "transfer", "critical path"]) expect(svg).toContain(`>${key}</text>`);
  expect(svg).not.toMatch(/<(script|link|image|use)\b|url\(|href/);
});

test("marks the critical path under the lanes it runs on", () => {
  const marks = [...svg.matchAll(/<rect class="critical"[^>]*><title>([^<]*)/g)].map(([, title]) => title);
  expect(marks).toEqual([
    expect.stringContaining("critical path: compute of a, 0.00 to 10.00 us"),
    expect.stringContaining("critical path: compute of b, 10.00 to 40.00 us"),
  ]);
});
