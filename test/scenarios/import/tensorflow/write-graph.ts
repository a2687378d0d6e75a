/**
 * TensorFlow files for tests, written by protobufjs without code of our reader. Messages are those
 * of tensorflow/core/framework and core/protobuf. The printer below writes them as text.
 */
import protobuf from "protobufjs";

const schema = `
  syntax = "proto3";
  package tensorflow;
  enum DataType {
    DT_INVALID = 0; DT_FLOAT = 1; DT_DOUBLE = 2; DT_INT32 = 3; DT_STRING = 7; DT_INT64 = 9; DT_BOOL = 10; DT_HALF = 19;
    DT_RESOURCE = 20; DT_FLOAT_REF = 101;
  }
  message TensorShapeProto { message Dim { int64 size = 1; string name = 2; } repeated Dim dim = 2; bool unknown_rank = 3; }
  message TensorProto {
    DataType dtype = 1; TensorShapeProto tensor_shape = 2; int32 version_number = 3; bytes tensor_content = 4;
    repeated float float_val = 5; repeated int32 int_val = 7; repeated int64 int64_val = 10;
  }
  message AttrValue {
    message ListValue {
      repeated bytes s = 2; repeated int64 i = 3; repeated DataType type = 6; repeated TensorShapeProto shape = 7;
      repeated NameAttrList func = 9;
    }
    oneof value {
      bytes s = 2; int64 i = 3; float f = 4; bool b = 5; DataType type = 6; TensorShapeProto shape = 7; TensorProto tensor = 8;
      ListValue list = 1; NameAttrList func = 10;
    }
  }
  message NodeDef {
    string name = 1; string op = 2; repeated string input = 3; string device = 4; map<string, AttrValue> attr = 5;
  }
  message NameAttrList { string name = 1; }
  message OpDef {
    message ArgDef { string name = 1; DataType type = 3; }
    string name = 1; repeated ArgDef input_arg = 2; repeated ArgDef output_arg = 3;
  }
  message FunctionDef {
    OpDef signature = 1; map<string, AttrValue> attr = 5; repeated NodeDef node_def = 3; map<string, string> ret = 4;
    map<string, string> control_ret = 6;
  }
  message FunctionDefLibrary { repeated FunctionDef function = 1; }
  message VersionDef { int32 producer = 1; int32 min_consumer = 2; }
  message GraphDef { repeated NodeDef node = 1; VersionDef versions = 4; FunctionDefLibrary library = 2; }
  message MetaGraphDef {
    message MetaInfoDef { string meta_graph_version = 1; repeated string tags = 4; string tensorflow_version = 5; }
    MetaInfoDef meta_info_def = 1; GraphDef graph_def = 2; map<string, SignatureDef> signature_def = 5;
  }
  message TensorInfo { string name = 1; }
  message SignatureDef { map<string, TensorInfo> inputs = 1; map<string, TensorInfo> outputs = 2; }
  message SavedModel { int64 saved_model_schema_version = 1; repeated MetaGraphDef meta_graphs = 2; }
  message AllocationDescription { int64 requested_bytes = 1; }
  message TensorDescription { DataType dtype = 1; AllocationDescription allocation_description = 4; }
  message NodeOutput { int32 slot = 1; TensorDescription tensor_description = 3; }
  message NodeExecStats {
    string node_name = 1; int64 all_start_micros = 2; int64 op_start_rel_micros = 3; int64 op_end_rel_micros = 4;
    int64 all_end_rel_micros = 5; repeated NodeOutput output = 7;
  }
  message DeviceStepStats { string device = 1; repeated NodeExecStats node_stats = 2; }
  message StepStats { repeated DeviceStepStats dev_stats = 1; }
  message CostGraphDef {
    message Node {
      message InputInfo { int32 preceding_node = 1; int32 preceding_port = 2; }
      message OutputInfo { int64 size = 1; int64 alias_input_port = 2; }
      string name = 1; string device = 2; int32 id = 3; repeated InputInfo input_info = 4; repeated OutputInfo output_info = 5;
      repeated int32 control_input = 8; int64 compute_cost = 9;
    }
    repeated Node node = 1;
  }
  message RunMetadata { StepStats step_stats = 1; CostGraphDef cost_graph = 2; repeated GraphDef partition_graphs = 3; }
  message OpMemory { repeated int64 output_memory = 1; }
  message OpPerformance { string node = 5; OpMemory op_memory = 9; }
`;
const root = protobuf.parse(schema, { keepCase: true }).root;

export const DT_FLOAT = 1;
export const DT_INT32 = 3;
export const DT_RESOURCE = 20;

export const tfMessage = (name: string): protobuf.Type => root.lookupType(`tensorflow.${name}`);

