/**
 * Clusters: the host is last, routes lead from end to end, and single-device speeds are near
 * published benchmarks.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  type Cluster,
  placement,
  readScenario,
  runTimesUs,
  type Scenario,
  scenarioHash,
  simulate,
  testScenario,
  writeScenario,
} from "../../../env/index.ts";
import { clusterOfJson } from "../../../scenarios/clusters/cluster-file.ts";
import {
  buildWorkload,
  clusterCatalog,
  clusterVariant,
  deviceOf,
  deviceSheets,
  fabricCluster,
  workloadCatalog,
} from "../../../scenarios/index.ts";

/** `2x8xV100` has 16 V100, `2xP100+2xK80` four GPUs of two kinds; a dash begins a remark. */
function acceleratorsIn(name: string): string[] {
  return name.split("+").flatMap((part) => {
    const words = part.split("-")[0].split("x");
    const count = words.slice(0, -1).reduce((product, factor) => product * Number(factor), 1);
    return words.length === 1 ? [] : Array.from({ length: count }, () => words.at(-1)!);
  });
}

describe("named clusters", () => {
  test.each(clusterCatalog)(
    "$name has the accelerators of its name first and host CPUs last",
    ({ name, build }) => {
      const kinds = build().devices.map(({ kind }) => kind);
      const expected = acceleratorsIn(name);
      expect(kinds.slice(0, expected.length)).toEqual(expected);
      expect(kinds.length).toBeGreaterThan(expected.length);
      expect(new Set(kinds.slice(expected.length))).toEqual(new Set(["CPU"]));
    },
  );

  test.each(clusterCatalog)("$name routes start and end at the devices that they join", ({ build }) => {
    expectConnected(build());
  });

  test("V100s have six NVLink cables each and are at most two hops apart", () => {
    const { devices, links, routes } = clusterCatalog.find(({ name }) => name === "8xV100-nvlink")!.build();
    for (let gpu = 0; gpu < 8; gpu++) {
      const out = links.filter(
        ({ name }) => name.startsWith(`${devices[gpu].name} ->`) && !name.endsWith("cpu:0"),
      );
      expect(out.reduce((sum, { bytesPerUs }) => sum + bytesPerUs, 0)).toBe(6 * 25_000);
      for (let other = 0; other < 8; other++) expect(routes[gpu][other].length).toBeLessThanOrEqual(2);
    }
  });

  // tensorflow.org/performance/benchmarks (May 2017): one GPU, batch 32, synthetic data, images per
  // second.
  test.each([
    { cluster: "2xK80", workload: "inception-v3", imagesPerSecond: 29.3 },
    { cluster: "2xK80", workload: "resnet-50", imagesPerSecond: 49.5 },
    { cluster: "2xP100", workload: "inception-v3", imagesPerSecond: 128 },
    { cluster: "2xP100", workload: "resnet-50", imagesPerSecond: 195 },
  ])("$workload on one device of $cluster is within 20% of TensorFlow's $imagesPerSecond images/s", (row) => {
    const entry = workloadCatalog.find(({ name }) => name === row.workload)!;
    const defaults = Object.entries(entry.options).map(([key, option]) => [key, option.default]);
    const graph = buildWorkload(entry, Object.fromEntries(defaults));
    const cluster = clusterCatalog.find(({ name }) => name === row.cluster)!.build();
    const times = runTimesUs(graph, cluster);
    let stepUs = 0;
    for (let v = 0; v < graph.opCount; v++) {
      const us = times[v * cluster.devices.length];
      if (Number.isFinite(us)) stepUs += us;
    }
    const measured = 32 / (stepUs / 1e6);
    expect(Math.abs(measured / row.imagesPerSecond - 1)).toBeLessThan(0.2);
  });
});

/** Time of one transfer of 1,200,000 bytes in an idle cluster. */
function transferUs(clusterName: string, from: number, to: number): number {
  const cluster = clusterCatalog.find(({ name }) => name === clusterName)!.build();
  const scenario = withCluster(cluster);
  return simulate(scenario, placement([from, to])).makespanUs - 1;
}

