/** What tasks of a lowered plan hold: rows against the rules, written out by hand. */
import { describe, expect, test } from "vitest";
import { testScenario } from "../../../../env/index.ts";
import type { RunTimes } from "../../../../env/sim/engine/engine.ts";
import { taskBuilder } from "../../../../env/sim/lower/tasks/task-builder.ts";
import { createTensorColumns } from "../../../../env/sim/memory/tensor-columns.ts";

/**
 * Task 0 on device 0 makes tensors for tasks 1 (device 0), 2 and 3 (device 1). The first is for 1
 * alone, the second for 1 and 2, the third for 2 and 3.
 */
function example(multicast: "per-device" | "per-consumer" = "per-device") {
  const { cluster, ...rest } = testScenario({ graph: "a 1", devices: 2, memoryBytes: 30 });
  const scenario = { ...rest, cluster, fidelity: { ...rest.fidelity, multicast } };
  const builder = taskBuilder();
  for (const device of [0, 0, 1, 1]) builder.task(device, -1, 1);
  const tensors = [0, 1, 2].map((amount) => builder.tensor(0, amount, 1));
  builder.uses(1, tensors[0]);
  for (const task of [1, 2]) builder.uses(task, tensors[1]);
  for (const task of [2, 3]) builder.uses(task, tensors[2]);
  builder.message(0, 0, 1);
  builder.buffer(0, 3, 1, [tensors[0]]);
  builder.buffer(0, 4, 1, [tensors[1], tensors[2]]);
  const { compiled, device, buffers, references } = builder.build(scenario, cluster);
  const columns = createTensorColumns(compiled, device, buffers, references.isMessage);
  compiled.slotBytes.set([4, 5, 6, 9]);
  compiled.workspaceBytes.set([2, 0, 0, 1]);
  columns.setBytes(Float64Array.of(10, 20));
  const times: RunTimes = {
    startUs: Float64Array.of(0, 10, 20, 30),
    endUs: Float64Array.of(10, 15, 25, 40),
    // By dependency: 1 of the first, 1 and 2 of the second, 2 and 3 of the third.
    leftUs: Float64Array.of(0, 0, 18, 19, 22),
    lastHopUs: Float64Array.of(0, 0, 12, 13, 14),
  };
  const count = columns.fill(times, device);
  const rows = Array.from({ length: count }, (_, i) => ({
    device: columns.deviceOf[i],
    task: columns.opOf[i],
    bytes: columns.bytesOf[i],
    from: columns.fromUs[i],
    to: columns.toUs[i],
  })).filter(({ bytes }) => bytes > 0);
  return { columns, rows };
}

describe("rows of a run", () => {
  test("are workspaces, buffers until the last use or the end of sending, and copies", () => {
    expect(example().rows).toEqual([
      { device: 0, task: 0, bytes: 2, from: 0, to: 10 },
      { device: 1, task: 3, bytes: 1, from: 30, to: 40 },
      { device: 0, task: 0, bytes: 10, from: 0, to: 15 },
      { device: 0, task: 0, bytes: 20, from: 0, to: 19 },
      { device: 1, task: 0, bytes: 5, from: 12, to: 25 },
      { device: 1, task: 0, bytes: 6, from: 13, to: 40 },
    ]);
  });

  test("have a copy for each consumer where each gets a transfer", () => {
    const copies = example("per-consumer").rows.slice(4);
    expect(copies.map(({ bytes, from, to }) => [bytes, from, to])).toEqual([
      [5, 12, 25],
      [6, 13, 25],
      [6, 14, 40],
    ]);
  });
});

test("what is held at all tells whether a device surely fits", () => {
  const { columns } = example();
  expect(columns.fitsSurely()).toBe(false);
  columns.setBytes(Float64Array.of(10, 18));
  expect(columns.fitsSurely()).toBe(true);
});
