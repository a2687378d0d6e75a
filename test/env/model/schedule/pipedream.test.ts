/** PipeDream's order, its weight versions, its replicas that are dealt micro-batches in turn. */
import { expect, test } from "vitest";
import type { PipelineShape } from "../../../../env/model/schedule/contract.ts";
import { makeSchedule } from "../../../../env/model/schedule/index.ts";
import { straightShape } from "./slots.ts";
import { versionUse } from "./versions.ts";

const text = (schedule: ReturnType<typeof makeSchedule>, device: number) =>
  schedule.order[device].map(({ microBatch, phase }) => `${"FBW"[phase]}${microBatch}`).join(" ");

test.each([1, 2, 4, 7])(
  "stage s of %d holds S - s versions and its gradients are S - 1 - s updates old",
  (S) => {
    const shape = straightShape(S, 12, 2);
    const schedule = makeSchedule({ name: "pipedream" }, shape);
    const { mostHeld, staleness } = versionUse(shape, schedule);
    const expected = Array.from({ length: S }, (_, s) => S - s);
    expect([...schedule.weightVersions]).toEqual(expected);
    expect(mostHeld).toEqual(expected);
    // The first micro-batches use the first version, which is not yet that old.
    staleness.forEach((own, s) => {
      expect(own).toEqual(own.map((_, m) => Math.min(m, S - 1 - s)));
    });
    expect(schedule.update).toBe("micro-batch");
  },
);

test("each replica of the input stage has NOAM = ceil(workers / replicas) micro-batches in flight", () => {
  const shape: PipelineShape = {
    deviceCount: 4,
    stages: [
      { devices: [0, 1, 2], share: "dealt" },
      { devices: [3], share: "dealt" },
    ],
    microBatches: 7,
    iterations: 1,
  };
  const schedule = makeSchedule({ name: "pipedream" }, shape);
  expect(text(schedule, 0)).toBe("F0 F3 B0 F6 B3 B6");
  expect(text(schedule, 1)).toBe("F1 F4 B1 B4");
  expect(text(schedule, 3)).toBe("F0 B0 F1 B1 F2 B2 F3 B3 F4 B4 F5 B5 F6 B6");
  expect([...schedule.weightVersions]).toEqual([2, 1]);
  expect([0, 1, 2, 3].map((m) => schedule.replicaOf(0, m))).toEqual([0, 1, 2, 0]);
});

test("no more are in flight than inFlight allows, and no more versions are held", () => {
  const shape = straightShape(4, 12, 2);
  const limitsOf = (inFlight: number) => [
    ...makeSchedule({ name: "pipedream", inFlight }, shape).weightVersions,
  ];
  expect([1, 2, 4, 9].map(limitsOf)).toEqual([
    [1, 1, 1, 1],
    [2, 2, 2, 1],
    [4, 3, 2, 1],
    [4, 3, 2, 1],
  ]);
  const { mostHeld } = versionUse(shape, makeSchedule({ name: "pipedream", inFlight: 2 }, shape));
  expect(mostHeld).toEqual([2, 2, 2, 1]);
  expect(() => makeSchedule({ name: "pipedream", inFlight: 0 }, shape)).toThrow(/inFlight/);
});
