/** docs/environments.md names columns, ids and options as the code does, and its blocks run. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import {
  autoresetModes,
  type Box,
  type Contiguity,
  checkEnv,
  createAssignEnv,
  type Dict,
  type Env,
  envIds,
  envSpec,
  evaluator,
  groupColumns,
  layerColumns,
  levelColumns,
  makeEnv,
  metered,
  type PlacementObservation,
  type Scenario,
  startRules,
  testScenario,
  tileColumns,
} from "../../env/index.ts";
import { play } from "../env/envs/play.ts";
import { takenBy } from "../env/envs/scenarios.ts";

const page = readFileSync(fileURLToPath(new URL("../../docs/environments.md", import.meta.url)), "utf8");
const blocks = [...page.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
const scenario = testScenario({ graph: "a 100 400B\nb 50 80B <- a\nc 70 80B <- a\nd 20 <- b c" });
const piped = { ...scenario, objective: "iteration" } as const;

/** Rows of the table whose header starts with these words, cell by cell, without backquotes. */
function table(header: string): string[][] {
  const lines = page.split("\n");
  const first = lines.findIndex((line) => line.startsWith(`| ${header} |`));
  expect(first, `a table "${header}"`).toBeGreaterThan(-1);
  const rows = lines.slice(first + 2);
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith("|")),
    )
    .map((row) =>
      row
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", "")),
    );
}
const firstCells = (header: string) => table(header).map(([cell]) => cell);

describe("docs/environments.md", () => {
  test("tells of every environment", () => {
    for (const header of ["id | one action", "id | action space"])
      expect(firstCells(header)).toEqual(envIds());
  });

  test("tells of every part and column of the observation, in order", () => {
    const { observationSpace } = makeEnv("Placement/Refine-v1", { scenario });
    expect(firstCells("part")).toEqual(Object.keys((observationSpace as Dict<object>).parts));
    expect(firstCells("column")).toEqual([...groupColumns]);
  });

  test("tells the range of every column", () => {
    const space = makeEnv("Placement/Refine-v1", { scenario }).observationSpace as Dict<PlacementObservation>;
    const { low, high } = space.parts.groups as Box;
    const ranges = table("column").map((cells) => cells[3]);
    groupColumns.forEach((_, c) => {
      const [from, to] = [low[c], high[c] === Number.POSITIVE_INFINITY ? "up" : high[c]];
      expect([`${from} to ${to}`, `${from} and ${to}`, `${from} or ${to}`]).toContain(ranges[c]);
    });
  });

  test("tells of every part and column of the pipeline environments, in order", () => {
    const rows = table("pipeline part");
    for (const id of ["Pipeline/Assign-v1", "Pipeline/Cuts-v1"] as const) {
      const { observationSpace } = makeEnv(id, { scenario: takenBy(id, scenario) });
      const { parts } = observationSpace as unknown as Dict<Record<string, unknown>>;
      const own = rows.filter(([, ids]) => ids === "both" || ids === id).map(([part]) => part);
      expect(own).toEqual(Object.keys(parts));
    }
    expect(firstCells("layer column")).toEqual([...layerColumns]);
    for (const contiguity of firstCells("contiguity"))
      expect(createAssignEnv({ scenario: piped, contiguity: contiguity as Contiguity })).toBeDefined();
  });

  test("tells of every part of the observation of hybrids, in order", () => {
    const id = "Hybrid/Plan-v1";
    const { observationSpace } = makeEnv(id, { scenario: takenBy(id, scenario) });
    const { parts } = observationSpace as unknown as Dict<Record<string, unknown>>;
    expect(firstCells("hybrid part")).toEqual(Object.keys(parts));
  });

  test("tells of every part of the observation of types, in order", () => {
    const id = "Provision/Types-v1";
    const { observationSpace } = makeEnv(id, { scenario: takenBy(id, scenario) });
    const { parts } = observationSpace as unknown as Dict<Record<string, unknown>>;
    expect(firstCells("provision part")).toEqual(Object.keys(parts));
  });

  test("tells of every part and column of the observation of shardings, in order", () => {
    const id = "Sharding/Mesh-v1";
    const { observationSpace } = makeEnv(id, { scenario: takenBy(id, scenario) });
    const { parts } = observationSpace as unknown as Dict<Record<string, unknown>>;
    expect(firstCells("sharding part")).toEqual(Object.keys(parts));
    expect(firstCells("tile column")).toEqual([...tileColumns]);
  });

  test("tells of every part and column of the observation of reductions, in order", () => {
    const id = "Reduction/Program-v1";
    const { observationSpace } = makeEnv(id, { scenario: takenBy(id, scenario) });
    const { parts } = observationSpace as unknown as Dict<Record<string, unknown>>;
    expect(firstCells("reduction part")).toEqual(Object.keys(parts));
    expect(firstCells("level column")).toEqual([...levelColumns]);
  });

  test("tells of every part of the observation of embedding tables, in order", () => {
    const id = "Embedding/Tables-v1";
    const { observationSpace } = makeEnv(id, { scenario: takenBy(id, scenario) });
    const { parts } = observationSpace as unknown as Dict<Record<string, unknown>>;
    expect(firstCells("embedding part")).toEqual(Object.keys(parts));
  });

  test("tells of every option of every environment", () => {
    const rows = table("option");
    const isOf = (ids: string, id: string) => ids === "all" || ids === id || ids === id.split("/")[0];
    for (const id of envIds())
      expect(rows.filter(([, ids]) => isOf(ids, id)).map(([name]) => name)).toEqual(envSpec(id).options);
    for (const [, ids] of rows) expect(envIds().some((id) => isOf(ids, id))).toBe(true);
  });

  test("tells of every start and of every autoreset mode", () => {
    expect(firstCells("start")).toEqual([...startRules, "a list"]);
    expect(firstCells("autoreset")).toEqual([...autoresetModes]);
  });

  test("tells what each environment charges", () => {
    const groups = scenario.grouping.groupCount;
    for (const [cell, reset, , episode] of table("id | `reset`")) {
      const [id, option] = cell.split(", ");
      const isSparse = option === "evaluateEvery: k";
      const changes = isSparse ? { evaluateEvery: 3 } : { ...(option && { reward: option }) };
      const taken = takenBy(id, scenario);
      const meter = metered(evaluator(taken), { evaluations: 100 });
      const env = makeEnv(id, { scenario: taken, evaluator: meter, ...changes });
      const begun = env.reset();
      expect(meter.spent, `${cell}, reset`).toBe(Number(reset));
      play(env, begun, 1);
      const spent = {
        "1": 1,
        G: groups,
        "G + 1": groups + 1,
        "G / k, rounded up, + 1": Math.ceil(groups / 3) + 1,
      }[episode];
      expect(meter.spent, `${cell}, episode`).toBe(spent);
    }
  });
});

