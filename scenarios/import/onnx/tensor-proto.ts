/**
 * Tensors stored in an ONNX file: type, shape and, of small ones, the numbers. Data that does not
 * fill its shape is an error. Data in another file, or stripped data, is not needed: its size
 * follows from the shape.
 */
import { InputError } from "../../../env/model/errors.ts";
import type { CountedNumbers } from "../protobuf/schema.ts";
import {
  bytesOfShape,
  type ElementType,
  elements,
  MOST_VALUES,
  shown,
  type Tensor,
} from "../tensors/tensor.ts";
import type { TensorProto, TensorShapeProto } from "./schema.ts";

/** By `TensorProto.DataType`. */
const elementTypes: readonly (ElementType | null)[] = [
  null,
  "float32",
  "uint8",
  "int8",
  "uint16",
  "int16",
  "int32",
  "int64",
  "string",
  "bool",
  "float16",
  "float64",
  "uint32",
  "uint64",
  "complex64",
  "complex128",
  "bfloat16",
  "float8",
  "float8",
  "float8",
  "float8",
  "int4",
  "int4",
  "float4",
  "float8",
  "int2",
  "int2",
  "float6",
  "float6",
];

/** Element types by the names that `Cast` took before opset 6. */
const byName: Readonly<Record<string, ElementType>> = {
  FLOAT: "float32",
  DOUBLE: "float64",
  FLOAT16: "float16",
  BFLOAT16: "bfloat16",
  UINT8: "uint8",
  INT8: "int8",
  UINT16: "uint16",
  INT16: "int16",
  UINT32: "uint32",
  INT32: "int32",
  UINT64: "uint64",
  INT64: "int64",
  BOOL: "bool",
  STRING: "string",
  COMPLEX64: "complex64",
  COMPLEX128: "complex128",
};

export function elementTypeNamed(name: string): ElementType {
  const element = Object.hasOwn(byName, name.toUpperCase()) ? byName[name.toUpperCase()] : undefined;
  if (element === undefined)
    throw new InputError(`data type "${name.slice(0, 40)}" is not known, expected one such as FLOAT.`);
  return element;
}

const EXTERNAL = 1;

export function elementTypeOf(number: number): ElementType {
  const element = elementTypes[number] ?? null;
  if (element === null)
    throw new InputError(
      `data type ${number} is not known, expected one of ONNX's 1..${elementTypes.length - 1}.`,
    );
  return element;
}

export const isExternal = (proto: TensorProto): boolean => proto.data_location === EXTERNAL;

export function tensorOf(proto: TensorProto): Tensor {
  const element = elementTypeOf(proto.data_type);
  const shape = proto.dims;
  if (shape.some((size) => size < 0))
    throw new InputError(`has the shape ${shown(shape)}, in which a size is negative.`);
  if (isExternal(proto)) return { element, shape };
  checkLength(proto, element);
  const value = elements(shape) <= MOST_VALUES ? valuesOf(proto, element) : undefined;
  return value === undefined || value.length !== elements(shape)
    ? { element, shape }
    : { element, shape, value };
}

function checkLength(proto: TensorProto, element: ElementType): void {
  const { dims: shape, raw_data: raw } = proto;
  if (raw.length > 0) {
    const expected = bytesOfShape(element, shape);
    if (raw.length !== expected)
      throw new InputError(
        `has ${raw.length} bytes of data, its shape ${shown(shape)} takes ${expected} as ${element}.`,
      );
    return;
  }
  const { count } = typedData(proto);
  // Complex numbers take two entries each, and small integers may share one.
  if (count > 0 && /^(float32|float64|int64|int32|uint64)$/.test(element) && count !== elements(shape))
    throw new InputError(`has ${count} numbers, its shape ${shown(shape)} takes ${elements(shape)}.`);
}

function typedData(proto: TensorProto): CountedNumbers {
  const { float_data, int32_data, int64_data, double_data, uint64_data } = proto;
  const filled = [float_data, int32_data, int64_data, double_data, uint64_data];
  return filled.find(({ count }) => count > 0) ?? float_data;
}

function valuesOf(proto: TensorProto, element: ElementType): readonly number[] | undefined {
  if (proto.raw_data.length === 0)
    return /^(float16|bfloat16)$/.test(element) ? undefined : typedData(proto).first;
  const { buffer, byteOffset, byteLength } = proto.raw_data;
  const view = new DataView(buffer, byteOffset, byteLength);
  const read = rawReaders[element];
  if (read === undefined) return undefined;
  return Array.from({ length: elements(proto.dims) }, (_, i) => read(view, i));
}

const rawReaders: Partial<Record<ElementType, (view: DataView, i: number) => number>> = {
  float32: (view, i) => view.getFloat32(4 * i, true),
  float64: (view, i) => view.getFloat64(8 * i, true),
  int64: (view, i) => Number(view.getBigInt64(8 * i, true)),
  int32: (view, i) => view.getInt32(4 * i, true),
  uint8: (view, i) => view.getUint8(i),
  int8: (view, i) => view.getInt8(i),
  bool: (view, i) => view.getUint8(i),
};

/** Sizes of a declared shape, each known, named or neither. */
export type DeclaredShape = readonly (number | string | null)[];

export function declaredShape(shape: TensorShapeProto): DeclaredShape {
  return shape.dim.map(({ dim_value: size, dim_param: name }) => {
    if (name !== "") return name;
    return size !== null && size >= 0 ? size : null;
  });
}
