/**
 * The messages of TensorFlow 1 and 2 that the importer reads: graph_def and its parts. Sources are
 * node_def.proto, attr_value.proto, tensor.proto, types.proto, graph.proto and meta_graph.proto of
 * the repository tensorflow/tensorflow, with function.proto and op_def.proto. The field numbers
 * were checked against them.
 */
import {
  bool,
  bytes,
  type CountedNumbers,
  counted,
  enumeration,
  float,
  int,
  list,
  type MessageType,
  mapOf,
  message,
  optional,
  text,
} from "../../protobuf/schema.ts";

/** `DataType` by name; references to variables are the type plus 100. */
export const dataTypes: Readonly<Record<string, number>> = {
  DT_INVALID: 0,
  DT_FLOAT: 1,
  DT_DOUBLE: 2,
  DT_INT32: 3,
  DT_UINT8: 4,
  DT_INT16: 5,
  DT_INT8: 6,
  DT_STRING: 7,
  DT_COMPLEX64: 8,
  DT_INT64: 9,
  DT_BOOL: 10,
  DT_QINT8: 11,
  DT_QUINT8: 12,
  DT_QINT32: 13,
  DT_BFLOAT16: 14,
  DT_QINT16: 15,
  DT_QUINT16: 16,
  DT_UINT16: 17,
  DT_COMPLEX128: 18,
  DT_HALF: 19,
  DT_RESOURCE: 20,
  DT_VARIANT: 21,
  DT_UINT32: 22,
  DT_UINT64: 23,
};
const REFERENCE = 100;
const withReferences = {
  ...dataTypes,
  ...Object.fromEntries(
    Object.entries(dataTypes).map(([name, number]) => [`${name}_REF`, number + REFERENCE]),
  ),
};
const dataType = (number: number) => enumeration(number, withReferences);

export interface Dim {
  readonly size: number;
}
export interface TensorShape {
  readonly dim: readonly Dim[];
  readonly unknown_rank: boolean;
}
export interface TensorProto {
  readonly dtype: number;
  readonly tensor_shape: TensorShape | null;
  readonly tensor_content: Uint8Array;
  readonly float_val: CountedNumbers;
  readonly double_val: CountedNumbers;
  readonly int_val: CountedNumbers;
  readonly int64_val: CountedNumbers;
  readonly bool_val: CountedNumbers;
}
export interface ListValue {
  readonly s: readonly Uint8Array[];
  readonly i: readonly number[];
  readonly shape: readonly TensorShape[];
  readonly type: readonly number[];
  readonly func: readonly FunctionName[];
}
export interface FunctionName {
  readonly name: string;
}
export interface AttrValue {
  readonly list: ListValue | null;
  readonly s: Uint8Array | null;
  readonly i: number | null;
  readonly f: number | null;
  readonly b: boolean | null;
  readonly type: number | null;
  readonly shape: TensorShape | null;
  readonly tensor: TensorProto | null;
  readonly func: FunctionName | null;
}
export interface NodeDef {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly device: string;
  readonly attr: ReadonlyMap<string, AttrValue>;
}
export interface ArgDef {
  readonly name: string;
  readonly type: number;
}
export interface OpSignature {
  readonly name: string;
  readonly input_arg: readonly ArgDef[];
  readonly output_arg: readonly ArgDef[];
}
/** An entry of a map from text to text. */
export interface TextEntry {
  readonly key: string;
  readonly value: string;
}
export interface FunctionDef {
  readonly signature: OpSignature | null;
  readonly attr: ReadonlyMap<string, AttrValue>;
  readonly node_def: readonly NodeDef[];
  /** Results by name: an argument, or `node:output:number`. */
  readonly ret: readonly TextEntry[];
  readonly control_ret: readonly TextEntry[];
}
export interface FunctionLibrary {
  readonly function: readonly FunctionDef[];
}
export interface Versions {
  readonly producer: number;
}
export interface GraphDef {
  readonly node: readonly NodeDef[];
  readonly library: FunctionLibrary | null;
  readonly versions: Versions | null;
}
export interface MetaInfo {
  readonly tags: readonly string[];
  readonly tensorflow_version: string;
}
export interface MetaGraphDef {
  readonly meta_info_def: MetaInfo | null;
  readonly graph_def: GraphDef | null;
  readonly signature_def: ReadonlyMap<string, SignatureDef>;
}
export interface TensorInfo {
  /** `node:port`. */
  readonly name: string;
}
export interface SignatureDef {
  readonly inputs: ReadonlyMap<string, TensorInfo>;
  readonly outputs: ReadonlyMap<string, TensorInfo>;
}
export interface SavedModel {
  readonly meta_graphs: readonly MetaGraphDef[];
}

