/** Suites: members exist, descriptions hold, and the board has not changed. */
import { describe, expect, test } from "vitest";
import { InputError, parseGraph, scenarioHash, testScenario } from "../../../env/index.ts";
import { readAddress } from "../../../scenarios/address.ts";
import {
  boardPins,
  resolveScenario,
  scenarioCatalog,
  scenarioProfile,
  suiteCatalog,
  suiteMembers,
  suiteNamed,
} from "../../../scenarios/index.ts";
import { sharedPath } from "../../shared-folder.ts";

const builtIn = suiteCatalog.filter(({ files }) => files === undefined);

describe.each(suiteCatalog.map(({ name }) => name))("suite %s", (name) => {
  const suite = suiteNamed(name);

  test("has a summary, reasons, and each member once", () => {
    expect(suite.members.length).toBeGreaterThanOrEqual(3);
    expect(new Set(suite.members).size).toBe(suite.members.length);
    expect(suite.summary.length).toBeGreaterThan(10);
    expect(suite.why.length).toBeGreaterThan(10);
  });

  test("names workloads, families and clusters that there are", () => {
    if (suite.files !== undefined || name === "toy") return;
    for (const uri of suite.members) expect(() => readAddress(uri, uri.split("?")[0])).not.toThrow();
  });
});

describe("suites of files", () => {
  test("ask for their folder in one sentence, and put it in front", () => {
    const suite = suiteNamed("papers/dnn-partitioning");
    expect(() => suiteMembers(suite)).toThrow(InputError);
    expect(() => suiteMembers(suite)).toThrow(/give the folder that holds them \(--files FOLDER\)\.$/);
    expect(suiteMembers(suite, "data/")[0]).toBe("data/throughput-inputs/LayerGraphs/bert24_inference.json");
    expect(() => suiteMembers(suiteNamed("start"), "data")).toThrow("reads no files");
  });

  const folder = sharedPath("data", "dnn-partitioning");
  test.skipIf(folder === null)("open every file of the published folder", async () => {
    for (const name of ["papers/dnn-partitioning", "papers/dnn-partitioning-latency"]) {
      const suite = suiteNamed(name);
      for (const path of suiteMembers(suite, folder!)) {
        const scenario = await resolveScenario(path, { objective: suite.objective });
        expect(scenario.objective).toBe(suite.objective ?? "max-load");
      }
    }
  });
});

describe("the board", () => {
  const opened = Promise.all(boardPins.map(([uri]) => resolveScenario(uri)));

  test("is what it was: no member's content hash has moved", async () => {
    const found = (await opened).map((scenario) => [scenario.name, scenarioHash(scenario)]);
    expect(found, "a scenario of board-v1 changed; what changes on purpose becomes board-v2").toEqual(
      boardPins,
    );
  });

  test("is balanced over families, clusters and sizes", async () => {
    const scenarios = await opened;
    const profiles = scenarios.map(scenarioProfile);
    expect(new Set(scenarios.map(({ cluster }) => cluster.name)).size).toBeGreaterThanOrEqual(10);
    expect(new Set(scenarios.map(({ name }) => name.split("/")[0])).size).toBeGreaterThanOrEqual(18);
    expect(Math.min(...profiles.map(({ ops }) => ops))).toBeLessThan(100);
    expect(Math.max(...profiles.map(({ ops }) => ops))).toBeGreaterThan(3_000);
    const tight = profiles.filter(({ memoryPressure }) => memoryPressure !== null && memoryPressure > 1);
    expect(tight.length).toBeGreaterThanOrEqual(2);
  });
});

describe("the catalog", () => {
  test("lists every built-in member once, with its suites, and builds none of them until asked", () => {
    expect(scenarioCatalog.map(({ uri }) => uri)).toEqual([
      ...new Set(builtIn.flatMap(({ members }) => members)),
    ]);
    for (const { uri, suites, summary } of scenarioCatalog) {
      expect(suites).toEqual(builtIn.filter(({ members }) => members.includes(uri)).map(({ name }) => name));
      expect(summary).not.toBe("");
    }
    const entry = scenarioCatalog.find(({ uri }) => uri === "toy/memory")!;
    expect({ ops: entry.ops, groups: entry.groups, devices: entry.devices }).toEqual({
      ops: 4,
      groups: 4,
      devices: 2,
    });
  });
});

describe("the profile of a scenario", () => {
  test("counts the memory of one accelerator that holds everything, and each edge sent once", () => {
    const scenario = testScenario({
      graph: parseGraph("a 10 100B params=40\nb 30 20B params=60 <- a"),
      memoryBytes: 400,
    });
    // Weights are 100 all the time; a's output is 100 while it waits for b, and b's output is 20.
    expect(scenarioProfile(scenario)).toEqual({
      ops: 2,
      groups: 2,
      devices: 2,
      memoryPressure: 220 / 400,
      computeToTransfers: 4,
    });
  });

  test("has no memory pressure without a limit, and a host only where there is nothing else", () => {
    const graph = parseGraph("a GPU:10|CPU:10 8B params=100\nb GPU:10|CPU:10 <- a");
    expect(scenarioProfile(testScenario({ graph })).memoryPressure).toBeNull();
    const hosts = testScenario({ graph, devices: ["CPU", "CPU"], memoryBytes: 1000 });
    expect(scenarioProfile(hosts).memoryPressure).toBeCloseTo(0.108, 9);
  });
});