function withCluster(cluster: Cluster): Scenario {
  const file = writeScenario(testScenario({ graph: "a 0 1200000B\nb 1 <- a" }));
  return readScenario({ ...file, cluster: writeScenario({ ...emptyOn(cluster) }).cluster }, "on cluster");
}

const emptyOn = (cluster: Cluster): Scenario => ({ ...testScenario({ graph: "a 0" }), cluster });

describe("hierarchies", () => {
  test("stage transfers between T4s in the host's memory: a copy up, then a copy down", () => {
    expect(transferUs("4xT4", 0, 4)).toBeCloseTo(100 + 10, 9);
    expect(transferUs("4xT4", 0, 3)).toBeCloseTo(2 * (100 + 10), 9);
  });

  test("let PCIe switches pass a transfer on while they receive it, and go through the host between switches", () => {
    expect(transferUs("4xV100-pcie", 0, 1)).toBeCloseTo(100 + 10, 9);
    expect(transferUs("4xV100-pcie", 0, 2)).toBeCloseTo(100 + 20, 9);
  });

  test("cross racks at the speed and with the delay of every cable on the way", () => {
    expect(transferUs("16xP100-2racks", 0, 3)).toBeCloseTo(100 + 10, 9);
    expect(transferUs("16xP100-2racks", 0, 4)).toBeCloseTo(384 + 10 + 2 * 20, 9);
    expect(transferUs("16xP100-2racks", 0, 15)).toBeCloseTo(384 + 10 + 3 * 20, 9);
  });

  test("go by NVLink within a DGX-1 and by InfiniBand between two", () => {
    expect(transferUs("2x8xV100", 0, 1)).toBeCloseTo(48 + 10, 9);
    expect(transferUs("2x8xV100", 0, 8)).toBeCloseTo(100 + 5 + 1 + 1 + 5, 9);
  });

  test("take the short way round a torus", () => {
    const { routes, links } = clusterCatalog.find(({ name }) => name === "8xTPUv3")!.build();
    expect(routes[0][3].map((link) => links[link].name)).toEqual(["tpu:0 -> tpu:3"]);
    expect(
      Math.max(...routes.slice(0, 8).flatMap((row) => row.slice(0, 8).map((route) => route.length))),
    ).toBe(3);
  });

  test("keep their routing in scenario files, under any fidelity", () => {
    const scenario = withCluster(clusterCatalog.find(({ name }) => name === "4xV100-pcie")!.build());
    expect(scenario.fidelity).toMatchObject({ routing: "cut-through", name: "default, cut-through" });
    const again = readScenario(writeScenario(scenario), "again");
    expect(scenarioHash(again)).toBe(scenarioHash(scenario));
    expect(again.fidelity).toEqual(scenario.fidelity);
  });
});

describe("docs/clusters.md", () => {
  const page = readFileSync(fileURLToPath(new URL("../../../docs/clusters.md", import.meta.url)), "utf8");

  test("has the figures of every device", () => {
    for (const [model, sheet] of Object.entries(deviceSheets)) {
      const { flopsPerUs, memoryBytesPerUs, memoryBytes, launchUs } = sheet;
      const dtypes = ["float32", "tfloat32", "float16", "bfloat16"];
      const tflops = dtypes.map((dtype) => Number((flopsPerUs[dtype] / 1e6).toFixed(4)));
      const row = [...tflops, memoryBytesPerUs / 1e3, memoryBytes / 2 ** 30, launchUs].join(" | ");
      expect(page).toContain(`| \`${model}\` | ${row} |`);
    }
  });

  test.each(clusterCatalog)("has $name as it is", ({ name, summary, build }) => {
    const { devices, links, routes, routing = "stored" } = build();
    const longest = Math.max(...routes.flat().map((route) => route.length));
    const row = [devices.length, links.length, longest, routing, summary].join(" | ");
    expect(page).toContain(`| \`${name}\` | ${row} |`);
  });

  test("describes in a file the cluster that it describes in a program", () => {
    const file = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)![1]);
    const made = clusterOfJson(file, "mine");
    const named = clusterCatalog.find(({ name }) => name === "4xV100-pcie")!.build();
    expect(made.routes).toEqual(named.routes);
    expect(made.links).toEqual(named.links);
    expect(made.devices.map(({ memoryBytes }) => memoryBytes / 2 ** 30)).toEqual([32, 32, 32, 32, 488]);
  });

  test("makes the cluster that it shows how to make", async () => {
    const code = /```js\n([\s\S]*?)```/.exec(page)![1];
    const body = code.replace(/import .*\n/, "").replace("export const cluster =", "return");
    const made: Cluster = new Function("deviceOf", "fabricCluster", body)(deviceOf, fabricCluster);
    expectConnected(made);
    const named = clusterCatalog.find(({ name }) => name === "4xV100-pcie")!.build();
    expect(made.routes).toEqual(named.routes);
  });
});

