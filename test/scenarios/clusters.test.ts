/** Clusters: the host last, routes that lead from end to end, and single-device speeds near published benchmarks. */
import { describe, expect, it } from "vitest";
import { runTimesUs } from "../../env/index.ts";
import { buildWorkload, clusterCatalog, workloadCatalog } from "../../scenarios/index.ts";

describe("named clusters", () => {
  it.each(clusterCatalog)("$name has its GPUs first and one host CPU last", ({ name, build }) => {
    const { devices } = build();
    expect(devices.length).toBe(Number(name.split("x")[0]) + 1);
    expect(devices.slice(0, -1).every(({ kind }) => name.includes(kind))).toBe(true);
    expect(devices.at(-1)?.kind).toBe("CPU");
  });

  it.each(clusterCatalog)("$name routes start and end at the devices that they join", ({ build }) => {
    const { devices, links, routes } = build();
    routes.forEach((row, from) => {
      row.forEach((route, to) => {
        if (from === to) return;
        expect(links[route[0]].name.startsWith(devices[from].name)).toBe(true);
        const last = links[route.at(-1)!].name;
        expect(last.endsWith(devices[to].name) || last.endsWith(" out")).toBe(true);
        route.slice(1).forEach((link, hop) => {
          const [, reached] = links[route[hop]].name.split(" -> ");
          expect(links[link].name.split(" -> ")[0]).toBe(reached);
        });
      });
    });
  });

  it("V100s have six NVLink cables each and are at most two hops apart", () => {
    const { devices, links, routes } = clusterCatalog.find(({ name }) => name === "8xV100-nvlink")!.build();
    for (let gpu = 0; gpu < 8; gpu++) {
      const out = links.filter(
        ({ name }) => name.startsWith(`${devices[gpu].name} ->`) && !name.endsWith("cpu:0"),
      );
      expect(out.reduce((sum, { bytesPerUs }) => sum + bytesPerUs, 0)).toBe(6 * 25_000);
      for (let other = 0; other < 8; other++) expect(routes[gpu][other].length).toBeLessThanOrEqual(2);
    }
  });

  // tensorflow.org/performance/benchmarks (May 2017): one GPU, batch 32, synthetic data, images per second.
  it.each([
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
