/**
 * Where the tensor kernel finds its operands. `compute` gives an operation a workspace: addresses
 * of its inputs, of its results and of scratch memory. What it wrote comes back as tensors.
 *
 * On the wasm backend the kernel runs in the memory of TensorFlow.js itself, so nothing is copied.
 * On the others inputs and results are copied in and out of a memory of the kernel's own. It is
 * reused by the next operation and grows to the largest one.
 */
import { type WasmMemory, wasm } from "../../../env/sim/engine/kernel/webassembly.ts";
import type { KernelBackend, Tensor, TensorInfo, Tf } from "../types.ts";
import { startTensorKernel, type TensorKernel } from "./kernel.ts";

export interface Workspace {
  readonly kernel: TensorKernel;
  /** Address of a tensor's values. */
  input(tensor: Tensor): number;
  /** Address of a new result, whose values are undefined until written. */
  result(shape: readonly number[]): number;
  /** Address of memory that is free again after the operation. */
  scratch(elements: number): number;
  zeros(elements: number): number;
  /** A copy of the values in scratch memory. */
  copy(values: Int32Array | Float32Array | Uint8Array): number;
  /** A copy of scratch memory or of a result, as numbers. */
  ints(address: number, length: number): Int32Array;
  floats(address: number, length: number): Float32Array;
  clear(address: number, elements: number): void;
  move(from: number, to: number, elements: number): void;
}

/** Runs an operation; its results in the order in which it asked for them. */
export function compute(tf: Tf, run: (workspace: Workspace) => void): Tensor[] {
  const memory = memoryOf(tf);
  const operation = memory.open(tf);
  try {
    run(operation);
    return operation.results();
  } finally {
    operation.close();
  }
}

/** An operation that answers numbers, not tensors. */
export function computeNumbers<T>(tf: Tf, run: (workspace: Workspace) => T): T {
  const operation = memoryOf(tf).open(tf);
  try {
    return run(operation);
  } finally {
    operation.close();
  }
}

interface Operation extends Workspace {
  results(): Tensor[];
  close(): void;
}

interface OperationMemory {
  open(tf: Tf): Operation;
}

const memories = new WeakMap<KernelBackend, OperationMemory>();

function memoryOf(tf: Tf): OperationMemory {
  const backend = tf.backend();
  const known = memories.get(backend);
  if (known !== undefined) return known;
  const made = tf.getBackend() === "wasm" ? sharedMemory(backend as unknown as WasmBackend) : ownMemory();
  memories.set(backend, made);
  return made;
}

/** The part of the wasm backend that is used here; the package exports no type for it. */
interface WasmBackend extends KernelBackend {
  readonly wasm: {
    readonly asm: { readonly memory: WasmMemory };
    _malloc(bytes: number): number;
    _free(address: number): void;
  };
  makeOutput(shape: readonly number[], dtype: string): TensorInfo;
  getMemoryOffset(dataId: object): number;
}

abstract class Views {
  readonly kernel: TensorKernel;
  private readonly memory: WasmMemory;

  constructor(kernel: TensorKernel, memory: WasmMemory) {
    this.kernel = kernel;
    this.memory = memory;
  }

  abstract scratch(elements: number): number;

  zeros(elements: number): number {
    const address = this.scratch(elements);
    this.clear(address, elements);
    return address;
  }

  copy(values: Int32Array | Float32Array | Uint8Array): number {
    const address = this.scratch(Math.ceil(values.byteLength / 4));
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    new Uint8Array(this.memory.buffer, address, values.byteLength).set(bytes);
    return address;
  }

  ints(address: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, length).slice();
  }

  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, length).slice();
  }

  clear(address: number, elements: number): void {
    new Float32Array(this.memory.buffer, address, elements).fill(0);
  }

  move(from: number, to: number, elements: number): void {
    new Uint8Array(this.memory.buffer).copyWithin(to, from, from + 4 * elements);
  }
}

function sharedMemory(backend: WasmBackend): OperationMemory {
  const { memory } = backend.wasm.asm;
  const kernel = startTensorKernel(memory);
  return { open: (tf) => new SharedOperation(kernel, memory, backend, tf) };
}

class SharedOperation extends Views implements Operation {
  private readonly backend: WasmBackend;
  private readonly tf: Tf;
  private readonly made: TensorInfo[] = [];
  private readonly taken: number[] = [];
  private finished = false;

  constructor(kernel: TensorKernel, memory: WasmMemory, backend: WasmBackend, tf: Tf) {
    super(kernel, memory);
    this.backend = backend;
    this.tf = tf;
  }

  input(tensor: Tensor): number {
    return this.backend.getMemoryOffset(tensor.dataId);
  }

  result(shape: readonly number[]): number {
    const info = this.backend.makeOutput(shape, "float32");
    this.made.push(info);
    return this.backend.getMemoryOffset(info.dataId);
  }

  scratch(elements: number): number {
    const address = this.backend.wasm._malloc(Math.max(4, 4 * elements)) >>> 0;
    if (address === 0) throw new Error("The memory of the wasm backend is full.");
    this.taken.push(address);
    return address;
  }

  results(): Tensor[] {
    this.finished = true;
    const engine = this.tf.engine();
    return this.made.map((info) => engine.makeTensorFromTensorInfo(info, this.backend));
  }

  close(): void {
    for (const address of this.taken) this.backend.wasm._free(address);
    if (!this.finished) for (const info of this.made) this.backend.disposeData(info.dataId);
  }
}

const PAGE = 65_536;
/** Address 0 stands for "no array". */
const FIRST = 64;

function ownMemory(): OperationMemory {
  const memory = new wasm.Memory({ initial: 16 });
  const kernel = startTensorKernel(memory);
  return { open: (tf) => new CopiedOperation(kernel, memory, tf) };
}

class CopiedOperation extends Views implements Operation {
  private readonly own: WasmMemory;
  private readonly tf: Tf;
  private readonly made: { readonly shape: readonly number[]; readonly address: number }[] = [];
  private top = FIRST;

  constructor(kernel: TensorKernel, memory: WasmMemory, tf: Tf) {
    super(kernel, memory);
    this.own = memory;
    this.tf = tf;
  }

  input(tensor: Tensor): number {
    return this.copy(tensor.dataSync() as Float32Array);
  }

  result(shape: readonly number[]): number {
    const address = this.scratch(shape.reduce((a, b) => a * b, 1));
    this.made.push({ shape, address });
    return address;
  }

  scratch(elements: number): number {
    const address = this.top;
    this.top += Math.ceil(elements / 4) * 16;
    const missing = this.top - this.own.buffer.byteLength;
    if (missing > 0) this.own.grow(Math.ceil(missing / PAGE));
    return address;
  }

  results(): Tensor[] {
    return this.made.map(({ shape, address }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return this.tf.tensor(this.floats(address, size), [...shape], "float32");
    });
  }

  close(): void {}
}
