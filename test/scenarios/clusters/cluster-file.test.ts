/** Cluster files: what they make, and one sentence for each mistake. */
import { describe, expect, test } from "vitest";
import { type Cluster, isCpu } from "../../../env/model/cluster/cluster.ts";
import { writeScenario } from "../../../env/model/file.ts";
import { testScenario } from "../../../env/model/test-scenario.ts";
import { clusterOfJson, looksLikeCluster } from "../../../scenarios/clusters/cluster-file.ts";
import { deviceOf } from "../../../scenarios/clusters/devices.ts";
import { clusterCatalog } from "../../../scenarios/clusters/index.ts";

const named = (name: string): Cluster => clusterCatalog.find((entry) => entry.name === name)!.build();
const speed = { bandwidth: "12GB/s", latency: "5us" };
const twoSwitches = {
  schema: "placement-gym/cluster-1",
  name: "4xV100-pcie",
  devices: [{ like: "V100", count: 4 }, { like: "Xeon" }],
  switches: ["pcie:0", "pcie:1"],
  relays: ["cpu:*"],
  cables: [
    { ends: ["gpu:0-1", "pcie:0"], ...speed },
    { ends: [["gpu:2", "gpu:3"], "pcie:1"], ...speed },
    { ends: ["pcie:*", "cpu:0"], ...speed },
  ],
  routing: "cut-through",
};

