/**
 * Many placements of one scenario on several worker threads. Each worker runs a copy of the kernel
 * on a copy of its memory. Placements and results are in shared memory, and a shared counter hands
 * the placements out. So the results equal those of one thread bit for bit and in order, however
 * the threads share the work.
 */
import { Worker } from "node:worker_threads";
import { InputError } from "../../model/errors.ts";
import type { Compiled } from "./compile.ts";
import * as slots from "./kernel/layout.ts";
import { kernelModule, startKernel } from "./kernel/start.ts";

export interface ParallelEngine {
  readonly threads: number;
  /** Makespans of valid placements in us, in order. One call at a time. */
  runBatch(devices: readonly Int32Array[]): Promise<Float64Array>;
  /** Ends the threads; the engine cannot be used afterwards. */
  close(): Promise<void>;
}

/** Plain JavaScript, because a worker starts from the sources and from the compiled package. */
const WORKER = `
  const { parentPort, workerData } = require("node:worker_threads");
  const { kernelModule, bytes, placementsAt, opCount } = workerData;
  const memory = new WebAssembly.Memory({ initial: bytes.byteLength / 65536 });
  new Uint8Array(memory.buffer).set(new Uint8Array(bytes));
  const kernel = new WebAssembly.Instance(kernelModule, { env: { memory } }).exports;
  kernel.init();
  const placed = new Int32Array(memory.buffer, placementsAt, opCount);
  parentPort.on("message", ({ devices, makespans, counter, count }) => {
    const all = new Int32Array(devices);
    const results = new Float64Array(makespans);
    const next = new Int32Array(counter);
    for (let i = Atomics.add(next, 0, 1); i < count; i = Atomics.add(next, 0, 1)) {
      placed.set(all.subarray(i * opCount, (i + 1) * opCount));
      results[i] = kernel.run(placementsAt);
    }
    parentPort.postMessage("done");
  });
`;

export function createParallelEngine(compiled: Compiled, threads: number): ParallelEngine {
  if (!Number.isInteger(threads) || threads < 1)
    throw new InputError(
      `The engine was asked for ${threads} threads, expected a whole number of at least 1.`,
    );
  const { memory } = startKernel(compiled);
  const { opCount } = compiled;
  const workerData = {
    kernelModule: kernelModule(),
    bytes: memory.memory.buffer.slice(0),
    placementsAt: memory.address(slots.PLACEMENTS),
    opCount,
  };
  const workers = Array.from({ length: threads }, () => new Worker(WORKER, { eval: true, workerData }));
  return {
    threads,
    async runBatch(devices) {
      const shared = new SharedArrayBuffer(
        Math.max(1, devices.length) * opCount * Int32Array.BYTES_PER_ELEMENT,
      );
      const all = new Int32Array(shared);
      devices.forEach((device, i) => {
        all.set(device, i * opCount);
      });
      const makespans = new SharedArrayBuffer(devices.length * Float64Array.BYTES_PER_ELEMENT);
      const counter = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
      const task = { devices: shared, makespans, counter, count: devices.length };
      await Promise.all(workers.map((worker) => answerOf(worker, task)));
      return new Float64Array(makespans).slice();
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function answerOf(worker: Worker, task: object): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      worker.off("message", done);
      worker.off("error", failed);
      act();
    };
    const done = () => settle(resolve);
    const failed = (error: Error) => settle(() => reject(error));
    worker.on("message", done);
    worker.on("error", failed);
    worker.postMessage(task);
  });
}
