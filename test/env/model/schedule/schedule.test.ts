/** Laws of all schedules on random shapes: right by the checker, and never waiting for ever. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkSchedule } from "../../../../env/model/schedule/check/schedule-checker.ts";
import { chimeraStages } from "../../../../env/model/schedule/chimera/layout.ts";
import type { PipelineShape } from "../../../../env/model/schedule/contract.ts";
import { makeSchedule, scheduleMakers, scheduleOf } from "../../../../env/model/schedule/index.ts";
import { drawn } from "../../../law-runs.ts";
import { interleavedShape, runInSlots, straightShape, uniformTimes } from "./slots.ts";

/** Stages on any devices: shared, split and dealt. */
const anyShape: fc.Arbitrary<PipelineShape> = fc.integer({ min: 1, max: 6 }).chain((deviceCount) =>
  fc.record({
    deviceCount: fc.constant(deviceCount),
    stages: fc.array(
      fc.record({
        devices: fc.uniqueArray(fc.nat(deviceCount - 1), { minLength: 1, maxLength: 4 }),
        share: fc.constantFrom("split" as const, "dealt" as const),
      }),
      { minLength: 1, maxLength: 7 },
    ),
    microBatches: fc.integer({ min: 1, max: 9 }),
    iterations: fc.integer({ min: 1, max: 3 }),
  }),
);

describe.each(["gpipe", "1f1b", "pipedream", "2bw", "dapple-pa", "dapple-pb", "zb-h1"])("%s", (name) => {
  test("is right for any stages on any devices", () => {
    const flush = !scheduleOf(name).asynchronous;
    fc.assert(
      fc.property(anyShape, fc.integer({ min: 1, max: 4 }), (given, depth) => {
        const lanes = given.stages.reduce((n, s) => n + (s.share === "dealt" ? s.devices.length : 1), 0);
        const shape = name === "2bw" ? { ...given, microBatches: lanes } : given;
        const options = name.startsWith("dapple") && depth < 4 ? { depth } : {};
        const schedule = makeSchedule({ name, ...options }, shape);
        expect(checkSchedule(shape, schedule, { flush })).toEqual([]);
        runInSlots(shape, schedule, uniformTimes(shape.stages.length, 1, 2, 1));
      }),
      { seed: 1, numRuns: drawn(100) },
    );
  });
});

test("interleaved-1f1b is right for any groups of replicas", () => {
  const shapes = fc.record({
    groups: fc.integer({ min: 1, max: 4 }),
    chunks: fc.integer({ min: 1, max: 4 }),
    replicas: fc.integer({ min: 1, max: 3 }),
    share: fc.constantFrom("split" as const, "dealt" as const),
    rounds: fc.integer({ min: 1, max: 3 }),
    iterations: fc.integer({ min: 1, max: 2 }),
  });
  fc.assert(
    fc.property(shapes, ({ groups, chunks, replicas, share, rounds, iterations }) => {
      const shape: PipelineShape = {
        deviceCount: groups * replicas,
        stages: interleavedShape(groups, chunks, 1).stages.map(({ devices: [group] }) => ({
          devices: Array.from({ length: replicas }, (_, r) => group * replicas + r),
          share,
        })),
        microBatches: groups * rounds * (share === "dealt" ? replicas : 1),
        iterations,
      };
      const schedule = makeSchedule({ name: "interleaved-1f1b", chunks }, shape);
      expect(checkSchedule(shape, schedule, { flush: true })).toEqual([]);
    }),
    { seed: 1, numRuns: drawn(100) },
  );
});

test("chimera is right for any number of micro-batches", () => {
  const shapes = fc.record({
    pairs: fc.integer({ min: 1, max: 3 }),
    factor: fc.integer({ min: 1, max: 3 }),
    units: fc.integer({ min: 1, max: 30 }),
    concat: fc.constantFrom("direct", "doubling", "halving"),
    mode: fc.constantFrom("paper", "code"),
    iterations: fc.integer({ min: 1, max: 2 }),
  });
  fc.assert(
    fc.property(shapes, ({ pairs, factor, units, concat, mode, iterations }) => {
      const depth = 2 * pairs * factor;
      const workers = Array.from({ length: depth }, (_, w) => depth - 1 - w);
      const microBatches = units * (concat === "direct" ? 1 : 2);
      const shape = { deviceCount: depth, stages: chimeraStages(workers, pairs), microBatches, iterations };
      const schedule = makeSchedule({ name: "chimera", pairs, concat, mode }, shape);
      expect(checkSchedule(shape, schedule, { flush: true })).toEqual([]);
    }),
    { seed: 1, numRuns: drawn(100) },
  );
});

describe("several stages on one device", () => {
  test("1f1b runs backwards first and takes no longer than one stage after the other", () => {
    const shape: PipelineShape = { ...interleavedShape(2, 2, 4) };
    const run = runInSlots(shape, makeSchedule({ name: "1f1b" }, shape), uniformTimes(4, 1, 1));
    expect(run.makespan).toBeLessThan(4 * 8);
    expect(run.makespan).toBeGreaterThanOrEqual(16);
  });
});

describe("the table", () => {
  test("has one maker for each name, with a summary of one sentence", () => {
    const names = scheduleMakers.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { summary } of scheduleMakers) expect(summary).toMatch(/^[A-Z0-9].*\.$/);
  });

  test("helps with a mistyped name or option", () => {
    expect(() => scheduleOf("1f1p")).toThrow('Schedule "1f1p" is not known. Did you mean "1f1b"?');
    expect(() => makeSchedule({ name: "1f1b", depth: 2 }, straightShape(2, 2))).toThrow(
      'Schedule "1f1b" has no options, but "depth" is given.',
    );
    expect(() => makeSchedule({ name: "dapple-pa", depht: 2 }, straightShape(2, 2))).toThrow(
      'Option of schedule "dapple-pa" "depht" is not known. Did you mean "depth"?',
    );
    expect(() => makeSchedule({ name: "dapple-pa", depth: 0 }, straightShape(2, 2))).toThrow(
      "is 0, expected a whole number of at least 1.",
    );
  });
});

test.each([
  [interleavedShape(4, 2, 6), "needs a multiple of 4 micro-batches, not 6"],
  [
    {
      ...interleavedShape(3, 1, 6),
      stages: [0, 1, 0, 2].map((d) => ({ devices: [d], share: "split" as const })),
    },
    "stage k on device k mod S",
  ],
])("interleaved-1f1b refuses what does not suit it", (shape, message) => {
  expect(() => makeSchedule({ name: "interleaved-1f1b" }, shape)).toThrow(message);
});
