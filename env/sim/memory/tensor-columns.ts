/**
 * What is on which device when, for tasks of lowered plans: as interval-columns.ts, but a task may
 * have several buffers. Each lives by itself, from the task's start to the last use on its device
 * and the end of the last transfer of its tensors. A stage so frees what it has sent while it keeps
 * its activations.
 *
 * The devices of tasks never change, so rows are made once, and a run fills in times alone. A row
 * may be without bytes or without length.
 */
import type { Compiled } from "../engine/compile.ts";
import type { RunTimes } from "../engine/engine.ts";
import { COPY, type IntervalColumns, OUTPUTS, WORKSPACE } from "./interval-columns.ts";

/** Buffers of tasks, and the tensors in each: tensors[start[b] .. start[b + 1]). */
export interface TaskBuffers {
  readonly task: Int32Array;
  readonly start: Int32Array;
  readonly tensors: Int32Array;
}

export interface TensorColumns extends IntervalColumns {
  /** Writes the bytes of all rows, from those of buffers and of `compiled`. */
  setBytes(bufferBytes: Float64Array): void;
  /** True where each device fits all that it ever holds, whatever the times are. */
  fitsSurely(): boolean;
}

/** `isMessage`: 1 for tensors whose copies do not count. */
export function createTensorColumns(
  compiled: Compiled,
  device: Int32Array,
  buffers: TaskBuffers,
  isMessage: Uint8Array,
): TensorColumns {
  const { opCount, slotCount, slotProducer, slotBytes, workspaceBytes } = compiled;
  const uses = usesOf(compiled, device);
  const copies = uses.transfers.filter((i) => isMessage[compiled.depSlot[i]] === 0);
  const bufferCount = buffers.task.length;
  const count = opCount + bufferCount + copies.length;
  const columns = {
    kindOf: new Uint8Array(count),
    deviceOf: new Int32Array(count),
    opOf: new Int32Array(count),
    bytesOf: new Float64Array(count),
    fromUs: new Float64Array(count),
    toUs: new Float64Array(count),
  };
  const { kindOf, deviceOf, opOf, bytesOf, fromUs, toUs } = columns;
  const row = (at: number, kind: number, on: number, op: number): void => {
    kindOf[at] = kind;
    deviceOf[at] = on;
    opOf[at] = op;
  };
  for (let v = 0; v < opCount; v++) row(v, WORKSPACE, device[v], v);
  for (let b = 0; b < bufferCount; b++) row(opCount + b, OUTPUTS, device[buffers.task[b]], buffers.task[b]);
  const firstCopy = opCount + bufferCount;
  copies.forEach((i, k) => {
    const { depConsumer, depSlot } = compiled;
    row(firstCopy + k, COPY, device[depConsumer[i]], slotProducer[depSlot[i]]);
  });
  const heldUntilUs = new Float64Array(slotCount);
  const memoryBytes = Float64Array.from(compiled.scenario.cluster.devices, (each) => each.memoryBytes);
  const totalBytes = new Float64Array(memoryBytes.length);
  const scratchBytes = new Float64Array(memoryBytes.length);

  return {
    ...columns,
    fitsSurely() {
      totalBytes.fill(0);
      scratchBytes.fill(0);
      for (let v = 0; v < opCount; v++) {
        const d = device[v];
        totalBytes[d] += compiled.residentBytes[v];
        // A device runs one task at a time.
        if (bytesOf[v] > scratchBytes[d]) scratchBytes[d] = bytesOf[v];
      }
      for (let i = opCount; i < count; i++) totalBytes[deviceOf[i]] += bytesOf[i];
      return totalBytes.every((bytes, d) => bytes + scratchBytes[d] <= memoryBytes[d]);
    },
    setBytes(bufferBytes) {
      bytesOf.set(workspaceBytes);
      bytesOf.set(bufferBytes, opCount);
      for (let k = 0; k < copies.length; k++) bytesOf[firstCopy + k] = slotBytes[compiled.depSlot[copies[k]]];
    },
    fill(times) {
      const { startUs, endUs, lastHopUs } = times;
      fromUs.set(startUs);
      toUs.set(endUs);
      uses.findEnds(times, heldUntilUs);
      for (let b = 0; b < bufferCount; b++) {
        const v = buffers.task[b];
        let until = endUs[v];
        for (let k = buffers.start[b]; k < buffers.start[b + 1]; k++)
          until = Math.max(until, heldUntilUs[buffers.tensors[k]]);
        fromUs[opCount + b] = startUs[v];
        toUs[opCount + b] = until;
      }
      for (let k = 0; k < copies.length; k++) {
        fromUs[firstCopy + k] = lastHopUs[uses.carrierOf[copies[k]]];
        toUs[firstCopy + k] = uses.lastUseUs[copies[k]];
      }
      return count;
    },
  };
}

