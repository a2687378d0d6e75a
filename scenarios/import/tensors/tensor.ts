/**
 * `Tensor`: what importers know of a value that flows between ops: its element type, its shape
 * where it could be found out, and the numbers themselves where they are few and known, because
 * shapes are computed from such numbers (`Reshape`, `Slice`).
 */
export type Shape = readonly number[];

/** Bits of one element. A string counts as a reference of 16 bytes, wherever its characters are. */
const bitsOf = {
  float64: 64,
  float32: 32,
  float16: 16,
  bfloat16: 16,
  float8: 8,
  float4: 4,
  int64: 64,
  uint64: 64,
  int32: 32,
  uint32: 32,
  int16: 16,
  uint16: 16,
  int8: 8,
  uint8: 8,
  int4: 4,
  bool: 8,
  complex64: 64,
  complex128: 128,
  string: 128,
  /** Handles of variables and queues. */
  resource: 0,
} as const;
export type ElementType = keyof typeof bitsOf;

export interface Tensor {
  readonly element: ElementType;
  /** Null where it is not known. */
  readonly shape: Shape | null;
  /** In row-major order; only for a known shape of at most `MOST_VALUES` elements. */
  readonly value?: readonly number[];
}

export const MOST_VALUES = 1024;

export const elements = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

export const bytesOfShape = (element: ElementType, shape: Shape): number =>
  Math.ceil((elements(shape) * bitsOf[element]) / 8);

/** 0 where the shape is not known. */
export const bytesOf = ({ element, shape }: Tensor): number =>
  shape === null ? 0 : bytesOfShape(element, shape);

export const shown = (shape: Shape): string => `[${shape.join(", ")}]`;

/** What an op makes of its inputs, and what that costs. */
export interface Effect {
  readonly outputs: readonly Tensor[];
  /** FLOP, 2 per multiply-add. */
  readonly flops: number;
  /** Bytes read and written, where that is not each input and output once. */
  readonly bytesTouched?: number;
}

/** Thrown by rules that need a shape or a number which nobody knows; no mistake of the file. */
export class UnknownTensor extends Error {
  override readonly name = "UnknownTensor";
}

/** Whether the elements are weights rather than shapes, axes, indices, masks or texts. */
export const isWeight = (element: ElementType): boolean =>
  !/^(int64|uint64|bool|string|resource)$/.test(element);
