/** Suites: members exist, descriptions hold, and the board has not changed. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  InputError,
  isCpu,
  parseGraph,
  Role,
  readScenario,
  scenarioHash,
  testScenario,
  writeScenario,
} from "../../../env/index.ts";
import { readAddress } from "../../../scenarios/address.ts";
import {
  boardPins,
  resolveCluster,
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

describe("suites for pipelines", () => {
  const names = ["papers/pipedream", "papers/dapple", "papers/pipeline"];
  const byLayer = names.map(suiteNamed).flatMap(({ members }) => members);

  test("have networks layer by layer on 4 to 64 accelerators, with their batch", async () => {
    for (const member of byLayer) expect(member).toMatch(/\?granularity=layer&.*batch=\d+/);
    const few = byLayer.filter((member) => /^(vgg-16|rnnlm|gnmt-4)\//.test(member));
    for (const member of few) {
      const { graph } = await resolveScenario(member);
      expect(String(graph.batch)).toBe(/batch=(\d+)/.exec(member)![1]);
    }
    const counts = [...new Set(byLayer.map((member) => member.split(/[/?]/)[1]))].map(
      (name) => resolveCluster(name).devices.filter((device) => !isCpu(device)).length,
    );
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([4, 64]);
  });

  const pipedream = sharedPath("data", "pipedream");
  const piper = sharedPath("data", "piper");
  const published = (path: string): Uint8Array => {
    const [, network] = /profiles\/(\w+)\/graph\.txt$/.exec(path) ?? [];
    if (network !== undefined) return readFileSync(join(pipedream!, `${network}.graph.txt`));
    return readFileSync(join(piper!, basename(path)));
  };

  test.skipIf(pipedream === null || piper === null)(
    "scale the authors' profiles to their batch",
    async () => {
      const files = ["papers/pipedream-profiles", "papers/piper"].map(suiteNamed);
      for (const suite of files)
        for (const address of suiteMembers(suite, "mine")) {
          const readFile = async (path: string) => published(path);
          const { graph, objective } = await resolveScenario(address, {
            objective: suite.objective,
            readFile,
          });
          expect(String(graph.batch)).toBe(/gbs=(\d+)/.exec(address)![1]);
          expect([objective, graph.role.includes(Role.update)]).toEqual([suite.objective, true]);
        }
    },
  );
});

describe("the batch of a graph", () => {
  test.each([
    ["resnet-18/2xP100?batch=3", 3],
    ["resnet-18/2xP100?batch=3&granularity=layer&phase=inference&precision=16&comm=50", 3],
    ["gcn-reddit/2xP100", null],
    ["nmt/test/0/2xK80", null],
  ])("of %s is %s", async (address, batch) => {
    const scenario = await resolveScenario(address);
    expect(scenario.graph.batch).toBe(batch);
    expect(readScenario(writeScenario(scenario), "file").graph.batch).toBe(batch);
  });

  test("varies in the family of transformers", async () => {
    const batches = [0, 1, 2, 3].map((n) => resolveScenario(`transformer/train/${n}/2xP100`));
    for (const { graph } of await Promise.all(batches)) expect([8, 16, 32]).toContain(graph.batch);
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
