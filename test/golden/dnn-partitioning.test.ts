/**
 * The published reference results on the throughput workloads of dnn-partitioning: loads of given
 * splits, ideals, optima.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { countIdeals } from "../../agents/exact/ideals/all-ideals.ts";
import { idealsDp } from "../../agents/planners/placement/exact/ideals-dp.ts";
import { evaluator, placement, type Scenario } from "../../env/index.ts";
import { contract } from "../../env/model/layers/elements.ts";
import { deviceLoads } from "../../env/sim/objectives/device-loads.ts";
import { importFile } from "../../scenarios/index.ts";
import { runPlanner } from "../agents/planners/run-planner.ts";
import { sharedPath } from "../shared-folder.ts";

interface Part {
  readonly load: number;
  readonly nodes: readonly number[];
}

interface Golden {
  readonly workload: string;
  readonly forwardNodesAfterMerging: number;
  readonly ideals: number;
  readonly optimalContiguousDp: {
    readonly maxLoad: number;
    readonly accelerators: readonly Part[];
    readonly cpus: readonly Part[];
  } | null;
  readonly oneDevice: number;
  readonly expert: { readonly maxLoad: number; readonly split: string } | null;
}

const data = sharedPath("data", "dnn-partitioning");
const golden = sharedPath("golden", "dnn-partitioning.json");
const absent = data === null || golden === null;
const workloads: Golden[] = absent ? [] : JSON.parse(readFileSync(golden, "utf8")).throughput;
const text = (...parts: string[]) => readFileSync(join(data!, ...parts), "utf8");
const scenarioOf = (workload: string) =>
  importFile(text("throughput-inputs", `${workload}.json`), workload).scenario;
const US_PER_MS = 1000;

/**
 * The independent exact search of the sheet. The reference program was not run to its end on this
 * file.
 */
const SEARCHED_MS = new Map([["LayerGraphs/inceptionv3_training", 122.761616]]);

describe.skipIf(absent)("dnn-partitioning, throughput", () => {
  test("has 16 workloads", () => {
    expect(workloads).toHaveLength(16);
  });

  test.each(workloads.map(({ workload, oneDevice }) => [workload, oneDevice]))(
    "one accelerator on %s takes %d ms",
    (workload, oneDevice) => {
      const scenario = scenarioOf(workload);
      // The column ignores memory.
      const devices = scenario.cluster.devices.map((device) => ({ ...device, memoryBytes: Infinity }));
      const unlimited: Scenario = { ...scenario, cluster: { ...scenario.cluster, devices } };
      const { value } = evaluator(unlimited).evaluate(placement(new Int32Array(scenario.graph.opCount)));
      expectRelative(value!, oneDevice * US_PER_MS, 1e-9);
    },
  );

  test.each(
    workloads.filter(({ expert }) => expert !== null).map(({ workload, expert }) => [workload, expert!]),
  )("the expert's split of %s", (workload, { maxLoad, split }) => {
    const scenario = scenarioOf(workload);
    const plan = placement(expertDevices(scenario, workload, split));
    expectRelative(evaluator(scenario).evaluate(plan).value!, maxLoad * US_PER_MS, 1e-9);
  });

  test.each(
    workloads
      .filter(({ optimalContiguousDp }) => optimalContiguousDp !== null)
      .map(({ workload, optimalContiguousDp }) => [workload, optimalContiguousDp!]),
  )("the reference's optimal split of %s, device by device", (workload, { maxLoad, accelerators, cpus }) => {
    const scenario = scenarioOf(workload);
    const parts = [...accelerators, ...cpus];
    const deviceOf = new Map(parts.flatMap(({ nodes }, d) => nodes.map((id) => [id, d] as const)));
    const plan = placement(idsOf(workload).map((id) => deviceOf.get(id)!));
    expectRelative(evaluator(scenario).evaluate(plan).value!, maxLoad * US_PER_MS, 1e-9);
    const { computeUs, transferUs } = deviceLoads(scenario, plan);
    parts.forEach(({ load }, d) => {
      expect(computeUs[d] + transferUs[d]).toBeCloseTo(load * US_PER_MS, 4);
    });
  });

  test.each(workloads.map((row) => [row.workload, row]))(
    "%s has as many elements and ideals as in the reference program",
    (workload, { forwardNodesAfterMerging, ideals }) => {
      const elements = contract(scenarioOf(workload));
      expect(elements.count).toBe(forwardNodesAfterMerging);
      expect(countIdeals(elements, 100_000)).toBe(ideals);
    },
  );

  test.each(workloads.map((row) => [row.workload, row]))(
    "the ideals program proves the optimal contiguous split of %s",
    async (workload, { optimalContiguousDp }) => {
      const { best, report } = await runPlanner(idealsDp, scenarioOf(workload));
      const optimumMs = optimalContiguousDp?.maxLoad ?? SEARCHED_MS.get(workload)!;
      expectRelative(best!.outcome.value!, optimumMs * US_PER_MS, optimalContiguousDp === null ? 1e-8 : 1e-9);
      expect(report.optimalAmong).toMatch(/^contiguous splits/);
      expect(report.bound).toBeUndefined();
    },
  );
});

function expectRelative(value: number, expected: number, tolerance: number): void {
  expect(Math.abs(value - expected) / expected, `${value} against ${expected}`).toBeLessThan(tolerance);
}

const idsOf = (workload: string): number[] =>
  JSON.parse(text("throughput-inputs", `${workload}.json`)).nodes.map(({ id }: { id: number }) => id);

/** Nodes that the split leaves out go with their class. */
function expertDevices(scenario: Scenario, workload: string, split: string): Int32Array {
  const ids = idsOf(workload);
  const { fpgas } = JSON.parse(text("human-experts", split)) as { fpgas: { nodes: number[] }[] };
  const given = new Map(fpgas.flatMap(({ nodes }, d) => nodes.map((id) => [id, d] as const)));
  const { colocation } = scenario.graph;
  const deviceOfClass = new Map(
    ids.flatMap((id, v) => (given.has(id) ? [[colocation[v], given.get(id)!]] : [])),
  );
  return Int32Array.from(ids, (id, v) => given.get(id) ?? deviceOfClass.get(colocation[v])!);
}
