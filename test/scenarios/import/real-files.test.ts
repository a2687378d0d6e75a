/**
 * Every real file of the shared folder. Numbers of nodes and edges, and sums of times and sizes,
 * equal a raw count that shares no code with the importers. A round trip through our JSON changes
 * nothing.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readScenario, type Scenario, scenarioHash, writeScenario } from "../../../env/index.ts";
import { resolveScenario } from "../../../scenarios/index.ts";
import { sharedPath } from "../../shared-folder.ts";

const folders = {
  partitioning: ["throughput-inputs", "latency-inputs"].flatMap((part) =>
    ["LayerGraphs", "OperatorGraphs"].map((kind) => sharedPath("data", "dnn-partitioning", part, kind)),
  ),
  pipedream: [sharedPath("data", "pipedream")],
  piper: [sharedPath("data", "piper")],
};
const filesOf = (which: keyof typeof folders, ending: string): string[] =>
  folders[which].flatMap((folder) =>
    folder === null
      ? []
      : readdirSync(folder)
          .filter((name) => name.endsWith(ending))
          .map((name) => join(folder, name)),
  );
const partitioning = filesOf("partitioning", ".json");
const pipedream = filesOf("pipedream", ".graph.txt");
const piper = filesOf("piper", ".json");

const golden = sharedPath("golden", "pipedream.json");

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
const nameOf = (path: string) => path.split("data/")[1];
const survivesJson = (scenario: Scenario) =>
  expect(scenarioHash(readScenario(JSON.parse(JSON.stringify(writeScenario(scenario))), "again"))).toBe(
    scenarioHash(scenario),
  );

describe.skipIf(partitioning.length === 0)("real files of dnn-partitioning", () => {
  test("there are 24 of them", () => expect(partitioning.length).toBe(24));

  test.each(partitioning.map((path) => [nameOf(path), path]))("%s", async (_, path) => {
    const raw = JSON.parse(readFileSync(path, "utf8"));
    const scenario = await resolveScenario(path);
    expect([scenario.graph.opCount, scenario.graph.edgeCount]).toEqual([raw.nodes.length, raw.edges.length]);
    survivesJson(scenario);
  });
});

describe.skipIf(pipedream.length === 0)("real profiles of PipeDream", () => {
  test("there are 14 of them", () => expect(pipedream.length).toBe(14));

  test.each(pipedream.map((path) => [nameOf(path), path]))("%s", async (_, path) => {
    const text = readFileSync(path, "utf8");
    const field = (name: string) =>
      [...text.matchAll(new RegExp(`${name}=([^,\\n]*)`, "g"))].map(([, value]) =>
        sum(value.replace(/[[\]]/g, "").split(";").map(Number)),
      );
    const scenario = await resolveScenario(path);
    const { graph } = scenario;
    expect(graph.opCount).toBe([...text.matchAll(/^node\d+ -- /gm)].length);
    expect(graph.edgeCount).toBe([...text.matchAll(/^\tnode\d+ -- node\d+$/gm)].length);
    const ms = sum(field("forward_compute_time")) + sum(field("backward_compute_time"));
    expect(sum(graph.measuredUs.get("*")!) / 1000).toBeCloseTo(ms, 6);
    expect(sum(graph.parameterBytes)).toBe(sum(field("parameter_size")));
    expect(sum(graph.outputBytes)).toBe(sum(field("activation_size")));
    survivesJson(scenario);
  });

  /**
   * The authors' optimizer drops the inputs; `singleStageTime` is its result for one device, in
   * seconds.
   */
  test.skipIf(golden === null)(
    "take on one device what the authors' optimizer says, either way of the backward pass",
    async () => {
      const { results } = JSON.parse(readFileSync(golden!, "utf8"));
      const seconds = new Map<string, number>(
        results.map((result: { profile: string; singleStageTime: number }) => [
          result.profile,
          result.singleStageTime,
        ]),
      );
      expect(seconds.size).toBeGreaterThan(4);
      for (const [model, expected] of seconds) {
        const path = pipedream.find((candidate) => candidate.endsWith(`/${model}.graph.txt`));
        for (const backward of ["folded", "separate"]) {
          const { graph } = await resolveScenario(`${path}?inputs=drop&backward=${backward}`);
          expect(sum(graph.measuredUs.get("*")!) / 1e6, model).toBeCloseTo(expected, 9);
        }
      }
    },
  );
});

describe.skipIf(piper.length === 0)("real inputs of Piper", () => {
  test("there are 3 of them", () => expect(piper.length).toBe(3));

  test.each(piper.map((path) => [nameOf(path), path]))("%s", async (_, path) => {
    const raw = JSON.parse(readFileSync(path, "utf8"));
    const scenario = await resolveScenario(path);
    const { graph, cluster } = scenario;
    expect([graph.opCount, graph.edgeCount]).toEqual([raw.nodes.length, raw.edges.length]);
    type Node = { TMPCs: Record<string, { timePerSample: number; parameterSize: number }[]> };
    const time = sum(raw.nodes.map(({ TMPCs }: Node) => TMPCs["1"][0].timePerSample));
    expect(sum(graph.measuredUs.get("*")!)).toBeCloseTo(time * (time > 10 ? 1e3 : 1e6), 3);
    expect(sum(graph.parameterBytes)).toBe(
      sum(raw.nodes.map(({ TMPCs }: Node) => TMPCs["1"][0].parameterSize)),
    );
    expect(sum(graph.edgeBytes)).toBe(
      sum(raw.edges.map(({ communicationCost }: { communicationCost: number }) => communicationCost)),
    );
    expect([cluster.devices.length, cluster.devices[0].memoryBytes]).toEqual([
      raw.maxDevices,
      raw.maxMemoryPerDevice,
    ]);
    expect(cluster.links[0].bytesPerUs).toBe(raw.bandwidth / 1e6);
    survivesJson(scenario);
  });
});
