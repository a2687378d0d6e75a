/**
 * Plans the kernel's memory. Arrays are asked for by their position in the table of layout.ts. They
 * are then laid out one after the other, each on a 16-byte boundary, and their addresses go into
 * the table. An array without values starts as zeros.
 */
import { HEAP, TABLE } from "./layout.ts";
import { type WasmMemory, wasm } from "./webassembly.ts";

interface Wanted {
  readonly position: number;
  readonly width: 4 | 8;
  readonly length: number;
  readonly values: ArrayLike<number> | null;
}

export interface KernelMemory {
  readonly memory: WasmMemory;
  readonly table: Int32Array;
  /** Address of the array at a position of the table. */
  address(position: number): number;
  ints(position: number): Int32Array;
  floats(position: number): Float64Array;
}

export interface MemoryPlan {
  ints(position: number, values: ArrayLike<number>): void;
  floats(position: number, values: ArrayLike<number>): void;
  /** An array of `length` zeros for each of the positions. */
  reserveInts(length: number, ...positions: number[]): void;
  reserveFloats(length: number, ...positions: number[]): void;
  /** Bytes from the start of one array asked for to the start of a later one. */
  bytesBetween(first: number, later: number): number;
  build(room?: KernelRoom): KernelMemory;
}

/** Memory that kernels use one after the other. Each one's arrays hold until the next is made. */
export interface KernelRoom {
  memory: WasmMemory | null;
}

const PAGE = 65_536;

export function planKernelMemory(): MemoryPlan {
  const wanted: Wanted[] = [];
  const want = (
    width: 4 | 8,
    length: number,
    values: ArrayLike<number> | null,
    positions: readonly number[],
  ) => {
    for (const position of positions) wanted.push({ position, width, length, values });
  };
  return {
    ints: (position, values) => want(4, values.length, values, [position]),
    floats: (position, values) => want(8, values.length, values, [position]),
    reserveInts: (length, ...positions) => want(4, length, null, positions),
    reserveFloats: (length, ...positions) => want(8, length, null, positions),
    bytesBetween: (first, later) => {
      const positions = wanted.map(({ position }) => position);
      const between = wanted.slice(positions.indexOf(first), positions.indexOf(later));
      return between.reduce((sum, array) => sum + paddedBytes(array), 0);
    },
    build: (room) => layOut(wanted, room),
  };
}

const paddedBytes = ({ length, width }: Wanted): number => Math.ceil((length * width) / 16) * 16;

/** Zeros from the start to `top`: new, or of a room. */
function zeros(top: number, room: KernelRoom | undefined): WasmMemory {
  const pages = Math.ceil(top / PAGE);
  const known = room?.memory ?? null;
  if (known === null) {
    const memory = new wasm.Memory({ initial: pages });
    if (room !== undefined) room.memory = memory;
    return memory;
  }
  const missing = pages - known.buffer.byteLength / PAGE;
  if (missing > 0) known.grow(missing);
  new Uint8Array(known.buffer, 0, top).fill(0);
  return known;
}

function layOut(wanted: readonly Wanted[], room: KernelRoom | undefined): KernelMemory {
  const addressOf = new Map<number, number>();
  const lengthOf = new Map<number, number>();
  let top = HEAP;
  for (const array of wanted) {
    addressOf.set(array.position, top);
    lengthOf.set(array.position, array.length);
    top += paddedBytes(array);
  }
  const memory = zeros(top, room);
  const table = new Int32Array(memory.buffer, TABLE);
  const address = (position: number): number => addressOf.get(position)!;
  const ints = (position: number) =>
    new Int32Array(memory.buffer, address(position), lengthOf.get(position)!);
  const floats = (position: number) =>
    new Float64Array(memory.buffer, address(position), lengthOf.get(position)!);
  for (const { position, width, values } of wanted) {
    table[position] = address(position);
    if (values !== null) (width === 4 ? ints(position) : floats(position)).set(values);
  }
  return { memory, table, address, ints, floats };
}