describe("the blocks of docs/environments.md", () => {
  const folder = mkdtempSync(join(tmpdir(), "placement-gym-environments-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  afterEach(() => vi.restoreAllMocks());

  async function run(index: number) {
    const said: string[] = [];
    vi.spyOn(console, "log").mockImplementation((...values) => said.push(values.join(" ")));
    const file = join(folder, `block-${index}.js`);
    writeFileSync(file, blocks[index]);
    const module = await import(/* @vite-ignore */ pathToFileURL(file).href);
    return { said, module };
  }

  test("are nine", () => expect(blocks).toHaveLength(9));

  test("play an episode", async () => {
    expect((await run(0)).said).toEqual([expect.stringMatching(/^one step of training takes \d+ us$/)]);
  });

  test("read a column by its name", async () => {
    expect((await run(1)).said).toEqual([expect.stringMatching(/^1,0\.5,0\.69\d* [01],[01],[01]$/)]);
  });

  test("charge a budget", async () => {
    expect((await run(2)).said).toEqual(["2"]);
  });

  test("cut a chain to stages", async () => {
    expect((await run(3)).said).toEqual(["true 2"]);
  });

  test("stop an episode of a sharding", async () => {
    expect((await run(4)).said).toEqual(["true 24"]);
  });

  test("place embedding tables", async () => {
    expect((await run(5)).said).toEqual(["true 26"]);
  });

  test("measure on a noisy machine with a slow device", async () => {
    expect((await run(6)).said).toEqual(["250", "true"]);
  });

  test("step envs on worker threads", async () => {
    expect((await run(7)).said).toEqual(["192", "8"]);
  });

  test("make an env of one's own that keeps all laws, on other scenarios too", async () => {
    const { said, module } = await run(8);
    expect(said).toEqual([expect.stringMatching(/^Mine\/Cut-v0: all 16 laws hold\n/)]);
    const create = module.create as (options: { scenario: Scenario }) => Env;
    const other = testScenario({ graph: "a 10 40B params=8\nb 20 <- a", devices: 2, objective: "max-load" });
    expect(checkEnv(() => create({ scenario: other })).checks.filter(({ ok }) => !ok)).toEqual([]);
  });
});
