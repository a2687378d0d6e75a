/**
 * The lowering of pipelines against its specification, op by op, on random small pipelines of every
 * schedule. They have dealt and split replicas, recomputation, swaps, host inputs, skips, tied
 * weights and all collectives.
 */
import { describe, expect, test } from "vitest";
import { drawnSchedules } from "../lower/drawn-pipelines.ts";
import { compareTwins } from "./pipeline-twins.ts";

describe("a pipeline of tasks and of ops", () => {
  test("takes the same time where stages share no link, and never more memory op by op", () => {
    const { compared, apart, schedules, wrong, over } = compareTwins(0, 40, { networks: ["pairs"] });
    expect(schedules.size).toBe(drawnSchedules.length);
    expect(compared).toBeGreaterThan(35);
    expect(apart).toBeGreaterThan(8);
    expect([wrong, over]).toEqual([[], []]);
  });

  test("takes the same time on shared links that do not queue", () => {
    const { different, over } = compareTwins(60, 70, {
      networks: ["egress", "hub"],
      fidelity: () => ({ contention: "none" }),
    });
    expect([different, over]).toEqual([0, []]);
  });

  test("differs a little where transfers meet on a link: they queue in another order", () => {
    const { compared, worst, different } = compareTwins(75, 95, { networks: ["egress", "hub"] });
    console.log(`${different} of ${compared} differ, by at most ${(100 * worst).toFixed(1)}%`);
    expect(worst).toBeLessThan(0.15);
    expect(different).toBeLessThan(0.5 * compared);
  });

  test.each([
    ["cut-through routing", { routing: "cut-through" }],
    ["shared speed", { contention: "fair", routing: "cut-through" }],
    ["a transfer for each consumer", { multicast: "per-consumer" }],
    ["gaps", { transferGapUs: 1, startUs: 2, makespan: "last-event" }],
    ["control edges that move data", { controlEdges: "output-0" }],
  ] as const)("agrees under %s", (_, switches) => {
    const { different, over } = compareTwins(1024, 1032, { networks: ["pairs"], fidelity: () => switches });
    expect([different, over]).toEqual([0, []]);
  });
});
