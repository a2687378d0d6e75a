/** Small programs: pipelines of equal stages, and ones drawn at random. */
import type { DistOp, DistProgram } from "../../../../../agents/search/pipelines/programs/program.ts";
import { type UnitOrder, unitSteps } from "../../../../../agents/search/pipelines/programs/unit-order.ts";

export const [FORWARD, BACKWARD, KEPT] = [3, 5, 7];

/** Equal stages whose forward passes keep `KEPT` bytes, with sends that take no time. */
export function pipeline(stages: number, microBatches: number, order: UnitOrder): DistProgram {
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

const GIVEN = 6;

export function randomProgram(seed: number, count: number): DistProgram {
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
