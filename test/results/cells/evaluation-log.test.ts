import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { planFromJson } from "../../../env/model/plan/plan.ts";
import { evaluator } from "../../../env/sim/objectives/evaluator.ts";
import { type CellSpec, runCell } from "../../../results/cells/cell.ts";
import { cellLogPath } from "../../../results/cells/evaluation-log.ts";
import { evaluationFilesIn } from "../../../results/training/copies/evaluations.ts";
import { resumeTraining, train } from "../../../results/training/train.ts";
import { resolveScenario } from "../../../scenarios/resolve.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-evaluations-"));
afterAll(() => rmSync(folder, { recursive: true }));

const [clock, cpuClock] = [() => 0, () => 0];
const spec: CellSpec = {
  scenario: "layered/test/0/2xK80?ops=12",
  method: "hill-climb",
  rootSeed: 0,
  seedIndex: 0,
  budget: { simulations: 200 },
};
const linesOf = (path: string) =>
  gunzipSync(readFileSync(path))
    .toString()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("the log of a cell", () => {
  test.each(["hill-climb", "best", "heft", "random", "reinforce"])(
    "of %s holds every evaluation with its true score, and changes no result",
    async (method) => {
      const logTo = join(folder, `${method}.gz`);
      const { result } = await runCell({ ...spec, method }, { clock, cpuClock, logTo });
      expect((await runCell({ ...spec, method }, { clock, cpuClock })).result).toEqual(result);
      const [head, ...rows] = linesOf(logTo);
      expect(head).toMatchObject({ format: "placement-gym/evaluations@1", method, seedIndex: 0 });
      expect(rows.map(({ evaluation }) => evaluation)).toEqual(
        Array.from({ length: result.evaluations }, (_, i) => i + 1),
      );
      const scenario = await resolveScenario(spec.scenario);
      expect(head.scenarios[0]).toMatchObject({ hash: result.scenarioHash, ops: scenario.graph.names });
      const score = evaluator(scenario);
      for (const { plan, value, cost, feasible } of rows.slice(0, 60))
        expect(score.evaluate(planFromJson(scenario, plan, "a line"))).toMatchObject({
          value,
          cost,
          feasible,
        });
      expect(Math.min(...rows.map(({ cost }) => cost))).toBe(result.value);
    },
    20_000,
  );

  test("has a name of its own for each cell", () => {
    const path = cellLogPath("runs", { ...spec, scenario: "a/b", method: "m?x=1", seedIndex: 2 });
    expect(path).toMatch(/^runs\/evaluations\/a-b--m-x-1--2--[0-9a-f]{8}\.jsonl\.gz$/);
    const like = { ...spec, scenario: "a-b", method: "m?x=1", seedIndex: 2 };
    expect(cellLogPath("runs", like)).not.toBe(path);
  });
});

describe("the log of a training run", () => {
  const request = {
    scenarios: ["toy/memory", "toy/chain"],
    agent: "placeto?width=2&episodes=1",
    seed: 0,
    budget: { evaluations: 120 },
    checkpointEvery: 1,
  };

  test("holds every evaluation, and one that was resumed has the same in two files", async () => {
    const whole = join(folder, "whole");
    const result = await train(whole, request, { clock, cpuClock, logTo: whole });
    const [, ...rows] = linesOf(join(whole, "evaluations.jsonl.gz"));
    expect(rows).toHaveLength(result.evaluations);
    expect(new Set(rows.map(({ scenario }) => scenario))).toEqual(new Set([0, 1]));

    const stopped = join(folder, "stopped");
    const stop = new AbortController();
    const onStep = ({ update }: { update: number }) => update === 2 && stop.abort();
    await train(stopped, request, { clock, cpuClock, logTo: stopped, signal: stop.signal, onStep });
    await resumeTraining(stopped, { clock, cpuClock, logTo: stopped });
    const files = evaluationFilesIn(stopped);
    expect(files).toHaveLength(2);
    expect(readdirSync(stopped)).toContain("evaluations.jsonl.gz");
    const merged = new Map(
      files.flatMap((file) => linesOf(file).slice(1)).map((row) => [row.evaluation, row]),
    );
    expect([...merged.values()].sort((a, b) => a.evaluation - b.evaluation)).toEqual(rows);
    const without = join(folder, "without");
    await train(without, request, { clock, cpuClock });
    for (const name of ["metrics.jsonl", "plans.jsonl", "policy.json", "result.json", "run.json"])
      expect(readFileSync(join(whole, name), "utf8"), name).toBe(readFileSync(join(without, name), "utf8"));
  }, 30_000);
});

const pythonMissing = spawnSync("python3", ["--version"]).status !== 0;
if (pythonMissing) console.log("The Python of docs/results-files.md is not run: python3 is missing.");

describe.skipIf(pythonMissing)("the Python of docs/results-files.md", () => {
  const page = readFileSync(
    fileURLToPath(new URL("../../../docs/results-files.md", import.meta.url)),
    "utf8",
  );
  const [whole, torn] = [...page.matchAll(/```python\n([^`]+)```/g)].map(([, code]) => code);
  const python = (code: string) =>
    JSON.parse(execFileSync("python3", ["-c", code], { cwd: folder }).toString());

  test("reads a file", async () => {
    const logTo = join(folder, "evaluations.jsonl.gz");
    const { result } = await runCell(spec, { clock, cpuClock, logTo });
    const [count, least, ops] = python(
      `${whole}\nprint(json.dumps([len(plans), min(costs), len(plans[0])]))`,
    );
    expect([count, least, ops]).toEqual([result.evaluations, result.value, 12]);
  });

  test("reads a file that a kill tore, all but the torn block", async () => {
    const logTo = join(folder, "evaluations.jsonl.gz");
    await runCell({ ...spec, budget: { simulations: 3_000 } }, { clock, cpuClock, logTo });
    const rows = linesOf(logTo);
    truncateSync(logTo, readFileSync(logTo).length - 20);
    const read = python(`${torn}\nprint(json.dumps([len(rows), rows[-1]]))`);
    expect(read[0]).toBeGreaterThan(1_000);
    expect(read[0]).toBeLessThanOrEqual(rows.length);
    expect(read[1]).toEqual(rows[read[0] - 1]);
  });
});
