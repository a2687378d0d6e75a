import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { writeScenario } from "../../../../env/model/file.ts";
import { placement } from "../../../../env/model/plan/placement.ts";
import { testScenario } from "../../../../env/model/test-scenario.ts";
import { movedPlan } from "../../../../env/sim/evaluator/move.ts";
import { evaluator } from "../../../../env/sim/objectives/evaluator.ts";
import { pgym } from "../../recorded-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-explain-"));
afterAll(() => rmSync(folder, { recursive: true }));
const graph = "a 10 40B params=8\nb 20 8B <- a\nc 5 8B <- a\nd 50 8B <- a\ne 1 <- b c d";
const scenario = testScenario({ graph, bytesPerUs: 10 });
const file = fileOf("small.json", writeScenario(scenario));
const together = fileOf("together.json", [0, 0, 0, 0, 0]);
const apart = fileOf("apart.json", { plan: [0, 0, 1, 1, 0] });

function fileOf(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

describe("explain", () => {
  test("names what bounds the step, in text and in JSON alike", async () => {
    const json = JSON.parse((await pgym(["explain", file, "--placement", together, "--json"])).stdout);
    expect(json).toMatchObject({
      makespanUs: 86,
      feasible: true,
      bottleneck: { kind: "chain", us: 61, mostOn: "gpu:0" },
      devices: [{ name: "gpu:0", busyUs: 86, share: 1, criticalUs: 86, waitedForUs: 25 }, { busyUs: 0 }],
    });
    const { code, stdout } = await pgym(["explain", file, "--placement", together]);
    expect(code).toBe(0);
    expect(stdout).toContain(json.sentence);
    expect(stdout).toContain('3 ops from "a" to "e"');
  });

  test("finds the best of all single moves", async () => {
    const { stdout } = await pgym(["explain", file, "--placement", together, "--json"]);
    const { bestMove, moves } = JSON.parse(stdout);
    const score = evaluator(scenario);
    const plan = placement([0, 0, 0, 0, 0]);
    const all = [0, 1, 2, 3, 4].map((group) => score.evaluate(movedPlan(scenario, plan, group, 1)).value!);
    expect(moves).toEqual({ tried: 5, helping: all.filter((us) => us < 86).length, complete: true });
    expect(bestMove).toMatchObject({ makespanUs: Math.min(...all), gainUs: 86 - Math.min(...all) });
    expect(bestMove).toMatchObject({ from: "gpu:0", to: "gpu:1", ops: 1 });
  });

  test("says that no move helps where none does", async () => {
    const one = fileOf("one.json", writeScenario(testScenario({ graph: "a 10", devices: 1 })));
    const { stdout } = await pgym(["explain", one, "--placement", fileOf("zero.json", [0])]);
    expect(stdout).toContain("No single move of a group helps. 0 single moves tried, 0 help.");
    expect(stdout).toContain("No link carries anything.");
  });

  test("writes a trace and a picture where asked", async () => {
    const [trace, svg] = [join(folder, "step.trace.json"), join(folder, "step.svg")];
    const { code, stderr } = await pgym([
      "explain",
      file,
      "--placement",
      apart,
      "--trace",
      trace,
      "--svg",
      svg,
    ]);
    expect(code).toBe(0);
    expect(stderr).toBe(`Wrote ${trace}\nWrote ${svg}\n`);
    expect(JSON.parse(readFileSync(trace, "utf8")).traceEvents.length).toBeGreaterThan(10);
    expect(readFileSync(svg, "utf8")).toMatch(/^<svg/);
  });

  test("tells what each device holds when it holds most, by name", async () => {
    const args = ["explain", file, "--placement", together];
    const { stdout } = await pgym(args);
    expect(stdout).toMatch(/at its memory's peak +weights +activations\n +gpu:0 +8 B +\d+ B/);
    const { devices } = JSON.parse((await pgym([...args, "--json"])).stdout);
    const { peakParts, peakBytes } = devices[0];
    expect(peakParts).toMatchObject({ weights: 8, optimizer: 0, workspace: 0 });
    expect(peakParts.weights + peakParts.activations).toBe(peakBytes);
  });

  test("tells of a plan that does not fit, and of the move that makes it fit", async () => {
    const tight = testScenario({ graph: "a 10 4B params=80\nb 5 4B params=80 <- a", memoryBytes: 100 });
    const path = fileOf("tight.json", writeScenario(tight));
    const { code, stdout } = await pgym(["explain", path, "--placement", fileOf("full.json", [0, 0])]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/The plan does not fit: gpu:0 needs 68 B more than its 100 B/);
    expect(stdout).toMatch(/the plan then fits, and a step takes 15\.40 us/);
  });

  test("tells of the scenario's own objective, and of a step where asked", async () => {
    const other = fileOf("other.json", writeScenario({ ...scenario, objective: "max-load" }));
    const args = ["explain", other, "--placement", apart, "--json"];
    const load = JSON.parse((await pgym(args)).stdout);
    expect(load).toMatchObject({ objective: "max-load", unit: "us", feasible: true, memoryRule: "weights" });
    expect(load).not.toHaveProperty("makespanUs");
    expect(load.value).toBe(Math.max(...load.devices.map(({ loadUs }: { loadUs: number }) => loadUs)));
    expect(load.sentence).toMatch(/^gpu:\d has the largest load/);
    const step = JSON.parse((await pgym([...args, "--objective", "makespan"])).stdout);
    expect(step).toMatchObject({ objective: "makespan", makespanUs: step.value });
    expect(step.bottleneck.kind).toBe("chain");
  });

  test.each([
    [["explain", file], "needs --placement FILE"],
    [["explain", file, "--placement", join(folder, "none.json")], "does not exist"],
    [["explain", file, "--placement", together, "--trace", folder], "cannot be written"],
    [["diff", file, together], '"diff" needs AFTER'],
    [["diff", file, together, file], "places the op|gives no device"],
  ])("refuses %j with one sentence", async (args, sentence) => {
    const { code, stdout, stderr } = await pgym(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^placement-gym: .*(${sentence})`));
  });
});

describe("diff", () => {
  test("tells which ops moved and what it did", async () => {
    const json = JSON.parse((await pgym(["diff", file, together, apart, "--json"])).stdout);
    expect(json.moved).toEqual([
      { group: 2, from: "gpu:0", to: "gpu:1", parameterBytes: 0, ops: ["c"] },
      { group: 3, from: "gpu:0", to: "gpu:1", parameterBytes: 0, ops: ["d"] },
    ]);
    expect(json.before).toMatchObject({ makespanUs: 86, feasible: true });
    expect(json.changeUs).toBeCloseTo(json.after.makespanUs - 86, 9);
    for (const side of [json.before, json.after]) {
      const key = side === json.before ? "beforeUs" : "afterUs";
      const sum = json.criticalPath.reduce((us: number, row: Record<string, number>) => us + row[key], 0);
      expect(sum).toBeCloseTo(side.makespanUs, 9);
    }
    const { stdout } = await pgym(["diff", file, together, apart]);
    expect(stdout).toContain("moved: 2 of 5 ops, 0 B of weights");
    expect(stdout).toContain('group 3 (1 op from "d")');
    expect(stdout).toContain(`Before: ${json.before.sentence}`);
  });

  test("says so where the two are the same", async () => {
    const { code, stdout } = await pgym(["diff", file, together, together]);
    expect(code).toBe(0);
    expect(stdout).toContain("The two plans are the same.");
    expect(stdout).toContain("86.00 us after, the same.");
  });
});
