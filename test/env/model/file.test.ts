import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  fromGraphology,
  parseGraph,
  readScenario,
  scenarioHash,
  testScenario,
  toGraphology,
  writeScenario,
} from "../../../env/index.ts";
import { graphHash } from "../../../env/model/file.ts";
import { graphBuilder } from "../../../env/model/graph/builder.ts";
import { drawn } from "../../law-runs.ts";
import { scenarioWithPlan } from "../sim/drawn-scenario.ts";

const text = `
  x GPU:3|CPU:30 12B type=conv params=40 kinds=GPU|CPU
  y 4 5B,6B group=pair role=forward <- x ^x
  y.grad 8 5B group=pair role=backward twin=y transfer=3 <- y:1 x`;

describe("scenario files", () => {
  test("read back what was written, byte for byte and with the same hash", () => {
    fc.assert(
      fc.property(scenarioWithPlan({ maxOps: 10, maxDevices: 3 }), ({ scenario }) => {
        const file = writeScenario(scenario);
        const back = readScenario(JSON.parse(JSON.stringify(file)), "file");
        expect(JSON.stringify(writeScenario(back))).toBe(JSON.stringify(file));
        expect(scenarioHash(back)).toBe(scenarioHash(scenario));
      }),
      { numRuns: drawn(200) },
    );
  });

  test("keep features of the data of ops, which are in no hash", () => {
    const graphWith = (features: object) =>
      graphBuilder()
        .op({ name: "x", ...features })
        .op({ name: "y" })
        .build();
    const scenario = testScenario({ graph: graphWith({ dataFeatures: { vertices: 3 } }) });
    const back = readScenario(JSON.parse(JSON.stringify(writeScenario(scenario))), "file");
    expect(back.graph.dataFeatures).toEqual([{ vertices: 3 }, null]);
    expect(fromGraphology(toGraphology(scenario.graph))).toEqual(scenario.graph);
    expect(scenarioHash(scenario)).toBe(scenarioHash(testScenario({ graph: graphWith({}) })));
    expect(() => graphWith({ dataFeatures: { vertices: -1 } })).toThrow(
      'Op "x": dataFeatures.vertices is -1, expected a finite number of at least 0.',
    );
    expect(() => graphWith({ dataFeatures: [1] })).toThrow(
      'Op "x": dataFeatures is [1], expected numbers by name.',
    );
  });

  test("keep the dimensions of ops, which are in no hash", () => {
    const rows = { shape: [4, 3], along: [0, -1] };
    const iteration = {
      dimensions: [{ name: "height", kind: "spatial" as const, size: 4, halo: 1, haloInputs: [] }],
      inputs: [],
      parameters: [],
      outputs: [rows],
      sums: [],
      linearIn: [],
    };
    const graphWith = (dimensions: object) =>
      graphBuilder()
        .op({ name: "x", outputs: [48], ...dimensions })
        .op({ name: "y" })
        .edge({ from: "x", to: "y" })
        .build();
    const scenario = testScenario({ graph: graphWith({ iteration }) });
    const without = testScenario({ graph: graphWith({}) });
    const back = readScenario(JSON.parse(JSON.stringify(writeScenario(scenario))), "file");
    expect(back.graph.iterations).toEqual([iteration, null]);
    expect(fromGraphology(toGraphology(scenario.graph))).toEqual(scenario.graph);
    expect(JSON.stringify(writeScenario(without))).not.toContain("iteration");
    expect([scenarioHash(back), graphHash(back.graph)]).toEqual([
      scenarioHash(without),
      graphHash(without.graph),
    ]);
    const ops = [{ name: "x", outputs: [48], iteration: { ...iteration, sums: [1] } }];
    const wrong = { ...writeScenario(without), graph: { ops }, groups: undefined };
    expect(() => readScenario(wrong, "f.json")).toThrow(
      'Scenario file "f.json": Op "x": sums has 1, but the op has 1 dimensions.',
    );
  });

  test("hash the content and neither the name, the meta nor the order of fields", () => {
    const scenario = testScenario({ graph: text, devices: ["GPU", "CPU"] });
    const hash = scenarioHash(scenario);
    expect(scenarioHash({ ...scenario, name: "other", meta: { source: "elsewhere" } })).toBe(hash);
    const { graph, cluster, ...rest } = writeScenario(scenario);
    expect(scenarioHash(readScenario({ ...rest, cluster, graph }, "file"))).toBe(hash);
    const slower = { ...scenario, fidelity: { ...scenario.fidelity, opGapUs: 1 } };
    expect(scenarioHash(slower)).not.toBe(hash);
  });

  test("keep prices and a demand, which change the hash only where they are there", () => {
    const scenario = testScenario({ graph: text, devices: ["GPU", "CPU"] });
    const written = JSON.stringify(writeScenario(scenario));
    expect(written).not.toMatch(/demand|usdPerHour|Share/);
    const devices = scenario.cluster.devices.map((device) => ({
      ...device,
      usdPerHour: 2,
      computeShare: 0.5,
      transferShare: 0,
    }));
    const rented = {
      ...scenario,
      cluster: { ...scenario.cluster, devices },
      demand: { samples: 10, samplesPerSecond: 0.5 },
    };
    const back = readScenario(JSON.parse(JSON.stringify(writeScenario(rented))), "file");
    expect([back.demand, back.cluster.devices]).toEqual([rented.demand, devices]);
    expect(scenarioHash(back)).toBe(scenarioHash(rented));
    expect(scenarioHash(rented)).not.toBe(scenarioHash(scenario));
    const free = { ...rented, cluster: { ...rented.cluster, devices: [{ ...devices[0], usdPerHour: 0 }] } };
    expect(() => readScenario(writeScenario(free), "free")).toThrow("usdPerHour is 0");
    const idle = { ...rented, demand: { samples: 0, samplesPerSecond: 1 } };
    expect(() => readScenario(writeScenario(idle), "idle")).toThrow("demand.samples is 0");
  });

  test.each<[string, (string | number)[], unknown, RegExp]>([
    ["a wrong type", ["graph", "ops", 1, "outputs"], "12", /graph\.ops\[1\]\.outputs.*expected array/],
    ["a missing field", ["cluster", "devices"], undefined, /cluster\.devices/],
    ["an unknown field", ["graph", "ops", 0, "flop"], 3, /graph\.ops\[0\].*flop/],
    ["a negative number", ["graph", "ops", 0, "flops"], -1, /Op "x": flops is -1/],
    ["an unknown fidelity", ["fidelity"], "best", /fidelity is "best", expected default or placeto/],
    ["a wrong schema", ["schema"], "other", /schema/],
    ["a split co-location class", ["groups"], [0, 1, 2], /another group than the rest/],
    [
      "a device nobody can use",
      ["graph", "ops", 0, "supportedKinds"],
      ["TPU"],
      /can run on TPU alone and has no FLOP.*, but cluster/,
    ],
  ])("say in one sentence what is wrong with %s", (_, path, value, sentence) => {
    const good = writeScenario(testScenario({ graph: text, devices: ["GPU", "CPU"] }));
    const file = spoil(JSON.parse(JSON.stringify(good)), path, value);
    expect(() => readScenario(file, "bad.json")).toThrow(sentence);
    expect(() => readScenario(file, "bad.json")).toThrow(/^Scenario file "bad\.json": [^\n]*\.$/);
  });
});

describe("conversion to and from graphology", () => {
  test("keeps every field, edge and order", () => {
    const graph = parseGraph(text);
    expect(fromGraphology(toGraphology(graph))).toEqual(graph);
  });

  test("freezes random graphs to the same arrays", () => {
    fc.assert(
      fc.property(scenarioWithPlan({ maxOps: 10, maxDevices: 2 }), ({ scenario: { graph } }) => {
        expect(fromGraphology(toGraphology(graph))).toEqual(graph);
      }),
      { numRuns: drawn(200) },
    );
  });
});

/** A copy of a JSON value with one place set, or removed where the value is undefined. */
function spoil(json: unknown, path: (string | number)[], value: unknown): unknown {
  if (path.length === 0) return value;
  const [key, ...rest] = path;
  const copy = Array.isArray(json) ? [...json] : { ...(json as object) };
  const fields = copy as Record<string | number, unknown>;
  fields[key] = spoil(fields[key], rest, value);
  if (fields[key] === undefined) delete fields[key];
  return copy;
}
