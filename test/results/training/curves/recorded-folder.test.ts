import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { compare } from "../../../../results/comparison/compare.ts";
import { readMetrics } from "../../../../results/training/copies/metrics-row.ts";
import { recordedIn } from "../../../../results/training/curves/recorded-folder.ts";
import { writeDescription } from "../../../../results/training/run-description.ts";
import { trainParts } from "../../../../results/training/train.ts";
import { fakeRunner } from "../../cells.ts";
import { request, scenarios, walkerWith } from "../walker.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "placement-gym-curves-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const clock = () => 0;
const hooks = { clock, cpuClock: clock };

describe("what is recorded in a folder", () => {
  test("of a training run is every number of its updates", async () => {
    const path = join(folder, "run");
    await trainParts(path, request, { scenarios, module: walkerWith([]), options: {} }, hooks);
    const [run] = recordedIn(path);
    const rows = readMetrics(join(path, "metrics.jsonl"));
    expect(run).toMatchObject({ kind: "agent", method: "walker", seed: "3", updates: 20, simulations: 80 });
    expect([...run.series.keys()]).toEqual(["bestGap", "bestValue", "meanCost", "draw"]);
    for (const [name, points] of run.series)
      expect(points, name).toEqual(
        rows.map(({ simulations, metrics, bestGap, bestValue }) => ({
          simulations,
          value: { ...metrics, bestGap, bestValue }[name],
        })),
      );
  });

  test("of a run on several scenarios has the mean of their best gaps, and no value over all", async () => {
    const path = folder;
    const line = (update: number, name: string, bestGap: number | null) =>
      `${JSON.stringify({ update, scenario: name, simulations: update, evaluations: 1, metrics: {}, bestValue: 9, bestGap })}\n`;
    writeDescription(path, {
      kind: "train",
      config: { ...request, seed: undefined, scenarios: ["a", "b"] },
      seed: 1,
      versions: {},
      backend: null,
      scenarios: {},
      files: {},
      options: {},
    });
    writeFileSync(
      join(path, "metrics.jsonl"),
      [line(1, "a", null), line(2, "a", 3), line(3, "b", 1)].join(""),
    );
    const [run] = recordedIn(path);
    expect([...run.series]).toEqual([
      [
        "bestGap",
        [
          { simulations: 2, value: 3 },
          { simulations: 3, value: 2 },
        ],
      ],
    ]);
  });

  test("of a comparison is a run for each method and seed, with the gap over all scenarios", async () => {
    const runCell = fakeRunner(({ scenario: name, seedIndex }) => ({
      value: 100,
      simulatorBounds: [{ value: 50, argument: "x", covers: ["placement"] as const }],
      simulations: 10,
      curve:
        name === "one"
          ? [
              { simulations: 1, evaluations: 1, cost: 900, feasible: false },
              { simulations: 2, evaluations: 2, cost: 200, feasible: true },
              { simulations: 5, evaluations: 5, cost: 100 + seedIndex, feasible: true },
            ]
          : [{ simulations: 4, evaluations: 4, cost: 100, feasible: true }],
    }));
    const asked = {
      scenarios: ["one", "two"],
      methods: ["heft"],
      seeds: 2,
      seed: 0,
      budget: { evaluations: 9 },
    };
    const report = await compare(asked, { runCell, clock, cpuClock: clock });
    writeFileSync(join(folder, "report.json"), JSON.stringify(report));
    const { seed: _, ...config } = asked;
    const empty = { versions: {}, backend: null, scenarios: {}, files: {}, options: {} };
    writeDescription(folder, { kind: "compare", config, seed: 0, ...empty });
    const runs = recordedIn(folder);
    expect(runs.map(({ method, seed, kind }) => [method, seed, kind])).toEqual([
      ["heft", "0", "planner"],
      ["heft", "1", "planner"],
    ]);
    expect(runs[1].series.get("bestGap")).toEqual([
      { simulations: 4, value: 2 },
      { simulations: 5, value: (101 / 50 - 1 + 1) / 2 },
    ]);
  });

  test.each([
    ["an empty folder", {}, /holds neither a training run nor a comparison: run.json is missing/],
    ["foreign JSON", { "run.json": '{"format":"other"}' }, /format is "other"/],
    ["no JSON", { "run.json": "#" }, /is not readable JSON/],
  ])("refuses %s in one sentence", (_, files, sentence) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    expect(() => recordedIn(folder)).toThrow(sentence);
  });

  test("refuses damaged metrics, and a run without an update", async () => {
    const path = join(folder, "run");
    await trainParts(path, request, { scenarios, module: walkerWith([]), options: {} }, hooks);
    writeFileSync(join(path, "metrics.jsonl"), "");
    expect(() => recordedIn(path)).toThrow(/has no update yet/);
    writeFileSync(join(path, "metrics.jsonl"), '{"update":0}\n');
    expect(() => recordedIn(path)).toThrow(/metrics.jsonl", line 1: /);
  });
});
