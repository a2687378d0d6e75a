/**
 * `Tensor`: what importers know of a value that flows between ops. It has an element type and,
 * where it is known, a shape. A few known numbers are kept, because shapes are computed from them
 * (`Reshape`, `Slice`).
 */
export type Shape = readonly number[];

/** Bits of one element. A string counts as a reference of 16 bytes, without its characters. */
const bitsOf = {
  float64: 64,
  float32: 32,
  float16: 16,
  bfloat16: 16,
  float8: 8,
  float6: 6,
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
  int2: 2,
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
  /** Null where it is not known, and of a sequence. */
  readonly shape: Shape | null;
  /** The tensors of a sequence, where their number and sizes are known. */
  readonly items?: readonly Tensor[];
  /** Its size depends on data and counts as the largest possible. */
  readonly isLargest?: boolean;
  /** In row-major order; only for a known shape of at most `MOST_VALUES` elements. */
  readonly value?: readonly number[];
}

export const MOST_VALUES = 1024;

export const elements = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

export const bytesOfShape = (element: ElementType, shape: Shape): number =>
  Math.ceil((elements(shape) * bitsOf[element]) / 8);

/** 0 where the shape is not known. */
export function bytesOf({ element, shape, items }: Tensor): number {
  if (items !== undefined) return items.reduce((total, item) => total + bytesOf(item), 0);
  return shape === null ? 0 : bytesOfShape(element, shape);
}

/** Whether shape, or number and shapes of a sequence's tensors, are known. */
export const isSized = ({ shape, items }: Tensor): boolean =>
  items === undefined ? shape !== null : items.every(isSized);

export const shown = (shape: Shape): string => `[${shape.join(", ")}]`;

/** The results of an op, and their cost. */
export interface Effect {
  readonly outputs: readonly Tensor[];
  /** FLOP, 2 per multiply-add. */
  readonly flops: number;
  /** Bytes read and written; by default each input and output once. */
  readonly bytesTouched?: number;
}

/** Thrown by rules that need an unknown shape or number. It is not a mistake of the file. */
export class UnknownTensor extends Error {
  override readonly name = "UnknownTensor";
}

/** Whether the elements are weights rather than shapes, axes, indices, masks or texts. */
export const isWeight = (element: ElementType): boolean =>
  !/^(int64|uint64|bool|string|resource)$/.test(element);
