/**
 * Frames: the messages between `placement-gym serve` and its clients (docs/python.md). A frame is
 * a prefix of 8 bytes and a body. The prefix is the length of the body and that of its header, as
 * little-endian whole numbers of 32 bits. The body is the header, a JSON object in UTF-8, and then
 * the arrays that its field `arrays` lists as `[name, type, shape]`. Their entries are raw and
 * little-endian. Header and arrays are padded with zeros to multiples of 8 bytes.
 */
export const PREFIX_BYTES = 8;
const ALIGNMENT = 8;

export const arrayTypes = { u1: Uint8Array, i4: Int32Array, f4: Float32Array, f8: Float64Array } as const;
export type TypeName = keyof typeof arrayTypes;
export type FrameArray = Uint8Array | Int32Array | Float32Array | Float64Array;

export interface NamedArray {
  readonly name: string;
  readonly data: FrameArray;
  readonly shape: readonly number[];
}

/** What a frame says: the fields of its header but `arrays`, and the arrays by name. */
export interface Message {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly arrays: ReadonlyMap<string, NamedArray>;
}

export const padded = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
