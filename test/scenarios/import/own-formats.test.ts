/**
 * Importers: all shared files against their raw counts, the rules of each format, and one sentence
 * for each mistake.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { InputError, Role, testScenario, writeScenario } from "../../../env/index.ts";
import { importFile } from "../../../scenarios/index.ts";
import { sharedPath } from "../../shared-folder.ts";

const workloads = `${sharedPath("data/dnn-partitioning")}/`;
const cases = `${sharedPath("golden/placeto-sim")}/`;
const present = existsSync(workloads) && existsSync(cases);

const inputFiles = present
  ? ["throughput-inputs", "latency-inputs"].flatMap((folder) =>
      ["LayerGraphs", "OperatorGraphs"].flatMap((kind) =>
        readdirSync(`${workloads}${folder}/${kind}`).map((file) => `${folder}/${kind}/${file}`),
      ),
    )
  : [];

describe.skipIf(!present)("dnn-partitioning files", () => {
  test("there are 24 of them", () => expect(inputFiles.length).toBe(24));

  test.each(inputFiles)("%s keeps nodes, edges, classes, roles, times, sizes and devices", (path) => {
    const text = readFileSync(workloads + path, "utf8");
    const raw = JSON.parse(text);
    const { scenario, runs } = importFile(text, path);
    const { graph, cluster } = scenario;
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    const field = (name: string) => raw.nodes.map((node: Record<string, number>) => node[name]);

    expect(runs).toBeUndefined();
    expect(scenario.objective).toBe("max-load");
    expect([graph.opCount, graph.edgeCount]).toEqual([raw.nodes.length, raw.edges.length]);
    const classes = new Set(field("colorClass").filter((c: unknown) => c !== null && c !== undefined));
    const alone = field("colorClass").filter((c: unknown) => c === null || c === undefined).length;
    expect(scenario.grouping.groupCount).toBe(classes.size + alone);
    expect([...graph.role].filter((role) => role === Role.backward).length).toBe(
      field("isBackwardNode").filter(Boolean).length,
    );
    expect(graph.supportedKinds.filter((kinds) => kinds !== null).length).toBe(
      field("supportedOnFpga").filter((flag: unknown) => !flag).length,
    );
    expect(sum([...graph.parameterBytes])).toBeCloseTo(sum(field("size")), 0);
    expect(sum([...graph.measuredUs.get("cpu")!])).toBeCloseTo(1000 * sum(field("cpuLatency")), 3);
    const supported = raw.nodes.filter((node: { supportedOnFpga: unknown }) => node.supportedOnFpga);
    expect(sum([...graph.measuredUs.get("accelerator")!].filter((us) => !Number.isNaN(us)))).toBeCloseTo(
      1000 * sum(supported.map((node: { fpgaLatency: number }) => node.fpgaLatency)),
      3,
    );
    expect(cluster.devices.filter(({ kind }) => kind === "accelerator").length).toBe(raw.maxFPGAs);
    expect(cluster.devices.filter(({ kind }) => kind === "cpu").length).toBe(raw.maxCPUs);
    expect(cluster.devices[0].memoryBytes).toBe(raw.maxSizePerFPGA);
  });

  test("the bytes of an output agree with the sizes that the files give beside the cost", () => {
    const path = "throughput-inputs/OperatorGraphs/bert_l-3_training.json";
    const text = readFileSync(workloads + path, "utf8");
    const raw = JSON.parse(text);
    const { graph } = importFile(text, path).scenario;
    raw.nodes.forEach(({ id }: { id: number }, v: number) => {
      const edge = raw.edges.find(({ sourceId }: { sourceId: number }) => sourceId === id);
      if (edge === undefined) return;
      expect(graph.transferUs?.[v]).toBe(edge.cost * 1000);
      expect(Math.abs(graph.outputBytes[graph.outputStart[v]] - edge.size)).toBeLessThanOrEqual(
        1e-6 * edge.size + 1,
      );
    });
  });
});

describe.skipIf(!present)("placeto-sim case files", () => {
  test("all 78 import with their placements and expected results", () => {
    const files = present ? readdirSync(cases).filter((file) => /^(\d|micro).*\.json$/.test(file)) : [];
    expect(files.length).toBe(78);
    for (const file of files) {
      const text = readFileSync(cases + file, "utf8");
      const raw = JSON.parse(text);
      const { scenario, runs = [] } = importFile(text, file);
      expect(scenario.graph.names).toEqual(raw.ops);
      expect(scenario.graph.edgeCount).toBe(raw.inputs.flat().length);
      expect(scenario.cluster.devices.map(({ name }) => name)).toEqual(raw.devices);
      expect(scenario.fidelity.opGapUs).toBe(raw.params.delta1);
      expect(runs.map(({ expected }) => expected.makespanUs)).toEqual(
        raw.runs.map(({ makespan }: { makespan: number }) => makespan),
      );
      expect(runs.map(({ plan }) => [...plan.device])).toEqual(
        raw.runs.map(({ place }: { place: number[] }) => place),
      );
    }
  });
});

const node = (id: number, more: object = {}) => ({
  id,
  supportedOnFpga: 1,
  cpuLatency: 10,
  fpgaLatency: 1,
  size: 100,
  isBackwardNode: 0,
  ...more,
});
const partitioning = (more: object = {}) => ({
  maxFPGAs: 2,
  maxCPUs: 1,
  maxSizePerFPGA: 1000,
  nodes: [node(4), node(9)],
  edges: [{ sourceId: 4, destId: 9, cost: 0.5 }],
  ...more,
});
const placeto = (more: object = {}) => ({
  schema: "placeto-sim/1",
  params: { delta1: 1, delta2: 2, initOffset: 3, transferSpeed: 10 },
  devices: ["/gpu:0", "/gpu:1"],
  ops: ["a", "b"],
  cost: [5, 6],
  outputs: [[40], []],
  inputs: [[], [[0, 0]]],
  runs: [{ kind: "given", place: [0, 1], makespan: 1, start: [0, 1], peak: [0, 0] }],
  ...more,
});
const imported = (file: object) => importFile(JSON.stringify(file), "f.json");

describe("the dnn-partitioning format", () => {
  const edge = (size?: number, cost = 1) => ({
    sourceId: 4,
    destId: 9,
    cost,
    ...(size !== undefined && { size }),
  });
  const sized = (...edges: ReturnType<typeof edge>[]) => {
    const { scenario, report } = imported(partitioning({ edges }));
    return { bytes: scenario.graph.outputBytes[0], report };
  };

  test("takes an edge's size as the bytes of the output where its cost implies as many", () => {
    const { bytes, report } = sized(edge(2_147_000));
    expect(bytes).toBe(2_147_000);
    expect(report.dropped).toEqual([]);
    expect(report.assumed[1]).toMatch(/^An edge's size is the bytes/);
  });

  test.each([
    ["larger than", edge(4_294_967)],
    ["a thousand times", edge(2_147_483_600)],
    ["none beside a cost, unlike", edge(0)],
    ["some beside no cost, unlike", edge(4096, 0)],
  ])("reports a size as dropped that is %s what the cost implies", (_, each) => {
    const { bytes, report } = sized(each);
    expect(bytes).toBe(Math.round(each.cost * 2_147_483.6));
    expect(report.dropped).toEqual([
      expect.stringMatching(/^size of 1 edge: not the bytes .* The cost decides\.$/),
    ]);
  });

  test("works without sizes, from costs alone", () => {
    expect(sized(edge()).bytes).toBe(2_147_484);
    expect(sized(edge()).report.dropped).toEqual([]);
    expect(() => sized(edge(-1))).toThrow(/edges\[0\]\.size/);
  });

  test("reads milliseconds, unsupported nodes, gaps in ids and repeated names", () => {
    const { graph } = imported(
      partitioning({ nodes: [node(4, { name: "x", supportedOnFpga: 0 }), node(9, { name: "x" })] }),
    ).scenario;
    expect(graph.names).toEqual(["x#4", "x#9"]);
    expect(graph.supportedKinds).toEqual([["cpu"], null]);
    expect(graph.measuredUs.get("cpu")).toEqual(Float64Array.of(10_000, 10_000));
    expect(graph.measuredUs.get("accelerator")).toEqual(Float64Array.of(Number.NaN, 1000));
    expect(graph.transferUs).toEqual(Float64Array.of(500, Number.NaN));
    expect([...graph.outputBytes]).toEqual([1_073_742]);
  });

  test("sends transfers between accelerators through the host", () => {
    const { links, routes } = imported(partitioning({ maxCPUs: 2 })).scenario.cluster;
    const named = (from: number, to: number) => routes[from][to].map((link) => links[link].name);
    expect(named(0, 1)).toEqual(["accelerator:0 -> host", "host -> accelerator:1"]);
    expect(named(0, 2)).toEqual(["accelerator:0 -> host"]);
    expect(named(3, 1)).toEqual(["host -> accelerator:1"]);
    expect(named(2, 3)).toEqual(["host memory"]);
  });
});

describe("the placeto-sim format", () => {
  test("gives undeclared outputs 0 bytes and keeps control edges in order", () => {
    const inputs = [
      [],
      [
        [0, 2],
        [0, -1],
      ],
    ];
    const { scenario } = imported(placeto({ inputs }));
    expect([...scenario.graph.outputBytes]).toEqual([40, 0, 0]);
    expect([...scenario.graph.edgeOutput]).toEqual([2, -1]);
  });

  test("needs no runs", () => {
    const { runs: _runs, ...file } = placeto();
    expect(imported(file).runs).toEqual([]);
  });
});

describe("malformed files", () => {
  const own = writeScenario(testScenario({ graph: "a 10 4B\nb 20 <- a" }));
  const bad: readonly (readonly [string, string, RegExp])[] = [
    ["truncated JSON", '{"maxFPGAs": 2, "nodes": [', /is not valid JSON: /],
    ["an empty file", "", /the file is empty\.$/],
    ["NaN", '{"maxFPGAs": NaN}', /is not valid JSON: /],
    ["an array", "[]", /the top level is an array, expected an object\.$/],
    ["null", "null", /the top level is null, expected an object\.$/],
    ["an unknown format", "{}", /the format is not known; expected/],
    ["another schema", '{"schema": "placeto-sim/9"}', /schema is "placeto-sim\/9", expected/],
    [
      "a missing field",
      JSON.stringify(partitioning({ edges: undefined })),
      /: edges is missing, expected array\.$/,
    ],
    [
      "a wrong type",
      JSON.stringify(partitioning({ nodes: [node(4, { size: "big" })] })),
      /nodes\[0\]\.size: /,
    ],
    [
      "a flag that is none",
      JSON.stringify(partitioning({ nodes: [node(4, { isBackwardNode: "yes" })] })),
      /nodes\[0\]\.isBackwardNode: expected true, false, 0 or 1\.$/,
    ],
    [
      "a negative time",
      JSON.stringify(partitioning({ nodes: [node(4, { cpuLatency: -1 })] })),
      /nodes\[0\]\.cpuLatency: /,
    ],
    [
      "an infinite time",
      JSON.stringify(partitioning()).replace('"cpuLatency":10', '"cpuLatency":1e999'),
      /nodes\[0\]\.cpuLatency: /,
    ],
    [
      "bytes past 2^53",
      JSON.stringify(partitioning({ nodes: [node(4, { size: 1e300 })], edges: [] })),
      /parameterBytes is 1e\+300 bytes, more than 2\^53/,
    ],
    ["a billion devices", JSON.stringify(partitioning({ maxFPGAs: 1e9 })), /maxFPGAs: /],
    ["no devices", JSON.stringify(partitioning({ maxFPGAs: 0, maxCPUs: 0 })), /has no devices/],
    ["an id twice", JSON.stringify(partitioning({ nodes: [node(4), node(4)] })), /id 4 is declared twice/],
    [
      "an edge to nowhere",
      JSON.stringify(partitioning({ edges: [{ sourceId: 4, destId: 7, cost: 1 }] })),
      /node 7 is named by an edge, but not declared/,
    ],
    [
      "a cycle",
      JSON.stringify(
        partitioning({
          edges: [
            { sourceId: 4, destId: 9, cost: 1 },
            { sourceId: 9, destId: 4, cost: 1 },
          ],
        }),
      ),
      /The graph has a cycle: /,
    ],
    [
      "an edge to itself",
      JSON.stringify(partitioning({ edges: [{ sourceId: 4, destId: 4, cost: 1 }] })),
      /an edge leads from the op to itself/,
    ],
    [
      "costs that differ",
      JSON.stringify(
        partitioning({
          nodes: [node(4), node(9), node(5)],
          edges: [
            { sourceId: 4, destId: 9, cost: 1 },
            { sourceId: 4, destId: 5, cost: 1.1 },
          ],
        }),
      ),
      /the edge 4 -> 5 costs 1\.1 ms, another edge of node 4 1 ms/,
    ],
    ["no nodes", JSON.stringify(partitioning({ nodes: [], edges: [] })), /The graph is empty/],
    ["lists of unequal length", JSON.stringify(placeto({ cost: [1] })), /cost: has 1 entries for 2 ops/],
    [
      "an input from nowhere",
      JSON.stringify(placeto({ inputs: [[], [[7, 0]]] })),
      /inputs\[1\]: names op number 7, expected 0\.\.1/,
    ],
    [
      "a hostile output number",
      JSON.stringify(placeto({ inputs: [[], [[0, 1e9]]] })),
      /inputs\[1\]\[0\]\[1\]: /,
    ],
    [
      "a transfer speed of 0",
      JSON.stringify(placeto({ params: { delta1: 1, delta2: 2, initOffset: 3, transferSpeed: 0 } })),
      /params\.transferSpeed: /,
    ],
    [
      "a place that is no device",
      JSON.stringify(placeto({ runs: [{ kind: "given", place: [0, 5] }] })),
      /runs\[0\]\.place: Op "b" is placed on device 5/,
    ],
    [
      "a device name twice",
      JSON.stringify(placeto({ devices: ["/gpu:0", "/gpu:0"] })),
      /the name is used twice/,
    ],
    [
      "our own schema without a graph",
      JSON.stringify({ ...own, graph: undefined }),
      /: graph is missing, expected object\.$/,
    ],
  ];

  test.each(bad)("%s is one sentence naming the file", (_what, text, sentence) => {
    let error: unknown;
    try {
      importFile(text, "f.json");
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InputError);
    const { message } = error as InputError;
    expect(message).toMatch(sentence);
    expect(message).toContain('"f.json"');
    expect(message).not.toContain("\n");
    expect(message.endsWith(".")).toBe(true);
  });
});
