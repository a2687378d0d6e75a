/** The answers that programs outside rely on, field by field. */
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { CellResult } from "../../results/cells/cell.ts";
import { suites } from "../../scenarios/index.ts";
import { pgym } from "../cli/recorded-terminal.ts";
import { drawnFrom } from "../law-runs.ts";
import { sharedPath } from "../shared-folder.ts";

const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await pgym([...args, "--json"]);
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
};

describe("simulate --json", () => {
  const golden = sharedPath("golden/placeto-sim");
  test.skipIf(golden === null)("equals every run of every published case file", async () => {
    const files = readdirSync(golden!).filter((name) => /^(\d|micro).*\.json$/.test(name));
    expect(files.length).toBe(78);
    for (const name of drawnFrom(files, "published cases")) {
      const { runs } = JSON.parse(readFileSync(join(golden!, name), "utf8"));
      const expected = runs.map((run: { makespan: number; start: number[]; peak: number[] }) => ({
        makespanUs: run.makespan,
        startUs: run.start,
        peakBytes: run.peak,
      }));
      const answers = await json("simulate", join(golden!, name));
      expect(answers, name).toMatchObject(expected);
      for (const { objective, unit, value, makespanUs } of answers)
        expect({ objective, unit, value }).toEqual({ objective: "makespan", unit: "us", value: makespanUs });
    }
  });
});

describe("solve --json", () => {
  test("prints the value, the bound, the gap and the plan", async () => {
    const answer = await json(
      "solve",
      suites.start[0],
      "--planner",
      "hill-climb",
      "--evaluations",
      "50",
      "--seed",
      "3",
    );
    expect(answer).toMatchObject({
      planner: "hill-climb",
      objective: "makespan",
      unit: "us",
      evaluations: 50,
    });
    expect(answer.value).toBeGreaterThanOrEqual(answer.bound);
    expect(answer.gap).toBeCloseTo(answer.value / answer.bound - 1, 12);
    expect(answer.seconds).toBeGreaterThan(0);
    expect(answer.plan.device.every(Number.isInteger)).toBe(true);
  });

  test("prints the order of the ops too, so that simulate tells the same time", async () => {
    const answer = await json("solve", suites.start[0], "--planner", "best", "--evaluations", "60");
    const folder = mkdtempSync(join(tmpdir(), "placement-gym-"));
    const file = join(folder, "answer.json");
    writeFileSync(file, JSON.stringify(answer));
    const replayed = await json("simulate", suites.start[0], "--placement", file);
    rmSync(folder, { recursive: true });
    expect(answer.plan.opPriority).toBeDefined();
    expect(replayed.makespanUs).toBe(answer.value);
  });

  const layers = sharedPath("data/dnn-partitioning/throughput-inputs/LayerGraphs");
  test.skipIf(layers === null).each([
    ["bert24_inference.json", 17_789.90625],
    ["resnet50_inference.json", 33_774.666],
  ])("finds the published contiguous optimum of %s", async (name, us) => {
    const file = join(layers!, name);
    const answer = await json("solve", file, "--planner", "ideals-dp", "--objective", "max-load");
    expect(answer).toMatchObject({ planner: "ideals-dp", objective: "max-load", unit: "us" });
    expect(Math.abs(answer.value / us - 1)).toBeLessThan(1e-6);
  });
});

type Cell = Pick<CellResult, "scenario" | "method" | "seedIndex" | "value" | "plan" | "bound"> & {
  readonly seed: number;
  readonly cpuSeconds: number;
};

describe("compare --json", () => {
  const [first, second] = suites.start;
  const compare = (scenarios: string, methods: string) => [
    ...["compare", "--scenarios", scenarios, "--methods", methods],
    ...["--evaluations", "40", "--seeds", "2"],
  ];
  const digest = (value: unknown) => createHash("sha256").update(JSON.stringify(value)).digest("hex");
  const withoutTimes = ({ times: _, cells, ...rest }: Record<string, unknown>) =>
    digest({ ...rest, cells: (cells as Cell[]).map(({ cpuSeconds: __, ...cell }) => cell) });

  // On one process; each process costs seconds to start, so the tests share this comparison.
  let one: Record<string, unknown> & { readonly cells: readonly Cell[] };
  beforeAll(async () => {
    one = await json(...compare(`${first},${second}`, "random,mcmc,heft"), "--seed", "5", "--jobs", "1");
  });

  test("is the same for the same seed on two processes, but for times", async () => {
    const two = await json(
      ...compare(`${first},${second}`, "random,mcmc,heft"),
      ...["--seed", "5", "--jobs", "2"],
    );
    expect(withoutTimes(two)).toBe(withoutTimes(one));
    expect(one.cells.length).toBe(2 * 3 * 2);
  });

  test("has in each cell what its row is about", () => {
    for (const cell of one.cells) {
      expect(cell).toMatchObject({ method: expect.any(String), scenario: expect.any(String) });
      for (const name of ["seed", "value", "bound", "simulations", "evaluations", "cpuSeconds"])
        expect((cell as Record<string, unknown>)[name], name).toEqual(expect.any(Number));
    }
    expect(one.cells.slice(0, 2).map(({ seed }) => seed)).toEqual([0, 1]);
  });

  test("answers a cell as solve does with the same seed, and not as with another", async () => {
    const solve = (seed: string) =>
      json("solve", first, "--planner", "mcmc", "--evaluations", "40", "--seed", seed);
    const [solved, other] = [await solve("5"), await solve("6")];
    expect(digest(other.plan)).not.toBe(digest(solved.plan));
    const cell = one.cells.find(
      ({ scenario, method, seedIndex }) => scenario === first && method === "mcmc" && seedIndex === 0,
    )!;
    expect(cell.value).toBe(solved.value);
    expect(digest(cell.plan)).toBe(digest(solved.plan));
  });
});

describe("list --json", () => {
  test("names every scenario, suite, agent, planner and env", async () => {
    const listed = await json("list");
    expect(Object.keys(listed)).toEqual([
      "scenarios",
      "workloads",
      "families",
      "clusters",
      "fidelities",
      "suites",
      "agents",
      "planners",
      "envs",
      "systems",
    ]);
    expect(listed.agents.map(({ id }: { id: string }) => id)).toEqual(
      expect.arrayContaining([
        "reinforce",
        "seq2seq",
        "colocrl",
        "hdp",
        "spotlight",
        "placeto",
        "gdp",
        "regal",
        "doppler",
      ]),
    );
    expect(
      listed.suites.map(({ id, scenarios }: { id: string; scenarios: string[] }) => [id, scenarios]),
    ).toEqual(Object.entries(suites));
    expect(listed.envs.map(({ id }: { id: string }) => id)).toContain("Placement/Refine-v1");
  });
});
