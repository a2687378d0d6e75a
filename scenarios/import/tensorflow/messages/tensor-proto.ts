/** Types, shapes and small constants of TensorFlow files as `Tensor`s. */
import { InputError } from "../../../../env/model/errors.ts";
import {
  type ElementType,
  elements,
  MOST_VALUES,
  type Shape,
  shown,
  type Tensor,
} from "../../tensors/tensor.ts";
import type { TensorProto, TensorShape } from "./schema.ts";

const REFERENCE = 100;

/** By `DataType`. */
const elementTypes: readonly (ElementType | null)[] = [
  null,
  "float32",
  "float64",
  "int32",
  "uint8",
  "int16",
  "int8",
  "string",
  "complex64",
  "int64",
  "bool",
  "int8",
  "uint8",
  "int32",
  "bfloat16",
  "int16",
  "uint16",
  "uint16",
  "complex128",
  "float16",
  "resource",
  "resource",
  "uint32",
  "uint64",
];

/** References to variables count as the type they refer to; unknown types count as float32. */
export function elementTypeOf(dataType: number | null | undefined): ElementType {
  return elementTypes[(dataType ?? 0) % REFERENCE] ?? "float32";
}

/** Sizes with -1 for unknown ones; null where the rank is not known. */
export const sizesOf = (shape: TensorShape | null): readonly number[] | null =>
  shape === null || shape.unknown_rank ? null : shape.dim.map(({ size }) => (size < 0 ? -1 : size));

export const isKnown = (sizes: readonly number[]): boolean => !sizes.includes(-1);

/** The value of a `Const`. A list shorter than the shape repeats its last number. */
export function constantOf(proto: TensorProto): Tensor {
  const element = elementTypeOf(proto.dtype);
  const shape = sizesOf(proto.tensor_shape) ?? [];
  if (!isKnown(shape))
    throw new InputError(`its value has the shape ${shown(shape)}, in which a size is unknown.`);
  if (elements(shape) > MOST_VALUES) return { element, shape };
  const numbers = proto.tensor_content.length > 0 ? contentOf(proto, element, shape) : listed(proto);
  if (numbers === null || (numbers.length === 0 && elements(shape) > 0)) return { element, shape };
  const value = Array.from({ length: elements(shape) }, (_, i) => numbers[Math.min(i, numbers.length - 1)]);
  return { element, shape, value };
}

function listed({ float_val, double_val, int_val, int64_val, bool_val }: TensorProto): readonly number[] {
  return [float_val, double_val, int_val, int64_val, bool_val].find(({ count }) => count > 0)?.first ?? [];
}

function contentOf(proto: TensorProto, element: ElementType, shape: Shape): readonly number[] | null {
  const { buffer, byteOffset, byteLength } = proto.tensor_content;
  const view = new DataView(buffer, byteOffset, byteLength);
  const size = { int32: 4, int64: 8, float32: 4 }[element as string];
  if (size === undefined) return null;
  if (byteLength !== size * elements(shape))
    throw new InputError(
      `its value has ${byteLength} bytes, its shape ${shown(shape)} takes ${size * elements(shape)}.`,
    );
  return Array.from({ length: elements(shape) }, (_, i) => {
    if (element === "int64") return Number(view.getBigInt64(8 * i, true));
    return element === "int32" ? view.getInt32(4 * i, true) : view.getFloat32(4 * i, true);
  });
}
