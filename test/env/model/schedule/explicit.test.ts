/** An order that the plan gives: read, repeated for each iteration, refused where it is wrong. */
import { expect, test } from "vitest";
import type { PipelineShape } from "../../../../env/model/schedule/contract.ts";
import { makeSchedule } from "../../../../env/model/schedule/index.ts";
import { runInSlots, straightShape, uniformTimes } from "./slots.ts";

const order = [
  [
    [0, 0, "forward"],
    [0, 1, "forward"],
    [0, 0, "backward"],
    [0, 1, "backward"],
  ],
  [
    [1, 0, "forward"],
    [1, 0, "backward"],
    [1, 1, 0],
    [1, 1, 1],
  ],
];

test("is the order that is given, once for each iteration", () => {
  const shape = straightShape(2, 2, 3);
  const schedule = makeSchedule({ name: "explicit", order }, shape);
  expect(schedule.order).toEqual(makeSchedule({ name: "1f1b" }, shape).order);
  expect(runInSlots(shape, schedule, uniformTimes(2, 1, 1)).makespan).toBeGreaterThan(0);
});

test("tells the replica of a dealt stage by the device that runs it", () => {
  const shape: PipelineShape = {
    deviceCount: 2,
    stages: [{ devices: [0, 1], share: "dealt" }],
    microBatches: 3,
    iterations: 2,
  };
  const own = (m: number) => [
    [0, m, "forward"],
    [0, m, "backward"],
  ];
  const schedule = makeSchedule({ name: "explicit", order: [own(1), [...own(2), ...own(0)]] }, shape);
  expect([0, 1, 2, 3, 4].map((m) => schedule.replicaOf(0, m))).toEqual([1, 0, 1, 1, 0]);
});

test.each([
  [{}, 'Schedule "explicit" needs an "order": a list of items for each device.'],
  [{ order: [[[0, 0]], []] }, "Item 0 of device 0 in the order of schedule"],
  [{ order: [[[0, 0, "sideways"]], []] }, "expected whole numbers and one of forward, backward, weights."],
  [{ order: order.slice(0, 1) }, 'Schedule "explicit": The order is for 1 devices, not for 2.'],
  [
    { order: [order[0], order[1].slice(1)] },
    "Device 1 runs the forward of stage 1, micro-batch 0 not at all.",
  ],
  [{ order: [order[0].toReversed(), order[1]] }, "waits for ever"],
])("refuses a wrong order", (options, message) => {
  expect(() => makeSchedule({ name: "explicit", ...options }, straightShape(2, 2))).toThrow(message);
});
