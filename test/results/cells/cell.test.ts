import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evaluator, planFromJson, testScenario, writeScenario } from "../../../env/index.ts";
import { type CellSpec, runCell } from "../../../results/cells/cell.ts";
import { type CompareRequest, compare, withoutTimes } from "../../../results/comparison/compare.ts";
import { writeComparison } from "../../../results/report/write-comparison.ts";

const scenario = testScenario({
  name: "fork.json",
  graph: `
    a 10 40B params=40
    b 20 400B <- a
    c 30 400B <- a
    d 40 40B <- a
    e 50 <- b c d`,
  devices: 3,
});

let folder = "";
let path = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "placement-gym-"));
  path = join(folder, "fork.json");
  writeFileSync(path, JSON.stringify(writeScenario(scenario)));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let ticks = 0;
const clock = () => ++ticks;
const spec = (fields: Partial<CellSpec> = {}): CellSpec => ({
  scenario: path,
  method: "random",
  rootSeed: 5,
  seedIndex: 0,
  budget: { evaluations: 40 },
  ...fields,
});

describe("a cell", () => {
  test("reports the best plan that the meter saw, and scoring it again gives the reported value", async () => {
    const { result } = await runCell(spec(), { clock, cpuClock: clock });
    const again = evaluator(scenario).evaluate(planFromJson(scenario, result.plan, "The cell's plan"));
    expect(again.value).toBe(result.value);
    expect(Array.from(again.peakBytes)).toEqual(result.peakBytes);
    expect(result).toMatchObject({
      evaluations: 40,
      feasible: true,
      kind: "planner",
      backend: null,
      failure: null,
    });
    expect(result.curve.at(-1)).toEqual({
      simulations: result.bestSimulation,
      evaluations: result.bestEvaluation,
      cost: result.value,
      feasible: true,
    });
    expect(result.value!).toBeGreaterThanOrEqual(result.bound);
    expect(result.gap).toBeCloseTo(result.value! / result.bound - 1, 12);
  });

  test("survives JSON unchanged", async () => {
    const outcome = await runCell(spec(), { clock, cpuClock: clock });
    expect(JSON.parse(JSON.stringify(outcome))).toEqual(outcome);
  });

  test("repeats to the byte with the same seed, whatever the clock says, and not with another", async () => {
    const [first, second] = [
      await runCell(spec(), { clock, cpuClock: clock }),
      await runCell(spec(), { clock, cpuClock: clock }),
    ];
    expect(JSON.stringify(second.result)).toBe(JSON.stringify(first.result));
    const other = await runCell(spec({ seedIndex: 1 }), { clock, cpuClock: clock });
    expect(other.result.curve).not.toEqual(first.result.curve);
  });

  test("says on which device a plan does not fit, and by how much", async () => {
    const tight = testScenario({ graph: "a 10 40B params=4000", devices: 1, memoryBytes: 100 });
    const tightPath = join(folder, "tight.json");
    writeFileSync(tightPath, JSON.stringify(writeScenario(tight)));
    const { result } = await runCell(spec({ scenario: tightPath }), { clock, cpuClock: clock });
    expect(result).toMatchObject({ value: null, feasible: false, gap: null });
    expect(result.violation?.device).toBe(tight.cluster.devices[0].name);
    expect(result.violation?.excessBytes).toBeGreaterThan(3000);
  });

  test("counts evaluations for progress, and ends at an abort with the best so far", async () => {
    const abort = new AbortController();
    const seen: number[] = [];
    const onEvaluation = (spent: number) => {
      seen.push(spent);
      if (spent === 7) abort.abort();
    };
    const { result } = await runCell(spec(), { clock, cpuClock: clock, signal: abort.signal, onEvaluation });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(result).toMatchObject({ evaluations: 7, feasible: true, ended: "clock" });
  });
});

describe("a comparison on real methods", () => {
  const requestOf = (): CompareRequest => ({
    scenarios: [path],
    methods: ["random", "hill-climb", "heft"],
    seeds: 2,
    seed: 1,
    budget: { evaluations: 30 },
  });

  test("is the same to the byte on one worker and on several", async () => {
    const serial = await compare(requestOf(), { runCell, clock, cpuClock: clock });
    const parallel = await compare(requestOf(), { runCell, clock, cpuClock: clock, jobs: 4 });
    expect(JSON.stringify(withoutTimes(parallel))).toBe(JSON.stringify(withoutTimes(serial)));
  });

  test("is written as a run: report without times, times by themselves, one page", async () => {
    const report = await compare(requestOf(), { runCell, clock, cpuClock: clock });
    const out = join(folder, "out");
    const page = await writeComparison(out, report, { "placement-gym": "0.0.0" });
    expect(page).toBe(join(out, "index.html"));
    expect(readdirSync(out).sort()).toEqual(["index.html", "report.json", "run.json", "times.json"]);
    const textOf = (name: string) => readFileSync(join(out, name), "utf8");
    expect(JSON.parse(textOf("report.json"))).toEqual(JSON.parse(JSON.stringify(withoutTimes(report))));
    expect(textOf("report.json")).not.toMatch(/seconds/i);
    expect(JSON.parse(textOf("times.json"))).toEqual(report.times);
    expect(JSON.parse(textOf("run.json"))).toMatchObject({
      format: "placement-gym/run@2",
      kind: "compare",
      seed: 1,
      versions: { "placement-gym": "0.0.0" },
      backend: null,
    });
    expect(textOf("index.html")).toContain("fork.json");
  });
});
