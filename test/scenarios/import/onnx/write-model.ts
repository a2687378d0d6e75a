/**
 * ONNX files for tests, written by protobufjs from the messages of onnx/onnx.proto, without code of
 * our reader. Tensors have shapes, and data only where numbers are given.
 */
import protobuf from "protobufjs";

const schema = `
  syntax = "proto2";
  package onnx;
  message StringStringEntryProto { optional string key = 1; optional string value = 2; }
  message TensorProto {
    repeated int64 dims = 1; optional int32 data_type = 2;
    repeated float float_data = 4 [packed = true]; repeated int32 int32_data = 5 [packed = true];
    repeated int64 int64_data = 7 [packed = true]; optional string name = 8; optional bytes raw_data = 9;
    repeated StringStringEntryProto external_data = 13; optional int32 data_location = 14;
  }
  message TensorShapeProto {
    message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
    repeated Dimension dim = 1;
  }
  message TypeProto {
    message Tensor { optional int32 elem_type = 1; optional TensorShapeProto shape = 2; }
    message Sequence { optional TypeProto elem_type = 1; }
    message Optional { optional TypeProto elem_type = 1; }
    oneof value { Tensor tensor_type = 1; Sequence sequence_type = 4; Optional optional_type = 9; }
  }
  message ValueInfoProto { optional string name = 1; optional TypeProto type = 2; }
  message AttributeProto {
    optional string name = 1; optional float f = 2; optional int64 i = 3; optional bytes s = 4;
    optional TensorProto t = 5; optional GraphProto g = 6; repeated float floats = 7; repeated int64 ints = 8;
    repeated bytes strings = 9; optional int32 type = 20; optional string ref_attr_name = 21;
  }
  message NodeProto {
    repeated string input = 1; repeated string output = 2; optional string name = 3; optional string op_type = 4;
    repeated AttributeProto attribute = 5; optional string domain = 7;
  }
  message GraphProto {
    repeated NodeProto node = 1; optional string name = 2; repeated TensorProto initializer = 5;
    repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12; repeated ValueInfoProto value_info = 13;
  }
  message OperatorSetIdProto { optional string domain = 1; optional int64 version = 2; }
  message FunctionProto {
    optional string name = 1; repeated string input = 4; repeated string output = 5; repeated NodeProto node = 7;
    repeated OperatorSetIdProto opset_import = 9; optional string domain = 10;
    repeated AttributeProto attribute_proto = 11;
  }
  message ModelProto {
    optional int64 ir_version = 1; optional string producer_name = 2; optional string producer_version = 3;
    optional GraphProto graph = 7; repeated OperatorSetIdProto opset_import = 8; repeated FunctionProto functions = 25;
  }
`;
/** The type of a whole file. */
export const modelMessage = protobuf.parse(schema, { keepCase: true }).root.lookupType("onnx.ModelProto");

export const FLOAT = 1;
export const INT64 = 7;
export const FLOAT16 = 10;

export interface TestTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data_type: number;
  readonly int64_data?: readonly number[];
  readonly float_data?: readonly number[];
  readonly raw_data?: Uint8Array;
  readonly external_data?: readonly { readonly key: string; readonly value: string }[];
  readonly data_location?: number;
}
export interface TestNode {
  readonly op_type: string;
  readonly name?: string;
  readonly domain?: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute?: readonly object[];
}
export interface TestGraph {
  readonly name?: string;
  readonly node: readonly TestNode[];
  readonly initializer?: readonly TestTensor[];
  readonly input: readonly object[];
  readonly output?: readonly object[];
  readonly value_info?: readonly object[];
}

export const weights = (name: string, dims: readonly number[], data_type = FLOAT): TestTensor => ({
  name,
  dims,
  data_type,
});

export const ints = (name: string, values: readonly number[]): TestTensor => ({
  name,
  dims: [values.length],
  data_type: INT64,
  int64_data: values,
});

/** A value with its shape; sizes are numbers, names, or "" for a size without either. */
export const value = (name: string, sizes: readonly (number | string)[], elem_type = FLOAT): object => ({
  name,
  type: {
    tensor_type: {
      elem_type,
      shape: {
        dim: sizes.map((size) =>
          size === "" ? {} : typeof size === "number" ? { dim_value: size } : { dim_param: size },
        ),
      },
    },
  },
});

/** A sequence of tensors of one shape. */
export const sequence = (name: string, sizes: readonly (number | string)[]): object => ({
  name,
  type: { sequence_type: { elem_type: (value("", sizes) as { type: object }).type } },
});

/** Operator sets: ONNX's own at a version, and ONNX Runtime's. */
export const opset = (version: number): object => ({
  opset_import: [
    { domain: "", version },
    { domain: "com.microsoft", version: 1 },
  ],
});

/** A node of ONNX Runtime's domain. */
export const runtimeNode = (...parts: Parameters<typeof node>): TestNode => ({
  ...node(...parts),
  domain: "com.microsoft",
});

/** An attribute from a number, a list, a text, a tensor or a graph. */
export function attribute(name: string, content: unknown): object {
  if (Array.isArray(content)) return { name, type: 7, ints: content };
  if (typeof content === "number") return { name, type: 2, i: content };
  if (typeof content === "string") return { name, type: 3, s: Buffer.from(content) };
  const isGraph = typeof content === "object" && content !== null && "node" in content;
  return isGraph ? { name, type: 5, g: content } : { name, type: 4, t: content };
}

export const node = (
  op_type: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Readonly<Record<string, unknown>> = {},
): TestNode => ({
  op_type,
  input,
  output,
  attribute: Object.entries(attributes).map(([name, content]) => attribute(name, content)),
});

export function onnxFile(graph: TestGraph, more: object = {}): Uint8Array {
  const message = {
    ir_version: 8,
    producer_name: "test",
    opset_import: [{ domain: "", version: 17 }],
    graph: { name: "g", ...graph },
    ...more,
  };
  const problem = modelMessage.verify(message);
  if (problem !== null) throw new Error(problem);
  // A copy, because protobufjs returns a view of a shared pool on Node.
  return new Uint8Array(modelMessage.encode(modelMessage.fromObject(message)).finish());
}