describe("device sheets", () => {
  test("have a speed for every number type, none slower than single precision", () => {
    for (const [model, { flopsPerUs }] of Object.entries(deviceSheets)) {
      expect(Object.keys(flopsPerUs).sort(), model).toEqual(["bfloat16", "float16", "float32", "tfloat32"]);
      for (const speed of Object.values(flopsPerUs)) expect(speed).toBeGreaterThanOrEqual(flopsPerUs.float32);
    }
  });
});

describe("cluster variants", () => {
  const numbers = Array.from({ length: 60 }, (_, number) => number);
  const shapeOf = ({ name }: Cluster) => /: (.*) of/.exec(name)![1];
  const sizeOf = ({ devices }: Cluster) => devices.filter(({ kind }) => kind !== "CPU").length;

  test.each(["train", "validation", "test"] as const)(
    "of %s are connected, all different and the same again",
    (split) => {
      const drawn = numbers.map((number) => clusterVariant(split, number));
      drawn.forEach((cluster, number) => {
        expectConnected(cluster);
        expect(clusterVariant(split, number)).toEqual(cluster);
        expect(sizeOf(cluster)).toBeGreaterThanOrEqual(2);
        expect(sizeOf(cluster)).toBeLessThanOrEqual(8);
        expect(cluster.devices.at(-1)!.kind).toBe("CPU");
      });
      expect(new Set(drawn.map((cluster) => JSON.stringify({ ...cluster, name: "" }))).size).toBe(
        numbers.length,
      );
    },
  );

  test("hold sizes out for validation and wirings out for the test", () => {
    const [train, validation, test] = (["train", "validation", "test"] as const).map((split) =>
      numbers.map((number) => clusterVariant(split, number)),
    );
    const common = (a: unknown[], b: unknown[]) => a.filter((item) => b.includes(item));
    expect(common(train.map(sizeOf), validation.map(sizeOf))).toEqual([]);
    expect(common(train.map(shapeOf), test.map(shapeOf))).toEqual([]);
    expect(new Set(train.map(shapeOf))).toEqual(new Set(validation.map(shapeOf)));
  });

  test("answer a split or a number that is none with what there is", () => {
    expect(() => clusterVariant("dev" as never, 0)).toThrow(/"dev", expected train, validation, test/);
    expect(() => clusterVariant("test", -1)).toThrow(/is -1, expected a whole number of at least 0/);
  });
});

/**
 * Each link of a route starts where the one before it ended, the first at the sender; the last ends
 * at the receiver.
 */
function expectConnected({ devices, links, routes }: Cluster): void {
  routes.forEach((row, from) => {
    row.forEach((route, to) => {
      if (from === to) return;
      let at = devices[from].name;
      for (const link of route) {
        const [start, end = devices[to].name] = links[link].name.replace(/ out$/, "").split(" -> ");
        expect(start).toBe(at);
        at = end;
      }
      expect(at).toBe(devices[to].name);
    });
  });
}
