/**
 * Unrolled networks of tens of thousands of ops build fast, simulate, and do the same work as with
 * fused cells.
 */
import { describe, expect, test } from "vitest";
import { evaluator, placement } from "../../../env/index.ts";
import { buildWorkload, resolveScenario, workloadCatalog } from "../../../scenarios/index.ts";
import { countYardsticks } from "../../yardstick.ts";

const LARGE = "gnmt-8/4xP100?steps=100&fused=0&batch=16";
const MOST_YARDSTICKS = 500;

describe("GNMT-8, unrolled with an op for each kernel of a cell", () => {
  test("has more than 50,000 ops, is built and grouped fast, and simulates", async () => {
    const spent = countYardsticks();
    const scenario = await resolveScenario(LARGE);
    const yardsticks = spent();
    expect(scenario.graph.opCount).toBeGreaterThan(50_000);
    expect(scenario.grouping.groupCount).toBe(96);
    expect(yardsticks).toBeLessThan(MOST_YARDSTICKS);

    const { graph, grouping, cluster } = scenario;
    const host = cluster.devices.findIndex(({ kind }) => kind === "CPU");
    const spread = Int32Array.from(grouping.groupOf, (group, v) =>
      graph.supportedKinds[v] === null ? group % host : host,
    );
    const outcome = evaluator(scenario).evaluate(placement(spread));
    expect(outcome.feasible).toBe(true);
    expect(outcome.value).toBeGreaterThan(0);
  });

  test("does the same work with the same weights as with fused cells", () => {
    for (const name of ["gnmt-4", "rnnlm"]) {
      const workload = workloadCatalog.find((entry) => entry.name === name)!;
      const defaults = Object.entries(workload.options).map(([key, option]) => [key, option.default]);
      const [unfused, fused] = [0, 1].map((value) => {
        const values = { ...Object.fromEntries(defaults), steps: 3, fused: value };
        const { ops } = workload.forward(values);
        return {
          flops: ops.reduce((sum, op) => sum + op.flops, 0),
          weights: ops.reduce((sum, op) => sum + op.parameterBytes, 0),
          ops: buildWorkload(workload, values).opCount,
        };
      });
      expect(unfused.flops).toBe(fused.flops);
      expect(unfused.weights).toBe(fused.weights);
      expect(unfused.ops).toBeGreaterThan(2 * fused.ops);
    }
  });
});
