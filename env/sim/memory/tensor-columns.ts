/**
 * What is on which device when, for tasks of lowered plans: as interval-columns.ts, but each tensor
 * of a task lives by itself, from the task's start to its own last use and the end of its last
 * transfer. A stage so frees what it has sent while it keeps its activations.
 */
import { type Compiled, NO_SLOT } from "../engine/compile.ts";
import { COPY, type IntervalColumns, OUTPUTS, WORKSPACE } from "./interval-columns.ts";

export interface TensorColumns extends IntervalColumns {
  /** The tensor of a row of outputs, else -1. */
  readonly slotOf: Int32Array;
}

export function createTensorColumns(compiled: Compiled): TensorColumns {
  const { opCount, slotCount, slotProducer, slotBytes, depStart, depConsumer, depSlot } = compiled;
  const most = opCount + slotCount + depConsumer.length;
  const columns = {
    kindOf: new Uint8Array(most),
    deviceOf: new Int32Array(most),
    opOf: new Int32Array(most),
    slotOf: new Int32Array(most),
    bytesOf: new Float64Array(most),
    fromUs: new Float64Array(most),
    toUs: new Float64Array(most),
  };
  const heldUntilUs = new Float64Array(slotCount);
  let row = 0;

  function write(
    kind: number,
    device: number,
    op: number,
    bytes: number,
    fromUs: number,
    toUs: number,
    slot = -1,
  ): void {
    if (!(bytes > 0 && toUs > fromUs)) return;
    columns.kindOf[row] = kind;
    columns.deviceOf[row] = device;
    columns.opOf[row] = op;
    columns.slotOf[row] = slot;
    columns.bytesOf[row] = bytes;
    columns.fromUs[row] = fromUs;
    columns.toUs[row++] = toUs;
  }

  return {
    ...columns,
    fill({ startUs, endUs, leftUs, lastHopUs }, device) {
      row = 0;
      for (let slot = 0; slot < slotCount; slot++) heldUntilUs[slot] = endUs[slotProducer[slot]];
      for (let v = 0; v < opCount; v++) {
        write(WORKSPACE, device[v], v, compiled.workspaceBytes[v], startUs[v], endUs[v]);
        for (let i = depStart[v]; i < depStart[v + 1]; i++) {
          const slot = depSlot[i];
          if (slot === NO_SLOT) continue;
          const to = device[depConsumer[i]];
          if (to === device[v]) {
            heldUntilUs[slot] = Math.max(heldUntilUs[slot], endUs[depConsumer[i]]);
            continue;
          }
          const first = firstTo(v, i, to, device);
          if (first !== i) continue;
          heldUntilUs[slot] = Math.max(heldUntilUs[slot], leftUs[i]);
          write(COPY, to, v, slotBytes[slot], lastHopUs[i], lastUseUs(v, i, to, endUs, device));
        }
      }
      for (let slot = 0; slot < slotCount; slot++) {
        const v = slotProducer[slot];
        write(OUTPUTS, device[v], v, slotBytes[slot], startUs[v], heldUntilUs[slot], slot);
      }
      return row;
    },
  };

  /** The dependency whose transfer brings the tensor of dependency i to a device. */
  function firstTo(v: number, i: number, to: number, device: Int32Array): number {
    for (let other = depStart[v]; other < i; other++)
      if (depSlot[other] === depSlot[i] && device[depConsumer[other]] === to) return other;
    return i;
  }

  function lastUseUs(v: number, i: number, to: number, endUs: Float64Array, device: Int32Array): number {
    let last = endUs[depConsumer[i]];
    for (let other = i + 1; other < depStart[v + 1]; other++)
      if (depSlot[other] === depSlot[i] && device[depConsumer[other]] === to)
        last = Math.max(last, endUs[depConsumer[other]]);
    return last;
  }
}