describe("a cluster file", () => {
  test("of cables makes the cluster of the catalog that has the same cables", () => {
    expect(clusterOfJson(twoSwitches, "mine")).toEqual(named("4xV100-pcie"));
  });

  test("of ports makes the cluster of the catalog that has the same ports", () => {
    const file = {
      name: "4xP100",
      devices: [{ like: "P100", count: 4 }, { like: "Xeon" }],
      ports: { bandwidth: "12GB/s", latency: "10us" },
    };
    expect(clusterOfJson(file, "mine")).toEqual(named("4xP100"));
  });

  test("describes a device that has no sheet, and changes one that has", () => {
    const own = {
      kind: "NPU",
      name: "npu",
      flops: { float32: "10TFLOP/s", float16: "40TFLOP/s" },
      memory: null,
      memoryBandwidth: "1TB/s",
      memoryShare: 0.5,
      launch: "2us",
      efficiency: { MatMul: 0.8, "*": 0.4 },
    };
    const larger = { like: "A100", memory: "80GiB", launch: "3us", efficiency: 0.6 };
    const ports = { bandwidth: "1GB/s", latency: "0us" };
    const { name, devices } = clusterOfJson({ devices: [own, larger], ports }, "mine");
    expect(name).toBe("mine");
    expect(devices[0]).toEqual({
      name: "npu",
      kind: "NPU",
      flopsPerUs: { float32: 10e6, float16: 40e6 },
      memoryBytes: Number.POSITIVE_INFINITY,
      memoryBytesPerUs: 500_000,
      launchUs: 2,
      efficiency: { MatMul: 0.8, "*": 0.4 },
    });
    expect(devices[1]).toEqual({
      ...deviceOf("A100", "gpu:0"),
      memoryBytes: 80 * 2 ** 30,
      launchUs: 3,
      efficiency: { "*": 0.6 },
    });
  });

  test("numbers devices by what they are, through all entries", () => {
    const file = {
      devices: [{ like: "P100", count: 2 }, { like: "Xeon", count: 2 }, { like: "K80" }, { like: "TPUv4" }],
      ports: speed,
    };
    const { devices } = clusterOfJson(file, "mine");
    expect(devices.map(({ name }) => name)).toEqual(["gpu:0", "gpu:1", "cpu:0", "cpu:1", "gpu:2", "tpu:0"]);
    expect(devices.filter(isCpu).length).toBe(2);
  });

  test("joins each pair once where both ends of a cable are several", () => {
    const mesh = { devices: [{ like: "V100", count: 3 }], cables: [{ ends: ["gpu:*", "gpu:*"], ...speed }] };
    expect(clusterOfJson(mesh, "mine").links.length).toBe(6);
    const half = { ...mesh, cables: [{ ...mesh.cables[0], duplex: "half" }] };
    expect(clusterOfJson(half, "mine").links.map(({ name }) => name)).toContain("gpu:0 - gpu:1");
  });

  test("may be the cluster of a scenario file, or the scenario file", () => {
    const scenario = writeScenario({
      ...testScenario({ graph: "a 1" }),
      cluster: named("8xV100-nvlink"),
    });
    expect(clusterOfJson(scenario.cluster, "mine")).toEqual(named("8xV100-nvlink"));
    expect(clusterOfJson(scenario, "mine")).toEqual(named("8xV100-nvlink"));
  });

  test("of one device needs nothing to join it", () => {
    expect(clusterOfJson({ devices: [{ like: "T4" }] }, "one").routes).toEqual([[[]]]);
  });

  const devices = [{ like: "V100", count: 2 }];
  test.each<[unknown, RegExp]>([
    [[], /^the top level is no object/],
    [{ devices: [] }, /^devices: /],
    [{ devices, port: speed }, /port/],
    [{ devices }, /^neither ports nor cables are given/],
    [{ devices, ports: speed, cables: [] }, /^both ports and cables are given/],
    [{ devices: [{ like: "V10" }], ports: speed }, /^devices\[0\]\.like is "V10", .*Did you mean "V100"\?$/],
    [{ devices: [{ kind: "NPU" }], ports: speed }, /^devices\[0\]\.flops is missing; "like" takes it from/],
    [
      { devices: [{ like: "V100", memory: "16" }], ports: speed },
      /^devices\[0\]\.memory is "16", expected a number with a unit, such as 16GiB\.$/,
    ],
    [{ devices: [{ like: "V100", name: "a", count: 2 }], ports: speed }, /has both name and count/],
    [{ devices: [{ like: "V100", count: 1e6 }], ports: speed }, /^devices\[0\]\.count: /],
    [
      { devices, ports: { bandwidth: "12gb/s", latency: "5us" } },
      /^ports\.bandwidth is "12gb\/s", .*Did you mean "12GB\/s"\?$/,
    ],
    [{ devices, ports: { bandwidth: "12GB/s" } }, /^ports\.latency is missing/],
    [
      { devices, cables: [{ ends: ["gpu:0", "gpu:7"], ...speed }] },
      /a cable names "gpu:7", expected one of gpu:0, gpu:1\.$/,
    ],
    [{ devices, cables: [{ ends: ["gpu:0", "gpu:0"], ...speed }] }, /^cables\[0\] joins nothing/],
    [
      { devices: [...devices, { like: "Xeon" }], cables: [{ ends: ["gpu:0", "gpu:1"], ...speed }] },
      /no cables lead from "gpu:0" to "cpu:0"/,
    ],
    [
      {
        devices: [
          { like: "V100", name: "a" },
          { like: "V100", name: "a" },
        ],
        ports: speed,
      },
      /the name is used twice/,
    ],
    [{ name: "x", devices: [], links: [], routes: [] }, /has no devices/],
    [{ name: "x", devices: [], links: [] }, /^routes is missing/],
  ])("%j is refused in one sentence", (json, sentence) => {
    expect(() => clusterOfJson(json, "mine")).toThrow(sentence);
  });

  test("is told from graphs and scenarios by its fields", () => {
    expect(looksLikeCluster(twoSwitches)).toBe(true);
    expect(looksLikeCluster({ devices: [], ports: speed })).toBe(true);
    expect(looksLikeCluster({ name: "x", devices: [], links: [], routes: [] })).toBe(true);
    expect(looksLikeCluster(writeScenario(testScenario({ graph: "a 1" })))).toBe(false);
    expect(looksLikeCluster({ devices: [], nodes: [], links: [] })).toBe(false);
    expect(looksLikeCluster(null)).toBe(false);
  });
});
