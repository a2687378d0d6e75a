import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runProgram } from "../../../../../agents/search/pipelines/programs/clocks.ts";
import { checkTypes } from "../../../../../agents/search/pipelines/programs/program.ts";
import { BACKWARD, FORWARD, KEPT, pipeline, randomProgram } from "./small-programs.ts";

describe("pipelines of equal stages and free sends", () => {
  test.each(["fifo", "1f1b"] as const)("%s: 2 stages and 4 micro-batches take 5 of both passes", (order) => {
    expect(runProgram(pipeline(2, 4, order)).latencyUs).toBe(5 * (FORWARD + BACKWARD));
  });

  test.each([
    [2, 4],
    [4, 8],
    [4, 4],
  ])("fifo on %i stages and %i micro-batches takes M + S - 1 of both", (stages, microBatches) => {
    const { latencyUs } = runProgram(pipeline(stages, microBatches, "fifo"));
    expect(latencyUs).toBe((microBatches + stages - 1) * (FORWARD + BACKWARD));
  });

  test.each([
    [2, 4],
    [4, 8],
  ])("the first of %i stages keeps all %i micro-batches, under 1f1b as many as stages", (stages, all) => {
    expect(runProgram(pipeline(stages, all, "fifo")).peakBytes[0]).toBe(all * KEPT);
    expect(runProgram(pipeline(stages, all, "1f1b")).peakBytes[0]).toBe(stages * KEPT);
  });
});

test("the peak is that of the log of what is allocated and freed, and nothing stays but what was given", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: 1, max: 30 }), (seed, count) => {
      const program = randomProgram(seed, count);
      const held = new Float64Array(program.devices);
      const most = new Float64Array(program.devices);
      const { peakBytes } = runProgram(program, (device, bytes) => {
        held[device] += bytes;
        most[device] = Math.max(most[device], held[device]);
      });
      expect([...peakBytes]).toEqual([...most]);
      const kept = new Float64Array(program.devices);
      for (const value of program.given) kept[program.values[value].device] += program.values[value].bytes;
      expect([...held]).toEqual([...kept]);
    }),
  );
});

test.each([
  ["compute", [0, 1], [2], /a compute, has values on devices 0, 1/],
  ["compute", [0], [1], /has values on devices 0, 1/],
  ["send", [0], [2], /goes from device 0 to 0/],
  ["all-reduce", [0, 1], [2, 2], /one on each of the same/],
] as const)("a %s of values %j to %j is no program", (kind, inputs, outputs, sentence) => {
  const values = [0, 1, 0].map((device) => ({ device, bytes: 1 }));
  const op = { kind, op: 0, microBatch: 0, inputs: [...inputs], outputs: [...outputs], us: 1 };
  expect(() => checkTypes({ devices: 2, values, ops: [op], given: [] })).toThrow(sentence);
});