export function tfFile(message: string, content: object): Uint8Array {
  const type = tfMessage(message);
  const problem = type.verify(content);
  if (problem !== null) throw new Error(problem);
  // A copy, because protobufjs returns a view of a shared pool on Node.
  return new Uint8Array(type.encode(type.fromObject(content)).finish());
}

/** The text form, as `text_format` prints it. */
export function tfText(message: string, content: object): string {
  return printed(tfMessage(message), content as Record<string, unknown>, "");
}

function printed(type: protobuf.Type, content: Record<string, unknown>, indent: string): string {
  let text = "";
  for (const field of type.fieldsArray) {
    const value = content[field.name];
    if (value === undefined) continue;
    field.resolve();
    const inner = field.resolvedType;
    const lines = (item: unknown): string => {
      if (inner instanceof protobuf.Type)
        return `${indent}${field.name} {\n${printed(inner, item as Record<string, unknown>, `${indent}  `)}${indent}}\n`;
      if (inner instanceof protobuf.Enum)
        return `${indent}${field.name}: ${inner.valuesById[item as number]}\n`;
      const isQuoted = field.type === "string" || field.type === "bytes";
      return `${indent}${field.name}: ${isQuoted ? quoted(item as string | Uint8Array) : String(item)}\n`;
    };
    if (field.map)
      for (const [key, item] of Object.entries(value as Record<string, unknown>))
        text += `${indent}${field.name} {\n${indent}  key: ${quoted(key)}\n${lines(item).replace(field.name, "value")}${indent}}\n`;
    else for (const item of field.repeated ? (value as unknown[]) : [value]) text += lines(item);
  }
  return text;
}

const quoted = (content: string | Uint8Array): string =>
  `"${[...Buffer.from(content)].map((byte) => (byte > 31 && byte < 127 && byte !== 34 && byte !== 92 ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, "0")}`)).join("")}"`;

export interface TestNode {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly device?: string;
  readonly attr: Readonly<Record<string, object>>;
}

export const shape = (sizes: readonly number[]): object => ({ dim: sizes.map((size) => ({ size })) });

/**
 * Numbers are `i`, booleans `b`, texts `s`, lists of numbers `list.i`; objects are used as given.
 */
export function node(
  op: string,
  name: string,
  input: readonly string[] = [],
  attributes: Readonly<Record<string, unknown>> = {},
): TestNode {
  const attr = Object.fromEntries(
    Object.entries(attributes).map(([key, content]) => [key, attributeOf(content)]),
  );
  return { name, op, input, attr };
}

function attributeOf(content: unknown): object {
  if (typeof content === "number") return { i: content };
  if (typeof content === "boolean") return { b: content };
  if (typeof content === "string") return { s: Buffer.from(content) };
  if (Array.isArray(content)) return { list: { i: content } };
  return content as object;
}

export const float = { type: DT_FLOAT };

/** A constant: weights with a shape and no numbers, or whole numbers. */
export const weights = (name: string, sizes: readonly number[]): TestNode =>
  node("Const", name, [], {
    dtype: float,
    value: { tensor: { dtype: DT_FLOAT, tensor_shape: shape(sizes) } },
  });
export const ints = (name: string, values: readonly number[], sizes = [values.length]): TestNode =>
  node("Const", name, [], {
    dtype: { type: DT_INT32 },
    value: { tensor: { dtype: DT_INT32, tensor_shape: shape(sizes), int_val: values } },
  });

export const located = (op: TestNode, other: string): TestNode => ({
  ...op,
  attr: { ...op.attr, _class: { list: { s: [Buffer.from(`loc:@${other}`)] } } },
});
export const declaring = (op: TestNode, ...shapes: readonly (readonly number[])[]): TestNode => ({
  ...op,
  attr: { ...op.attr, _output_shapes: { list: { shape: shapes.map(shape) } } },
});

export const boolean = { type: 10 };
export const calling = (name: string): object => ({ func: { name } });
export const placeholder = (name: string, sizes: readonly number[]): TestNode =>
  node("Placeholder", name, [], { dtype: float, shape: { shape: shape(sizes) } });

/** A function of a library. Inputs in it are `argument` or `node:output:number`. */
export const functionOf = (
  name: string,
  inputs: readonly string[],
  results: Readonly<Record<string, string>>,
  ...nodes: readonly TestNode[]
): object => ({
  signature: {
    name,
    input_arg: inputs.map((each) => ({ name: each, type: DT_FLOAT })),
    output_arg: Object.keys(results).map((each) => ({ name: each, type: DT_FLOAT })),
  },
  node_def: nodes,
  ret: results,
});
