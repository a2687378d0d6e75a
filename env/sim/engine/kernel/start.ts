/**
 * Starts the simulator kernel for one compiled scenario and gives the kernel's functions. The
 * memory holds all that a kernel depends on, so a copy of it starts an equal kernel on another
 * thread (parallel.ts).
 */
import type { Compiled } from "../compile.ts";
import { engineWasm } from "./engine-wasm.ts";
import { fillMemory, type KernelBuffers } from "./fill.ts";
import type { KernelMemory, KernelRoom } from "./memory.ts";
import { wasm } from "./webassembly.ts";

export interface KernelExports {
  init(): void;
  run(placed: number): number;
  runOrdered(placed: number): number;
  runReady(placed: number): number;
  record(placed: number): number;
  rerun(placed: number, movedCount: number, effectCount: number): number;
  runBatch(placed: number, count: number, out: number): void;
  loggedHops(): number;
}

export interface Kernel {
  readonly memory: KernelMemory;
  readonly exports: KernelExports;
}

export function startKernel(compiled: Compiled, buffers: KernelBuffers = {}, room?: KernelRoom): Kernel {
  const memory = fillMemory(compiled, buffers, room);
  const { exports } = new wasm.Instance(kernelModule(), { env: { memory: memory.memory } });
  const kernel = exports as KernelExports;
  kernel.init();
  return { memory, exports: kernel };
}

let compiledKernel: object | undefined;

export function kernelModule(): object {
  compiledKernel ??= new wasm.Module(Buffer.from(engineWasm, "base64"));
  return compiledKernel;
}
