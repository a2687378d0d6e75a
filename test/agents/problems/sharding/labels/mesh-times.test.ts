import { describe, expect, test } from "vitest";
import { stepTimes } from "../../../../../agents/problems/sharding/labels/mesh-times.ts";
import { meshOf } from "../../../../../agents/problems/sharding/mesh/meshes.ts";
import type { Layout } from "../../../../../env/model/layout/layout.ts";
import type { ReshardStep } from "../../../../../env/model/layout/steps.ts";
import { machines } from "../../../../env/sim/lower/machines.ts";

const whole: Layout = { axes: [[], []], partial: [] };
const rows: Layout = { axes: [[1], []], partial: [] };
const columns: Layout = { axes: [[], [1]], partial: [] };
const sums: Layout = { axes: [[], []], partial: [1] };
const cluster = machines([4, 4], { insideBytesPerUs: 10, betweenBytesPerUs: 1, latencyUs: 2 });
const devices = [...cluster.devices.keys()];
const times = stepTimes(cluster, meshOf(devices, [2, 4]));
const us = (step: Pick<ReshardStep, "kind" | "from" | "to">, group = [1]) =>
  times({ group, ...step }, [8, 8], 4);

describe("inside machines of 4, on links of 10 bytes a us and 2 us", () => {
  test.each([
    [
      "an all-reduce takes 6 messages of a quarter",
      { kind: "all-reduce", from: sums, to: whole },
      6 * (2 + 6.4),
    ],
    ["a reduce-scatter takes 3", { kind: "reduce-scatter", from: sums, to: rows }, 3 * (2 + 6.4)],
    ["an all-gather takes 3", { kind: "all-gather", from: rows, to: whole }, 3 * (2 + 6.4)],
    ["an all-to-all takes 3 of a sixteenth", { kind: "all-to-all", from: rows, to: columns }, 3 * (2 + 1.6)],
    ["a slice takes nothing", { kind: "slice", from: whole, to: rows }, 0],
  ] as const)("%s", (_, step, expected) => {
    expect(us(step)).toBeCloseTo(expected, 9);
  });
});

test("between machines the slow links count", () => {
  const from: Layout = { axes: [[], []], partial: [0] };
  expect(us({ kind: "all-reduce", from, to: whole }, [0])).toBeCloseTo(2 * (2 + 128), 9);
});

test("groups that send over one link at once share it", () => {
  const bus = { ...cluster, links: [{ name: "bus", bytesPerUs: 10, latencyUs: 2 }] };
  const routes = devices.map((a) => devices.map((b) => (a === b ? [] : [0])));
  const shared = stepTimes({ ...bus, routes }, meshOf(devices, [2, 4]));
  const step: ReshardStep = { kind: "all-gather", group: [1], from: rows, to: whole };
  expect(shared(step, [8, 8], 4)).toBeCloseTo(3 * (2 + 8 * 6.4), 9);
});
