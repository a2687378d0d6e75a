/**
 * What is on which device when, for sharded programs. A buffer lives from the start of its task to
 * the end of the last task on its device that uses or sends it. Sums are made in place, and slices
 * read the tensor that they are of.
 */
import { type IntervalColumns, OUTPUTS, WORKSPACE } from "../../memory/interval-columns.ts";
import { floatColumn, intColumn } from "../tasks/columns.ts";

export interface BufferTable {
  /** Returns the number of the buffer. */
  add(device: number, bytes: number, maker: number): number;
  /** The buffer lives at least to the end of the task. Nothing for buffer -1. */
  use(buffer: number, task: number): void;
  columns(device: Int32Array, workspaceBytes: Float64Array): IntervalColumns;
}

export function createBuffers(): BufferTable {
  const deviceOf = intColumn();
  const bytesOf = floatColumn();
  const makers = intColumn();
  /** Uses: a buffer and a task each. */
  const used = intColumn();
  const users = intColumn();
  return {
    add(device, bytes, maker) {
      deviceOf.push(device);
      bytesOf.push(bytes);
      return makers.push(maker);
    },
    use(buffer, task) {
      if (buffer === -1) return;
      used.push(buffer);
      users.push(task);
    },
    columns(device, workspaceBytes) {
      const working = intColumn();
      for (let task = 0; task < workspaceBytes.length; task++) {
        if (!(workspaceBytes[task] > 0)) continue;
        deviceOf.push(device[task]);
        bytesOf.push(workspaceBytes[task]);
        working.push(task);
      }
      const made = makers.done();
      const workers = working.done();
      return {
        kindOf: kindsOf(made.length, workers.length),
        deviceOf: deviceOf.done(),
        opOf: joined(made, workers),
        bytesOf: bytesOf.done(),
        ...timesOf(made, workers, { used: used.done(), users: users.done() }),
      };
    },
  };
}

function kindsOf(buffers: number, working: number): Uint8Array {
  return new Uint8Array(buffers + working).fill(OUTPUTS, 0, buffers).fill(WORKSPACE, buffers);
}

function joined(first: Int32Array, second: Int32Array): Int32Array {
  const both = new Int32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

interface UseColumns {
  readonly used: Int32Array;
  readonly users: Int32Array;
}

function timesOf(
  makers: Int32Array,
  working: Int32Array,
  { used, users }: UseColumns,
): Pick<IntervalColumns, "fromUs" | "toUs" | "fill"> {
  const count = makers.length;
  const rows = count + working.length;
  const fromUs = new Float64Array(rows);
  const toUs = new Float64Array(rows);
  return {
    fromUs,
    toUs,
    fill({ startUs, endUs }) {
      for (let b = 0; b < count; b++) {
        fromUs[b] = startUs[makers[b]];
        toUs[b] = endUs[makers[b]];
      }
      for (let i = 0; i < used.length; i++) {
        const us = endUs[users[i]];
        if (us > toUs[used[i]]) toUs[used[i]] = us;
      }
      for (let i = 0; i < working.length; i++) {
        fromUs[count + i] = startUs[working[i]];
        toUs[count + i] = endUs[working[i]];
      }
      return rows;
    },
  };
}
