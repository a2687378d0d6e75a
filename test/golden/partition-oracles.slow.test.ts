/**
 * The partitioner at the planners' effort against gpart and gpmetis, each the best of several runs,
 * and on graphs of 100,000 vertices.
 */
import { describe, expect, test } from "vitest";
import type { WeightedGraph } from "../../agents/search/partition/weighted-graph.ts";
import { compareWith, partitioned } from "../agents/search/partition/against.ts";
import { grid, layered, workloads } from "../agents/search/partition/graphs.ts";
import { gpart, gpmetis, metisRun, type OracleRun, scotchRuns } from "../agents/search/partition/oracles.ts";
import { countYardsticks } from "../yardstick.ts";

type Oracle = (graph: WeightedGraph, partCount: number) => OracleRun[];

const [scotch, metis] = [gpart(), gpmetis()];
const oracles: (readonly [string, Oracle | null])[] = [
  [
    "gpart",
    scotch === null
      ? null
      : (graph, partCount) => scotchRuns(scotch, graph, { partCount, imbalance: 0.05, orders: 5 }),
  ],
  [
    "gpmetis",
    metis === null
      ? null
      : (graph, partCount) => [metisRun(metis, graph, { partCount, imbalance: 0.05, cuts: 20 })],
  ],
];
const compared = workloads();

describe.each(oracles)("cuts beside those of %s", (name, oracle) => {
  test.skipIf(oracle === null || compared.length === 0)(
    "5% above in the mean of 16, and beside gpart's 10% in each",
    () => {
      const ratios = compared.map(({ graph, share }) => {
        const { ours, ratio } = compareWith(oracle!(graph, share.length), graph, share.length, "0");
        expect(ours.overload).toBe(0);
        return ratio;
      });
      expect(ratios).toHaveLength(16);
      // The best of METIS' 20 cuts is a fourth below ours on one of the 16, for some seeds.
      if (name === "gpart") expect(Math.max(...ratios)).toBeLessThanOrEqual(1.1);
      expect(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length).toBeLessThanOrEqual(1.05);
    },
  );
});

describe("100,000 vertices in 8 parts", () => {
  test.each([
    ["layered", layered(100_000, 200)],
    ["grid", grid(400, 250)],
  ])("%s: balanced, in less than 1,000 yardsticks", (_, graph) => {
    const limit = new Float64Array(8).fill(
      Math.floor((graph.vertexWeight.reduce((a, b) => a + b, 0) / 8) * 1.05),
    );
    const spent = countYardsticks();
    const { overload } = partitioned(graph, limit, "0", { tries: 3, cycles: 6 });
    expect(overload).toBe(0);
    expect(spent()).toBeLessThan(1_000);
  });
});