const dim: MessageType<Dim> = { name: "TensorShapeProto.Dim", fields: { size: int(1) } };
export const shapeType: MessageType<TensorShape> = {
  name: "TensorShapeProto",
  fields: { dim: list(message(2, () => dim)), unknown_rank: bool(3) },
};
const tensor: MessageType<TensorProto> = {
  name: "TensorProto",
  fields: {
    dtype: dataType(1),
    tensor_shape: message(2, () => shapeType),
    tensor_content: bytes(4),
    float_val: counted("float", 5),
    double_val: counted("double", 6),
    int_val: counted("int", 7),
    int64_val: counted("int", 10),
    bool_val: counted("int", 11),
  },
};
const functionName: MessageType<FunctionName> = { name: "NameAttrList", fields: { name: text(1) } };
const listValue: MessageType<ListValue> = {
  name: "AttrValue.ListValue",
  fields: {
    s: list(bytes(2)),
    i: list(int(3)),
    type: list(dataType(6)),
    shape: list(message(7, () => shapeType)),
    func: list(message(9, () => functionName)),
  },
};
const attrValue: MessageType<AttrValue> = {
  name: "AttrValue",
  fields: {
    list: message(1, () => listValue),
    s: optional(bytes(2)),
    i: optional(int(3)),
    f: optional(float(4)),
    b: optional(bool(5)),
    type: optional(dataType(6)),
    shape: message(7, () => shapeType),
    tensor: message(8, () => tensor),
    func: message(10, () => functionName),
  },
};
const nodeDef: MessageType<NodeDef> = {
  name: "NodeDef",
  fields: {
    name: text(1),
    op: text(2),
    input: list(text(3)),
    device: text(4),
    attr: mapOf(5, () => attrValue),
  },
};
const argDef: MessageType<ArgDef> = { name: "OpDef.ArgDef", fields: { name: text(1), type: dataType(3) } };
const opSignature: MessageType<OpSignature> = {
  name: "OpDef",
  fields: {
    name: text(1),
    input_arg: list(message(2, () => argDef)),
    output_arg: list(message(3, () => argDef)),
  },
};
/** A map is on the wire, and in text, a list of its entries. */
const textEntry: MessageType<TextEntry> = { name: "entry", fields: { key: text(1), value: text(2) } };
const functionDef: MessageType<FunctionDef> = {
  name: "FunctionDef",
  fields: {
    signature: message(1, () => opSignature),
    attr: mapOf(5, () => attrValue),
    node_def: list(message(3, () => nodeDef)),
    ret: list(message(4, () => textEntry)),
    control_ret: list(message(6, () => textEntry)),
  },
};
const functionLibrary: MessageType<FunctionLibrary> = {
  name: "FunctionDefLibrary",
  fields: { function: list(message(1, () => functionDef)) },
};
const versions: MessageType<Versions> = { name: "VersionDef", fields: { producer: int(1) } };
export const graphDefType: MessageType<GraphDef> = {
  name: "GraphDef",
  fields: {
    node: list(message(1, () => nodeDef)),
    library: message(2, () => functionLibrary),
    versions: message(4, () => versions),
  },
};
const metaInfo: MessageType<MetaInfo> = {
  name: "MetaInfoDef",
  fields: { tags: list(text(4)), tensorflow_version: text(5) },
};
const tensorInfo: MessageType<TensorInfo> = { name: "TensorInfo", fields: { name: text(1) } };
const signatureDef: MessageType<SignatureDef> = {
  name: "SignatureDef",
  fields: { inputs: mapOf(1, () => tensorInfo), outputs: mapOf(2, () => tensorInfo) },
};
export const metaGraphType: MessageType<MetaGraphDef> = {
  name: "MetaGraphDef",
  fields: {
    meta_info_def: message(1, () => metaInfo),
    graph_def: message(2, () => graphDefType),
    signature_def: mapOf(5, () => signatureDef),
  },
};
export const savedModelType: MessageType<SavedModel> = {
  name: "SavedModel",
  fields: { meta_graphs: list(message(2, () => metaGraphType)) },
};
