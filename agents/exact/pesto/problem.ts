/**
 * The problem that Pesto's integer program solves. Tasks run without interruption on the device of
 * their unit, and tensors cross links from task to task. Each device and each link serves one at a
 * time, in an order that is free to choose.
 *
 * A task of one op is exact. A merged task runs its ops one after the other, and sends their
 * outputs when all have ended.
 */
import { type Compiled, NO_SLOT } from "../../../env/sim/engine/compile.ts";
import { interchangeableDevices } from "../../problems/interchangeable-devices.ts";
import { type Hop, transferTimes } from "../../problems/transfer-times.ts";
import type { Tasks } from "./coarsen.ts";

/** An output of one task that others read. */
export interface Tensor {
  /** Its place among all tensors. */
  readonly number: number;
  readonly producer: number;
  readonly consumers: readonly number[];
  readonly bytes: number;
}

export interface PestoProblem {
  readonly compiled: Compiled;
  readonly tasks: Tasks;
  /**
   * Run times in us, shape [taskCount x deviceCount]. They include the idle gaps between the ops of
   * a task, but not the one after it.
   */
  readonly runUs: Float64Array;
  readonly unitBytes: Float64Array;
  /** Devices that each unit may take. The first unit takes only one of interchangeable devices. */
  readonly unitDevices: readonly (readonly number[])[];
  readonly limitBytes: readonly number[];
  /** Successors of each task, all of higher number; edges without data count too. */
  readonly successors: readonly ReadonlySet<number>[];
  /** 1 if a path leads from task a to task b, at a x taskCount + b. */
  readonly reaches: Uint8Array;
  readonly tensors: readonly Tensor[];
  /** Hops from device a to device b, at a x deviceCount + b. */
  readonly hops: readonly (readonly Hop[])[];
  /** Do transfers of one link wait for each other? */
  readonly queues: boolean;
  /** The devices of a plan, with interchangeable ones renamed so that `unitDevices` allows them. */
  renamed(unitDevice: Int32Array): Int32Array;
}

export function pestoProblem(compiled: Compiled, tasks: Tasks): PestoProblem {
  const { scenario, opCount, deviceCount, fidelity } = compiled;
  const { taskOf, unitOf, unitCount, count } = tasks;
  const runUs = new Float64Array(count * deviceCount);
  const unitBytes = new Float64Array(unitCount);
  for (let v = 0; v < opCount; v++) {
    unitBytes[unitOf[taskOf[v]]] += compiled.residentBytes[v];
    for (let d = 0; d < deviceCount; d++) {
      const us = compiled.runUs[v * deviceCount + d];
      const i = taskOf[v] * deviceCount + d;
      runUs[i] += us > 0 && runUs[i] > 0 ? us + fidelity.opGapUs : us;
    }
  }
  const successors = successorsOf(compiled, tasks);
  const { permutations } = interchangeableDevices(compiled);
  const isFirst = (d: number) => permutations.every((permutation) => permutation[d] >= d);
  const unitDevices = Array.from({ length: unitCount }, (_, unit) =>
    Array.from({ length: deviceCount }, (_, d) => d).filter((d) => {
      const able = unitOf.every((of, task) => of !== unit || runUs[task * deviceCount + d] !== Infinity);
      return able && (unit > 0 || isFirst(d));
    }),
  );
  return {
    compiled,
    tasks,
    runUs,
    unitBytes,
    unitDevices,
    limitBytes: scenario.cluster.devices.map(({ memoryBytes }) =>
      fidelity.memory === "training" ? memoryBytes : Number.POSITIVE_INFINITY,
    ),
    successors,
    reaches: closure(successors),
    tensors: tensorsOf(compiled, tasks),
    hops: transferTimes(compiled).hops,
    queues: fidelity.contention === "queue" && fidelity.multicast !== "free",
    renamed(unitDevice) {
      const first = unitDevice[0];
      if (isFirst(first)) return unitDevice;
      const least = permutations.reduce((a, b) => (b[first] < a[first] ? b : a));
      return unitDevice.map((d) => least[d]);
    },
  };
}

function successorsOf({ opCount, depStart, depConsumer }: Compiled, { count, taskOf }: Tasks): Set<number>[] {
  const successors = Array.from({ length: count }, () => new Set<number>());
  for (let v = 0; v < opCount; v++)
    for (let i = depStart[v]; i < depStart[v + 1]; i++)
      if (taskOf[v] !== taskOf[depConsumer[i]]) successors[taskOf[v]].add(taskOf[depConsumer[i]]);
  return successors;
}

function closure(successors: readonly ReadonlySet<number>[]): Uint8Array {
  const count = successors.length;
  const reaches = new Uint8Array(count * count);
  for (let a = count - 1; a >= 0; a--)
    for (const b of successors[a]) {
      reaches[a * count + b] = 1;
      for (let c = b + 1; c < count; c++) reaches[a * count + c] |= reaches[b * count + c];
    }
  return reaches;
}

/**
 * The outputs of each task, slot by slot. If tasks are merged, slots of one task with the same
 * consumers are one tensor.
 */
function tensorsOf(compiled: Compiled, { taskOf, count }: Tasks): Tensor[] {
  const { opCount, depStart, depConsumer, depSlot, slotBytes, fidelity } = compiled;
  const isMerged = count < opCount;
  const found = new Map<string, { producer: number; consumers: number[]; bytes: number }>();
  const add = (producer: number, consumers: number[], bytes: number, name: string) => {
    const key = isMerged ? `${producer}>${consumers}` : name;
    const known = found.get(key);
    if (known === undefined) found.set(key, { producer, consumers, bytes });
    else known.bytes += bytes;
  };
  for (let v = 0; v < opCount; v++) {
    const readers = new Map<string, { slot: number; consumers: Set<number> }>();
    for (let i = depStart[v]; i < depStart[v + 1]; i++) {
      const task = taskOf[depConsumer[i]];
      if (depSlot[i] === NO_SLOT || task === taskOf[v]) continue;
      const key = fidelity.multicast === "per-consumer" ? `${depSlot[i]} ${i}` : `${depSlot[i]}`;
      const known = readers.get(key) ?? { slot: depSlot[i], consumers: new Set() };
      readers.set(key, known);
      known.consumers.add(task);
    }
    for (const [key, { slot, consumers }] of readers)
      add(
        taskOf[v],
        [...consumers].sort((a, b) => a - b),
        slotBytes[slot],
        key,
      );
  }
  return Array.from(found.values(), (tensor, number) => ({ number, ...tensor }));
}

/** Names the transfer of a tensor to a device. */
export const transferKey = (
  { compiled }: Pick<PestoProblem, "compiled">,
  { number }: Tensor,
  to: number,
): number => number * compiled.deviceCount + to;

export const hopsOf = ({ hops, compiled }: PestoProblem, from: number, to: number): readonly Hop[] =>
  hops[from * compiled.deviceCount + to];

/** Do some tasks stand for several ops? */
export const isMerged = ({ tasks, compiled }: PestoProblem): boolean => tasks.count < compiled.opCount;
