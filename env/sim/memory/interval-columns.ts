/**
 * What lives on which device from when to when under `memory: "training"`, in columns, since every
 * evaluation near a limit needs it (test/bench/evaluate.ts). memory.ts says what lives when. What
 * takes no room or lives for no time is left out.
 */
import { type Compiled, NO_SLOT } from "../engine/compile.ts";
import type { RunTimes } from "../engine/engine.ts";

/** What an interval is of. */
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
   * Writes the columns anew for a run, by op: its outputs, its workspace, its copies. Returns how
   * many rows there are.
   */
  fill(times: RunTimes, device: Int32Array): number;
}

export function createIntervalColumns(compiled: Compiled): IntervalColumns {
  const { opCount, deviceCount, depStart, depConsumer, depSlot, slotLocal } = compiled;
  const { outputBytes, slotBytes, workspaceBytes, fidelity } = compiled;
  const perConsumer = fidelity.multicast === "per-consumer";
  const most = 2 * opCount + depConsumer.length;
  const kindOf = new Uint8Array(most);
  const deviceOf = new Int32Array(most);
  const opOf = new Int32Array(most);
  const bytesOf = new Float64Array(most);
  const fromUs = new Float64Array(most);
  const toUs = new Float64Array(most);

  const locals = slotLocal.reduce((largest, local) => Math.max(largest, local + 1), 0);
  /** Which op last sent this slot to this device, and by which transfer. */
  const sentBy = new Int32Array(locals * deviceCount);
  const sentAs = new Int32Array(locals * deviceCount);
  /** The transfers of one op, and when each copy is last used. */
  const transfers = new Int32Array(depConsumer.length);
  const lastUseUs = new Float64Array(depConsumer.length);

  return {
    kindOf,
    deviceOf,
    opOf,
    bytesOf,
    fromUs,
    toUs,
    fill({ startUs, endUs, leftUs, lastHopUs }, device) {
      sentBy.fill(-1);
      let count = 0;
      for (let v = 0; v < opCount; v++) {
        const here = device[v];
        let heldUntilUs = endUs[v];
        let transferCount = 0;
        for (let i = depStart[v]; i < depStart[v + 1]; i++) {
          const slot = depSlot[i];
          if (slot === NO_SLOT) continue;
          const consumer = depConsumer[i];
          const to = device[consumer];
          const usedUs = endUs[consumer];
          if (to === here) {
            if (usedUs > heldUntilUs) heldUntilUs = usedUs;
            continue;
          }
          const key = slotLocal[slot] * deviceCount + to;
          if (perConsumer || sentBy[key] !== v) {
            sentBy[key] = v;
            sentAs[key] = i;
            transfers[transferCount++] = i;
            lastUseUs[i] = usedUs;
            if (leftUs[i] > heldUntilUs) heldUntilUs = leftUs[i];
          } else if (usedUs > lastUseUs[sentAs[key]]) lastUseUs[sentAs[key]] = usedUs;
        }
        if (outputBytes[v] > 0 && heldUntilUs > startUs[v])
          write(count++, OUTPUTS, here, v, outputBytes[v], startUs[v], heldUntilUs);
        if (workspaceBytes[v] > 0 && endUs[v] > startUs[v])
          write(count++, WORKSPACE, here, v, workspaceBytes[v], startUs[v], endUs[v]);
        for (let k = 0; k < transferCount; k++) {
          const i = transfers[k];
          const bytes = slotBytes[depSlot[i]];
          if (bytes > 0 && lastUseUs[i] > lastHopUs[i])
            write(count++, COPY, device[depConsumer[i]], v, bytes, lastHopUs[i], lastUseUs[i]);
        }
      }
      return count;
    },
  };

  function write(
    row: number,
    kind: number,
    on: number,
    op: number,
    bytes: number,
    from: number,
    to: number,
  ): void {
    kindOf[row] = kind;
    deviceOf[row] = on;
    opOf[row] = op;
    bytesOf[row] = bytes;
    fromUs[row] = from;
    toUs[row] = to;
  }
}
