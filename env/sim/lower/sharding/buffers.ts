/**
 * What is on which device when, for sharded programs. A buffer lives from the start of its task to
 * the end of the last task on its device that uses or sends it. Sums are made in place, and slices
 * read the tensor that they are of.
 */
import { type IntervalColumns, OUTPUTS, WORKSPACE } from "../../memory/interval-columns.ts";

export interface BufferTable {
  /** Returns the number of the buffer. */
  add(device: number, bytes: number, maker: number): number;
  /** The buffer lives at least to the end of the task. Nothing for buffer -1. */
  use(buffer: number, task: number): void;
  columns(device: Int32Array, workspaceBytes: Float64Array): IntervalColumns;
}

export function createBuffers(): BufferTable {
  const deviceOf: number[] = [];
  const bytesOf: number[] = [];
  const makers: number[] = [];
  const users: number[][] = [];
  return {
    add(device, bytes, maker) {
      deviceOf.push(device);
      bytesOf.push(bytes);
      users.push([]);
      return makers.push(maker) - 1;
    },
    use(buffer, task) {
      if (buffer !== -1) users[buffer].push(task);
    },
    columns(device, workspaceBytes) {
      const count = makers.length;
      const working = [...workspaceBytes.keys()].filter((task) => workspaceBytes[task] > 0);
      const rows = count + working.length;
      const fromUs = new Float64Array(rows);
      const toUs = new Float64Array(rows);
      return {
        kindOf: Uint8Array.from({ length: rows }, (_, i) => (i < count ? OUTPUTS : WORKSPACE)),
        deviceOf: Int32Array.from([...deviceOf, ...working.map((task) => device[task])]),
        opOf: Int32Array.from([...makers, ...working]),
        bytesOf: Float64Array.from([...bytesOf, ...working.map((task) => workspaceBytes[task])]),
        fromUs,
        toUs,
        fill({ startUs, endUs }) {
          for (let b = 0; b < count; b++) {
            fromUs[b] = startUs[makers[b]];
            let until = endUs[makers[b]];
            for (const task of users[b]) if (endUs[task] > until) until = endUs[task];
            toUs[b] = until;
          }
          working.forEach((task, i) => {
            fromUs[count + i] = startUs[task];
            toUs[count + i] = endUs[task];
          });
          return rows;
        },
      };
    },
  };
}
