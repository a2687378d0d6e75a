/**
 * The published reference results on the latency workloads of dnn-partitioning: latency and max
 * load of given splits.
 */
import { describe, expect, test } from "vitest";
import { evaluator, placement } from "../../env/index.ts";
import {
  devicesOf,
  expertSplitOf,
  type Ids,
  scenarioOf,
  score,
  throughputSplitOf,
  latencyRows as workloads,
} from "./dnn-latency.ts";

const US_PER_MS = 1000;
/** The reference prints three decimals of a millisecond. */
const THREE_DECIMALS_US = 0.5 + 1e-6;

describe.skipIf(workloads.length === 0)("dnn-partitioning, latency", () => {
  test("has 8 workloads", () => {
    expect(workloads).toHaveLength(8);
  });

  test.each(workloads.map((row) => [row.workload, row]))("the greedy split of %s", (workload, { greedy }) => {
    const { feasible, value } = score(workload, greedy.accelerators);
    expect(feasible).toBe(true);
    expect(Math.abs(value! / (greedy.totalLatency * US_PER_MS) - 1)).toBeLessThan(1e-9);
  });

  test.each(
    workloads.filter(({ maxLoadDpSplit }) => maxLoadDpSplit !== null).map((row) => [row.workload, row]),
  )("the split of %s that is best for max load", (workload, { maxLoadDpSplit }) => {
    const { accelerators, cpus, latency3, exceedsMemory, maxLoad } = maxLoadDpSplit!;
    expect(exceedsMemory).toBe(false);
    expect(score(workload, accelerators).value! - latency3 * US_PER_MS).toSatisfy(isRounding);
    const load = score(workload, accelerators, { objective: "max-load", cpus });
    expect(Math.abs(load.value! / (maxLoad * US_PER_MS) - 1)).toBeLessThan(1e-9);
  });

  test.each(workloads.filter(({ expertSplit }) => expertSplit !== null).map((row) => [row.workload, row]))(
    "the expert's split of %s, and whether it fits",
    (workload, { expertSplit }) => {
      compare(workload, expertSplitOf(workload), expertSplit!);
    },
  );

  test.each(workloads.filter(({ throughputDpSplit }) => throughputDpSplit).map((row) => [row.workload, row]))(
    "the throughput split of %s, and whether it fits",
    (workload, { throughputDpSplit }) => {
      compare(workload, throughputSplitOf(workload), throughputDpSplit!);
    },
  );

  test("never beats the bound", () => {
    for (const { workload, greedy, maxLoadDpSplit } of workloads) {
      const score = evaluator(scenarioOf(workload, "latency"));
      for (const splits of [greedy.accelerators, maxLoadDpSplit?.accelerators ?? []]) {
        const device = devicesOf(workload, score.scenario, splits, []);
        for (const { value, argument } of score.bounds())
          expect(score.evaluate(placement(device)).cost, argument).toBeGreaterThanOrEqual(value);
      }
    }
  });
});

/** A split over its memory has no value; its latency is what it would take with more memory. */
function compare(
  workload: string,
  splits: Ids,
  { latency3, exceedsMemory }: { latency3: number; exceedsMemory: boolean },
): void {
  expect(score(workload, splits).feasible).toBe(!exceedsMemory);
  const { value } = score(workload, splits, { memoryBytes: Number.POSITIVE_INFINITY });
  expect(value! - latency3 * US_PER_MS).toSatisfy(isRounding);
}

const isRounding = (us: number): boolean => Math.abs(us) <= THREE_DECIMALS_US;