interface Uses {
  /** The first dependency that each copy on a device serves. */
  readonly transfers: Int32Array;
  /** The engine's number of the transfer that brings a copy. */
  readonly carrierOf: Int32Array;
  /** When the copy of each transfer is last used, us. */
  readonly lastUseUs: Float64Array;
  /** Finds these, and until when each tensor is needed where it was made. */
  findEnds(times: RunTimes, heldUntilUs: Float64Array): void;
}

function usesOf(compiled: Compiled, device: Int32Array): Uses {
  const { depStart, depConsumer, depSlot, slotProducer } = compiled;
  const { transferOf, carrierOf, countOf } = transfersOf(compiled, device);
  const lastUseUs = new Float64Array(depConsumer.length);
  const transfers = new Int32Array(countOf);
  let next = 0;
  for (let i = 0; i < transferOf.length; i++) if (transferOf[i] === i) transfers[next++] = i;
  return {
    transfers,
    carrierOf,
    lastUseUs,
    findEnds({ endUs, leftUs }, heldUntilUs) {
      for (let slot = 0; slot < slotProducer.length; slot++) heldUntilUs[slot] = endUs[slotProducer[slot]];
      for (let k = 0; k < transfers.length; k++) lastUseUs[transfers[k]] = 0;
      for (let i = 0; i < depStart[compiled.opCount]; i++) {
        const transfer = transferOf[i];
        if (transfer === FREE) continue;
        const slot = depSlot[i];
        const usedUs = endUs[depConsumer[i]];
        if (transfer === LOCAL) {
          if (usedUs > heldUntilUs[slot]) heldUntilUs[slot] = usedUs;
          continue;
        }
        if (usedUs > lastUseUs[transfer]) lastUseUs[transfer] = usedUs;
        const sentUs = leftUs[carrierOf[transfer]];
        if (transfer === i && sentUs > heldUntilUs[slot]) heldUntilUs[slot] = sentUs;
      }
    },
  };
}

/** No transfer: the consumer is where the tensor is, or needs no tensor. */
const LOCAL = -1;
const FREE = -2;

/** The transfer that serves each dependency. */
function transfersOf(compiled: Compiled, device: Int32Array) {
  const { depStart, depConsumer, depSlot, slotLocal, slotProducer, deviceCount, fidelity } = compiled;
  const transferOf = new Int32Array(depConsumer.length).fill(FREE);
  const locals = slotLocal.reduce((most, local) => Math.max(most, local + 1), 0);
  const sentBy = new Int32Array(locals * deviceCount).fill(-1);
  const sentAs = new Int32Array(locals * deviceCount);
  /** One transfer to all devices has the number of the first of them. */
  const carrierOf = new Int32Array(depConsumer.length);
  const carrierOfSlot = new Int32Array(slotProducer.length).fill(-1);
  let countOf = 0;
  for (let i = 0; i < depStart[compiled.opCount]; i++) {
    const slot = depSlot[i];
    if (slot < 0) continue;
    const to = device[depConsumer[i]];
    const v = slotProducer[slot];
    if (to === device[v]) {
      transferOf[i] = LOCAL;
      continue;
    }
    const key = slotLocal[slot] * deviceCount + to;
    if (fidelity.multicast === "per-consumer" || sentBy[key] !== v) {
      sentBy[key] = v;
      sentAs[key] = i;
      if (carrierOfSlot[slot] === -1) carrierOfSlot[slot] = i;
      carrierOf[i] = fidelity.multicast === "free" ? carrierOfSlot[slot] : i;
      countOf++;
    }
    transferOf[i] = fidelity.multicast === "per-consumer" ? i : sentAs[key];
  }
  return { transferOf, carrierOf, countOf };
}
