/**
 * Our cuts against those of gpart (Scotch) on the throughput workloads of dnn-partitioning, at the
 * balance that gpart reached.
 */
import { describe, expect, test } from "vitest";
import { compareWith } from "../agents/search/partition/against.ts";
import { workloads } from "../agents/search/partition/graphs.ts";
import { gpart, scotchRuns } from "../agents/search/partition/oracles.ts";

const scotch = gpart();
const compared = scotch === null ? [] : workloads();
const SOME_EFFORT = { tries: 8, cycles: 16 };

describe.skipIf(compared.length === 0)("cuts beside gpart's", () => {
  const ratios: number[] = [];

  test.each(compared.map((workload) => [workload.name, workload] as const))(
    "%s: at most a tenth above, no part heavier",
    (_, { graph, share }) => {
      const partCount = share.length;
      const runs = scotchRuns(scotch!, graph, { partCount, imbalance: 0.05, orders: 1 });
      const { ours, ratio } = compareWith(runs, graph, partCount, "0", SOME_EFFORT);
      expect(ours.overload).toBe(0);
      expect(ratio).toBeLessThanOrEqual(1.1);
      ratios.push(ratio);
    },
  );

  test("the mean of 16 is at most a twentieth above", () => {
    expect(ratios).toHaveLength(16);
    expect(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length).toBeLessThanOrEqual(1.05);
  });
});
