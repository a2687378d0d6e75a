/**
 * What is on which device from when to when under `memory: "training"`, in columns, since every
 * evaluation near a limit needs it (test/bench/evaluate.ts). The rules are in memory.ts. Intervals
 * without bytes or without length are left out.
 */
import { type Compiled, NO_SLOT } from "../engine/compile.ts";
import type { RunTimes } from "../engine/engine.ts";

/** Kinds of intervals. */
export const OUTPUTS = 0;
export const WORKSPACE = 1;
export const COPY = 2;

export interface IntervalColumns {
  readonly kindOf: Uint8Array;
  readonly deviceOf: Int32Array;
  readonly opOf: Int32Array;
  readonly bytesOf: Float64Array;
  readonly fromUs: Float64Array;
  readonly toUs: Float64Array;
  /**
   * Overwrites the columns for a run, op by op: outputs, workspace, copies. Returns the number of
   * rows.
   */
  fill(times: RunTimes, device: Int32Array): number;
}

export function createIntervalColumns(compiled: Compiled): IntervalColumns {
  const { opCount, depConsumer, depSlot, outputBytes, slotBytes, workspaceBytes } = compiled;
  const most = 2 * opCount + depConsumer.length;
  const kindOf = new Uint8Array(most);
  const deviceOf = new Int32Array(most);
  const opOf = new Int32Array(most);
  const bytesOf = new Float64Array(most);
  const fromUs = new Float64Array(most);
  const toUs = new Float64Array(most);
  const uses = createUses(compiled);
  const { transfers, heldUntilUs, lastUseUs } = uses;

  function write(row: number, kind: number, device: number, op: number, bytes: number): void {
    kindOf[row] = kind;
    deviceOf[row] = device;
    opOf[row] = op;
    bytesOf[row] = bytes;
  }

  function fill(times: RunTimes, device: Int32Array): number {
    const { startUs, endUs, lastHopUs } = times;
    uses.clear();
    let row = 0;
    for (let v = 0; v < opCount; v++) {
      const transferCount = uses.find(v, times, device);
      if (outputBytes[v] > 0 && heldUntilUs[v] > startUs[v]) {
        write(row, OUTPUTS, device[v], v, outputBytes[v]);
        fromUs[row] = startUs[v];
        toUs[row++] = heldUntilUs[v];
      }
      if (workspaceBytes[v] > 0 && endUs[v] > startUs[v]) {
        write(row, WORKSPACE, device[v], v, workspaceBytes[v]);
        fromUs[row] = startUs[v];
        toUs[row++] = endUs[v];
      }
      for (let k = 0; k < transferCount; k++) {
        const i = transfers[k];
        const bytes = slotBytes[depSlot[i]];
        if (!(bytes > 0 && lastUseUs[i] > lastHopUs[i])) continue;
        write(row, COPY, device[depConsumer[i]], v, bytes);
        fromUs[row] = lastHopUs[i];
        toUs[row++] = lastUseUs[i];
      }
    }
    return row;
  }

  return { kindOf, deviceOf, opOf, bytesOf, fromUs, toUs, fill };
}

/** How long outputs and received copies are used. */
interface Uses {
  /** Forgets the last run. */
  clear(): void;
  /** Finds the uses of op v's outputs; returns the number of its transfers. */
  find(v: number, times: RunTimes, device: Int32Array): number;
  /** The transfers of the op that was asked about last. */
  readonly transfers: Int32Array;
  /** Until when each op holds its outputs, us. */
  readonly heldUntilUs: Float64Array;
  /** When the copy of each transfer is last used, us. */
  readonly lastUseUs: Float64Array;
}

function createUses(compiled: Compiled): Uses {
  const { opCount, deviceCount, depStart, depConsumer, depSlot, slotLocal, fidelity } = compiled;
  const perConsumer = fidelity.multicast === "per-consumer";
  const locals = slotLocal.reduce((largest, local) => Math.max(largest, local + 1), 0);
  /** Which op last sent this slot to this device, and by which transfer. */
  const sentBy = new Int32Array(locals * deviceCount);
  const sentAs = new Int32Array(locals * deviceCount);
  const transfers = new Int32Array(depConsumer.length);
  const heldUntilUs = new Float64Array(opCount);
  const lastUseUs = new Float64Array(depConsumer.length);

  function find(v: number, { endUs, leftUs }: RunTimes, device: Int32Array): number {
    let heldUs = endUs[v];
    let transferCount = 0;
    for (let i = depStart[v]; i < depStart[v + 1]; i++) {
      const slot = depSlot[i];
      if (slot === NO_SLOT) continue;
      const consumer = depConsumer[i];
      const to = device[consumer];
      const usedUs = endUs[consumer];
      if (to === device[v]) {
        if (usedUs > heldUs) heldUs = usedUs;
        continue;
      }
      const key = slotLocal[slot] * deviceCount + to;
      if (perConsumer || sentBy[key] !== v) {
        sentBy[key] = v;
        sentAs[key] = i;
        transfers[transferCount++] = i;
        lastUseUs[i] = usedUs;
        if (leftUs[i] > heldUs) heldUs = leftUs[i];
      } else if (usedUs > lastUseUs[sentAs[key]]) lastUseUs[sentAs[key]] = usedUs;
    }
    heldUntilUs[v] = heldUs;
    return transferCount;
  }

  return { clear: () => sentBy.fill(-1), find, transfers, heldUntilUs, lastUseUs };
}
