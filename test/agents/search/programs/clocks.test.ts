import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runProgram } from "../../../../agents/search/programs/clocks.ts";
import { checkTypes, type DistOp, type DistProgram } from "../../../../agents/search/programs/program.ts";
import { type UnitOrder, unitSteps } from "../../../../agents/search/programs/unit-order.ts";

const [FORWARD, BACKWARD, KEPT] = [3, 5, 7];

/** Equal stages whose forward passes keep `KEPT` bytes, with sends that take no time. */
function pipeline(stages: number, microBatches: number, order: UnitOrder): DistProgram {
  const values: { device: number; bytes: number }[] = [];
  const ops: DistOp[] = [];
  const value = (device: number, bytes: number) => values.push({ device, bytes }) - 1;
  const add = (kind: DistOp["kind"], inputs: number[], outputs: number[], us: number) =>
    void ops.push({ kind, op: 0, microBatch: 0, inputs, outputs, us });
  const [kept, came] = [new Map<string, number>(), new Map<string, number>()];
  for (const step of unitSteps(stages, microBatches, order, true)) {
    const sends: (() => void)[] = [];
    for (const { stage, microBatch: m, isBackward } of step) {
      const key = `${stage} ${m}`;
      const got = came.get(`${key} ${isBackward}`);
      const made = value(stage, isBackward ? 0 : KEPT);
      const inputs = [...(got === undefined ? [] : [got]), ...(isBackward ? [kept.get(key)!] : [])];
      add("compute", inputs, [made], isBackward ? BACKWARD : FORWARD);
      if (!isBackward) kept.set(key, made);
      const next = isBackward ? stage - 1 : stage + 1;
      if (next < 0 || next >= stages) continue;
      sends.push(() => {
        const arrived = value(next, 0);
        add("send", [made], [arrived], 0);
        came.set(`${next} ${m} ${isBackward}`, arrived);
      });
    }
    for (const send of sends) send();
  }
  return { devices: stages, values, ops, given: [] };
}

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

const GIVEN = 6;

function randomProgram(seed: number, count: number): DistProgram {
  let state = seed;
  const draw = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
  const values = Array.from({ length: GIVEN }, (_, i) => ({ device: i % 3, bytes: 1 + draw(9) }));
  const ops: DistOp[] = [];
  const free = new Set(values.keys());
  for (let i = 0; i < count; i++) {
    const from = [...free][draw(free.size)];
    const { device, bytes } = values[from];
    // Nothing writes over what was given.
    const kind = (["compute", "send", "all-reduce"] as const)[draw(from < GIVEN ? 2 : 3)];
    const to = kind === "send" ? (device + 1 + draw(2)) % 3 : device;
    const made = values.push({ device: to, bytes: kind === "all-reduce" ? bytes : 1 + draw(9) }) - 1;
    ops.push({ kind, op: 0, microBatch: 0, inputs: [from], outputs: [made], us: draw(5) });
    // What an all-reduce writes over is there no more.
    if (kind === "all-reduce") free.delete(from);
    free.add(made);
  }
  return { devices: 3, values, ops, given: Array.from({ length: GIVEN }, (_, value) => value) };
}

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
