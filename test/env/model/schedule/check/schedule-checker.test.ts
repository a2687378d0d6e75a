/** Every kind of fault that the checker of schedules tells, one broken order each. */
import { describe, expect, test } from "vitest";
import { checkSchedule } from "../../../../../env/model/schedule/check/schedule-checker.ts";
import type { PipelineSchedule, ScheduleItem } from "../../../../../env/model/schedule/contract.ts";
import { makeSchedule } from "../../../../../env/model/schedule/index.ts";
import { straightShape } from "../slots.ts";

const shape = straightShape(2, 2);
const right = makeSchedule({ name: "1f1b" }, shape);
const withOrder = (change: (order: ScheduleItem[][]) => void): PipelineSchedule => {
  const order = right.order.map((own) => [...own]);
  change(order);
  return { ...right, order };
};
const faultsOf = (change: (order: ScheduleItem[][]) => void) =>
  checkSchedule(shape, withOrder(change), { flush: true });

test("a right schedule has no fault", () => {
  expect(faultsOf(() => {})).toEqual([]);
});

test.each([
  [
    "an item left out",
    (o: ScheduleItem[][]) => o[1].pop(),
    "Device 1 runs the backward of stage 1, micro-batch 1 not at all.",
  ],
  [
    "an item twice",
    (o: ScheduleItem[][]) => o[1].push(o[1][0]),
    "Device 1 runs the forward of stage 1, micro-batch 0 2 times.",
  ],
  [
    "a stage elsewhere",
    (o: ScheduleItem[][]) => o[1].push(o[0][0]),
    "Device 1 runs the forward of stage 0, micro-batch 0, but that stage is not on it.",
  ],
  [
    "no such stage",
    (o: ScheduleItem[][]) => o[1].push({ stage: 2, microBatch: 0, phase: 0 }),
    "Device 1 runs the forward of stage 2, micro-batch 0, but there is no such stage.",
  ],
  [
    "no such micro-batch",
    (o: ScheduleItem[][]) => o[1].push({ stage: 1, microBatch: 1, phase: 0, span: 2 }),
    "Device 1 runs the forward of stage 1, micro-batches 1 to 2, but there is no such micro-batch.",
  ],
  [
    "weights of one micro-batch alone",
    (o: ScheduleItem[][]) => o[1].push({ stage: 1, microBatch: 1, phase: 2 }),
    "Device 1 runs the weights of stage 1, micro-batch 0 not at all.",
  ],
  [
    "devices that wait for ever",
    (o: ScheduleItem[][]) => o[0].reverse(),
    "Device 0 waits for ever: its backward of stage 0, micro-batch 1 needs the forward of stage 0, micro-batch 1.",
  ],
] as const)("%s", (_, change, fault) => {
  expect(faultsOf(change)).toContain(fault);
});

test("two devices that wait for each other", () => {
  const change = (order: ScheduleItem[][]) => {
    order[0] = [order[0][0], order[0][2], order[0][1], order[0][3]];
    order[1] = [order[1][0], order[1][2], order[1][1], order[1][3]];
  };
  expect(faultsOf(change)).toEqual([
    "Device 0 waits for ever: its backward of stage 0, micro-batch 0 needs the backward of stage 1, micro-batch 0.",
    "Device 1 waits for ever: its forward of stage 1, micro-batch 1 needs the forward of stage 0, micro-batch 1.",
  ]);
});

describe("over two iterations", () => {
  const twice = straightShape(2, 2, 2);
  test("an order without a flush has too early an iteration", () => {
    const schedule = makeSchedule({ name: "pipedream" }, twice);
    expect(checkSchedule(twice, schedule, { flush: false })).toEqual([]);
    expect(checkSchedule(twice, schedule, { flush: true })).toEqual([
      "Device 0 runs the backward of stage 0, micro-batch 1 of iteration 0 after iteration 1 has begun.",
    ]);
  });

  test("too few weight versions are told, after every micro-batch and after every iteration", () => {
    for (const name of ["pipedream", "2bw"]) {
      const schedule = makeSchedule({ name }, twice);
      const few = { ...schedule, weightVersions: new Int32Array(2).fill(1) };
      expect(checkSchedule(twice, schedule, { flush: false })).toEqual([]);
      expect(checkSchedule(twice, few, { flush: false })).toContain(
        "Device 0 runs the forward of stage 0, micro-batch 2 with too few weight versions.",
      );
    }
  });
});

test("a dealt stage with a micro-batch on another replica", () => {
  const dealt = {
    ...shape,
    deviceCount: 3,
    stages: [{ devices: [0, 2], share: "dealt" as const }, shape.stages[1]],
  };
  const schedule = makeSchedule({ name: "1f1b" }, dealt);
  expect(checkSchedule(dealt, schedule, { flush: true })).toEqual([]);
  const other = { ...schedule, replicaOf: () => 0 };
  expect(checkSchedule(dealt, other, { flush: true })).toContain(
    "Device 2 runs the forward of stage 0, micro-batch 1, but another replica was dealt it.",
  );
});
