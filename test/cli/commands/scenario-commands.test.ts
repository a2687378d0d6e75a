/** `describe`, `coarsen`, `export` and `list scenarios` as a user meets them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { coarseningRules } from "../../../env/index.ts";
import { exporters } from "../../../results/export/index.ts";
import { suiteCatalog } from "../../../scenarios/index.ts";
import { pgym } from "../recorded-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-scenarios-"));
afterAll(() => rmSync(folder, { recursive: true }));
const plan = join(folder, "plan.json");
writeFileSync(plan, JSON.stringify([0, 1, 0, 0]));
const SMALL = "transformer-xl/2xP100?layers=1";

describe("describe", () => {
  test("prints size, bounds, groups, memory, devices, links and hash", async () => {
    const { code, stdout } = await pgym(["describe", SMALL]);
    expect(code).toBe(0);
    for (const part of ["layers=1", "batch=", "forward", "FLOP", "critical path", "gpu:0", "12.0 GB/s"])
      expect(stdout).toContain(part);
    expect(stdout).toMatch(/hash {2,}[0-9a-f]{64}\n/);
  });

  test("answers the same as JSON, and writes a drawing", async () => {
    const svg = join(folder, "toy.svg");
    const { stdout, stderr } = await pgym(["describe", "toy/memory", "--json", "--svg", svg]);
    const card = JSON.parse(stdout);
    expect(card).toMatchObject({ ops: 4, devices: 2, parameterBytes: 2000, objective: "makespan" });
    expect(card.memoryPressure).toBeGreaterThan(1);
    expect(card.bound.value).toBe(44);
    expect(stderr).toBe(`Wrote ${svg}\n`);
    expect(readFileSync(svg, "utf8").match(/class="box"/g)).toHaveLength(4);
  });

  test("shows unequal routes by letters", async () => {
    const { stdout } = await pgym(["describe", "transformer-xl/8xV100-nvlink?layers=1"]);
    expect(stdout).toContain("gpu:0  . a a b b c c d e\n");
    expect(stdout).toContain("a  25.0 GB/s, 10.00 us, 1 link\n");
  });
});

describe("coarsen", () => {
  test("sets all rules side by side, at most as many groups as asked for", async () => {
    const { stdout } = await pgym(["coarsen", SMALL, "--groups", "10", "--json"]);
    const { rules } = JSON.parse(stdout);
    expect(rules.map(({ rule }: { rule: string }) => rule)).toEqual(coarseningRules.map(({ name }) => name));
    for (const { groups } of rules) expect(groups).toBeLessThanOrEqual(10);
  });

  test("explains its columns, and refuses what cannot be", async () => {
    expect((await pgym(["coarsen", SMALL, "--rule", "chain"])).stdout).toContain(
      "Imbalance: work of the largest",
    );
    const none = await pgym(["coarsen", "toy/host-only", "--rule", "multilevel", "--groups", "1"]);
    expect(none).toMatchObject({ code: 2, stdout: "" });
    expect(none.stderr).toContain("2 are needed, one for each set of device kinds");
    expect((await pgym(["coarsen", "toy/host-only", "--groups", "1"])).stdout).toContain("2 are needed");
  });
});

describe("export", () => {
  test.each(exporters.map(({ name }) => name))(
    "writes %s to stdout and the same to a file",
    async (format) => {
      const args = ["export", "toy/chain", "--placement", plan, "--format", format];
      const { code, stdout } = await pgym(args);
      expect(code).toBe(0);
      const file = join(folder, `chain.${format}`);
      expect((await pgym([...args, "-o", file])).stdout).toBe("");
      expect(readFileSync(file, "utf8")).toBe(stdout);
    },
  );

  test("asks for a format and, where that writes a plan, for a plan", async () => {
    expect((await pgym(["export", "toy/chain"])).stderr).toContain(
      '"export" needs --format, one of accelerate',
    );
    expect((await pgym(["export", "toy/chain", "--format", "csv"])).stderr).toContain(
      "give one with --placement FILE",
    );
    expect((await pgym(["export", "toy/chain", "--format", "dot"])).code).toBe(0);
  });

  test("refuses a plan that is not one for the scenario", async () => {
    const { code, stderr } = await pgym([
      "export",
      "toy/colour-class",
      "--placement",
      plan,
      "--format",
      "csv",
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain("has 4 entries for 8 ops");
  });
});

describe("list scenarios", () => {
  test("shows one suite with sizes, memory pressure and what is computed for what is sent", async () => {
    const { stdout } = await pgym(["list", "scenarios", "--suite", "toy"]);
    expect(stdout).toMatch(/toy\/memory +4 +4 +2 +172% +0\.91x\n/);
    expect(stdout).toMatch(/toy\/longest-first .* sends nothing\n/);
    const { scenarios } = JSON.parse((await pgym(["list", "--suite", "toy", "--json"])).stdout);
    expect(scenarios[0]).toMatchObject({ id: "toy/chain", suites: ["toy"], ops: 4, memoryPressure: null });
  });

  test("names files of a suite of files, and builds nothing large unasked", async () => {
    const { stdout } = await pgym(["list", "--json"]);
    const { scenarios, suites } = JSON.parse(stdout);
    expect(suites.map(({ id }: { id: string }) => id)).toEqual(suiteCatalog.map(({ name }) => name));
    for (const scenario of scenarios) expect(scenario).not.toHaveProperty("ops");
    expect((await pgym(["list", "--suite", "papers/dnn-partitioning"])).stdout).toContain(
      "FOLDER/throughput-inputs/LayerGraphs/gnmt_training.json",
    );
  });

  test("refuses a suite that is not there and one of other things", async () => {
    expect((await pgym(["list", "--suite", "bord-v1"])).stderr).toContain('Did you mean "board-v1"?');
    expect((await pgym(["list", "planners", "--suite", "toy"])).stderr).toContain(
      "chooses scenarios, not planners",
    );
  });
});

test("compare asks for the folder of a suite of files", async () => {
  const { code, stderr } = await pgym(["compare", "--suite", "papers/dnn-partitioning"]);
  expect(code).toBe(2);
  expect(stderr).toContain("give the folder that holds them (--files FOLDER).");
});
