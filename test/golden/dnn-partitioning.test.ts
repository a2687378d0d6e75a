/**
 * The published reference results on the throughput workloads of dnn-partitioning: loads of given
 * splits, ideals, optima.
 */
import { describe, expect, test } from "vitest";
import { evaluator, placement } from "../../env/index.ts";
import { deviceLoads } from "../../env/sim/objectives/device-loads.ts";
import { drawnFrom } from "../law-runs.ts";
import {
  expertUs,
  idealsOf,
  idsOf,
  oneDeviceUs,
  optimumMs,
  scenarioOf,
  solvedByIdeals,
  US_PER_MS,
  throughputRows as workloads,
} from "./dnn-throughput.ts";

const solved = drawnFrom(workloads, "ideals of workloads");

describe.skipIf(workloads.length === 0)("dnn-partitioning, throughput", () => {
  test("has 16 workloads", () => {
    expect(workloads).toHaveLength(16);
  });

  test.each(workloads.map(({ workload, oneDevice }) => [workload, oneDevice]))(
    "one accelerator on %s takes %d ms",
    (workload, oneDevice) => {
      expectRelative(oneDeviceUs(workload), oneDevice * US_PER_MS, 1e-9);
    },
  );

  test.each(
    workloads.filter(({ expert }) => expert !== null).map(({ workload, expert }) => [workload, expert!]),
  )("the expert's split of %s", (workload, { maxLoad, split }) => {
    expectRelative(expertUs(workload, split), maxLoad * US_PER_MS, 1e-9);
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

  test.each(solved.map((row) => [row.workload, row]))(
    "%s has as many elements and ideals as in the reference program",
    (workload, { forwardNodesAfterMerging, ideals }) => {
      expect(idealsOf(workload)).toEqual({ elements: forwardNodesAfterMerging, ideals });
    },
  );

  test.each(solved.map((row) => [row.workload, row]))(
    "the ideals program proves the optimal contiguous split of %s",
    async (workload, row) => {
      const { best, report } = await solvedByIdeals(workload);
      const tolerance = row.optimalContiguousDp === null ? 1e-8 : 1e-9;
      expectRelative(best!.outcome.value!, optimumMs(row) * US_PER_MS, tolerance);
      expect(report.optimalAmong).toMatch(/^contiguous splits/);
      expect(report.bound).toBeUndefined();
    },
  );
});

function expectRelative(value: number, expected: number, tolerance: number): void {
  expect(Math.abs(value - expected) / expected, `${value} against ${expected}`).toBeLessThan(tolerance);
}
