/** docs/results-files.md names every field of the files of a comparison and of a training run. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCell } from "../../results/cells/cell.ts";
import { CELLS_FORMAT } from "../../results/cells/journal.ts";
import { COMPARE_FORMAT, compare } from "../../results/comparison/compare.ts";
import { EVALUATION_FORMAT } from "../../results/evaluation/contract.ts";
import { type Evaluated, evaluate } from "../../results/evaluation/evaluate.ts";
import { writeComparison } from "../../results/report/write-comparison.ts";
import { CHECKPOINT_FORMAT } from "../../results/training/checkpoint.ts";
import { POLICY_FORMAT } from "../../results/training/policy-file.ts";
import { resolvePretrained } from "../../results/training/pretrained.ts";
import { RUN_FORMAT } from "../../results/training/run-description.ts";
import { train } from "../../results/training/train.ts";
import { TUNE_FORMAT, type TuneReport, type TuneRequest, tune } from "../../results/tuning/tune.ts";

const page = readFileSync(fileURLToPath(new URL("../../docs/results-files.md", import.meta.url)), "utf8");
const folder = mkdtempSync(join(tmpdir(), "placement-gym-files-"));
const [comparison, run] = ["comparison", "run"].map((name) => join(folder, name));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  const budget = { evaluations: 40 };
  const [clock, cpuClock] = [() => 0, () => 0];
  const request = { scenarios: ["toy/chain"], methods: ["heft"], seeds: 1, seed: 0, budget };
  const machine = { cores: 1, memoryBytes: 1, platform: "none" };
  const origin = { versions: {}, command: "", date: "2031-02-03T04:05:06.789Z", machine };
  await writeComparison(comparison, await compare(request, { runCell, clock, cpuClock }), {}, origin);
  const evaluation = { every: 1, scenarios: ["toy/chain"] };
  const training = {
    scenarios: ["toy/chain"],
    agent: "reinforce",
    seed: 0,
    budget,
    checkpointEvery: 1,
    evaluation,
  };
  await train(run, training, { clock, cpuClock });
  const asked: TuneRequest = {
    ...{ method: "hill-climb", scenarios: ["toy/chain"], seeds: 1, seed: 0, simulations: 40, trials: 2 },
    ...{ strategy: "random", ranges: [], choices: [], vary: ["kick"] },
  };
  const method = await resolvePretrained(asked.method);
  const budgets = [budget];
  evaluated = await evaluate(
    { ...request, budgets, track: null, trainedOn: {} },
    { runCell, clock, cpuClock },
    (cells) => cells,
  );
  tuned = await tune(asked, method, {
    compare: (rung) => compare(rung, { runCell, clock, cpuClock }),
  });
});
let tuned: TuneReport;
let evaluated: Evaluated;

/** First-column names of the table below a heading. */
function fieldsBelow(heading: string): string[] {
  const start = page.indexOf(`\n${heading}\n`);
  expect(start, heading).toBeGreaterThan(0);
  const rows = page
    .slice(start + heading.length + 2)
    .split(/\n#/)[0]
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  return rows.flatMap((row) => [...row.split("|")[1].matchAll(/`([^`]+)`/g)].map(([, name]) => name)).sort();
}

const json = (path: string) => JSON.parse(readFileSync(path, "utf8"));
const firstLine = (path: string) => JSON.parse(readFileSync(path, "utf8").split("\n")[0]);
const report = () => json(join(comparison, "report.json"));

describe("docs/results-files.md", () => {
  test("names the files of a comparison", () => {
    expect(fieldsBelow("## A comparison")).toEqual(
      [...readdirSync(comparison), "cells.jsonl", "failures"].sort(),
    );
  });

  test("names the files of a training run", () => {
    const files = readdirSync(run).map((name) => (name === "checkpoint" ? "checkpoint/state.json" : name));
    expect(fieldsBelow("## A training run")).toEqual(files.sort());
  });

  test("names the formats", () => {
    for (const format of [
      CELLS_FORMAT,
      CHECKPOINT_FORMAT,
      COMPARE_FORMAT,
      EVALUATION_FORMAT,
      RUN_FORMAT,
      POLICY_FORMAT,
      TUNE_FORMAT,
    ])
      expect(page).toContain(`\`${format}\``);
  });

  test.each([
    ["### `run.json`", () => json(join(comparison, "run.json"))],
    ["### `run.json`", () => json(join(run, "run.json"))],
    ["### `report.json`", report],
    ["#### Each of `scenarios`", () => report().scenarios[0]],
    ["#### Each of `rows`", () => report().scenarios[0].rows[0]],
    ["#### Each of `methods`", () => report().methods[0]],
    ["#### Each of `cells`", () => report().cells[0]],
    ["### `times.json`", () => json(join(comparison, "times.json"))],
    ["### Lines of `metrics.jsonl`", () => firstLine(join(run, "metrics.jsonl"))],
    ["### Lines of `plans.jsonl`", () => firstLine(join(run, "plans.jsonl"))],
    ["### `checkpoint/state.json`", () => json(join(run, "checkpoint/state.json"))],
    ["### `policy.json`", () => json(join(run, "policy.json"))],
    ["### `result.json`", () => json(join(run, "result.json"))],
    ["#### Each of `scenarios` of a run", () => json(join(run, "result.json")).scenarios[0]],
    ["### `times.json` of a run", () => json(join(run, "times.json"))],
    ["### `report.json` of an evaluation", () => evaluated.report],
    ["#### Each of `budgets`", () => evaluated.report.budgets[0]],
    ["#### Each of `methods` of a budget", () => evaluated.report.budgets[0].methods[0]],
    ["### `result.json` of a tuning", () => tuned],
    ["#### Each of `rows` of a rung", () => tuned.rungs[0].rows[0]],
  ])("names the fields below %s", (heading, read) => {
    expect(fieldsBelow(heading)).toEqual(Object.keys(read()).sort());
  });
});
