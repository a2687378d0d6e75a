/**
 * The messages of ONNX that the importer reads, after onnx/onnx.proto (IR version 14; field numbers
 * checked against the file in the repository onnx/onnx). The data of tensors is never copied: raw
 * bytes are views, numbers are counted.
 */
import {
  bytes,
  type CountedNumbers,
  counted,
  float,
  int,
  list,
  type MessageType,
  message,
  optional,
  text,
} from "../protobuf/schema.ts";

export interface StringStringEntry {
  readonly key: string;
  readonly value: string;
}
export interface TensorProto {
  readonly dims: readonly number[];
  readonly data_type: number;
  readonly float_data: CountedNumbers;
  readonly int32_data: CountedNumbers;
  readonly string_data: readonly Uint8Array[];
  readonly int64_data: CountedNumbers;
  readonly name: string;
  readonly raw_data: Uint8Array;
  readonly double_data: CountedNumbers;
  readonly uint64_data: CountedNumbers;
  readonly external_data: readonly StringStringEntry[];
  readonly data_location: number;
}
export interface SparseTensorProto {
  readonly values: TensorProto | null;
  readonly dims: readonly number[];
}
export interface Dimension {
  readonly dim_value: number | null;
  readonly dim_param: string;
}
export interface TensorShapeProto {
  readonly dim: readonly Dimension[];
}
export interface TensorType {
  readonly elem_type: number;
  readonly shape: TensorShapeProto | null;
}
/** A sequence or an optional value. */
export interface ContainerType {
  readonly elem_type: TypeProto | null;
}
export interface TypeProto {
  readonly tensor_type: TensorType | null;
  readonly sequence_type: ContainerType | null;
  readonly map_type: object | null;
  readonly sparse_tensor_type: TensorType | null;
  readonly optional_type: ContainerType | null;
}
export interface ValueInfoProto {
  readonly name: string;
  readonly type: TypeProto | null;
}
export interface AttributeProto {
  readonly name: string;
  readonly ref_attr_name: string;
  readonly f: number | null;
  readonly i: number | null;
  readonly s: Uint8Array | null;
  readonly t: TensorProto | null;
  readonly g: GraphProto | null;
  readonly sparse_tensor: SparseTensorProto | null;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  readonly strings: readonly Uint8Array[];
  readonly tp: TypeProto | null;
}
export interface NodeProto {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly name: string;
  readonly op_type: string;
  readonly domain: string;
  readonly overload: string;
  readonly attribute: readonly AttributeProto[];
}
export interface GraphProto {
  readonly node: readonly NodeProto[];
  readonly name: string;
  readonly initializer: readonly TensorProto[];
  readonly sparse_initializer: readonly SparseTensorProto[];
  readonly input: readonly ValueInfoProto[];
  readonly output: readonly ValueInfoProto[];
  readonly value_info: readonly ValueInfoProto[];
}
export interface OperatorSetId {
  readonly domain: string;
  readonly version: number;
}
export interface FunctionProto {
  readonly name: string;
  readonly domain: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly node: readonly NodeProto[];
  /** Attributes with their defaults; others have none. */
  readonly attribute_proto: readonly AttributeProto[];
  readonly opset_import: readonly OperatorSetId[];
  readonly overload: string;
}
export interface ModelProto {
  readonly ir_version: number;
  readonly producer_name: string;
  readonly producer_version: string;
  readonly graph: GraphProto | null;
  readonly opset_import: readonly OperatorSetId[];
  readonly training_info: readonly object[];
  readonly functions: readonly FunctionProto[];
}

const stringEntry: MessageType<StringStringEntry> = {
  name: "StringStringEntryProto",
  fields: { key: text(1), value: text(2) },
};
const tensor: MessageType<TensorProto> = {
  name: "TensorProto",
  fields: {
    dims: list(int(1)),
    data_type: int(2),
    float_data: counted("float", 4),
    int32_data: counted("int", 5),
    string_data: list(bytes(6)),
    int64_data: counted("int", 7),
    name: text(8),
    raw_data: bytes(9),
    double_data: counted("double", 10),
    uint64_data: counted("int", 11),
    external_data: list(message(13, () => stringEntry)),
    data_location: int(14),
  },
};
const sparseTensor: MessageType<SparseTensorProto> = {
  name: "SparseTensorProto",
  fields: { values: message(1, () => tensor), dims: list(int(3)) },
};
const dimension: MessageType<Dimension> = {
  name: "Dimension",
  fields: { dim_value: optional(int(1)), dim_param: text(2) },
};
const shape: MessageType<TensorShapeProto> = {
  name: "TensorShapeProto",
  fields: { dim: list(message(1, () => dimension)) },
};
const tensorType: MessageType<TensorType> = {
  name: "TypeProto.Tensor",
  fields: { elem_type: int(1), shape: message(2, () => shape) },
};
const containerType: MessageType<ContainerType> = {
  name: "TypeProto.Sequence",
  fields: { elem_type: message(1, () => type) },
};
const mapType: MessageType<object> = { name: "TypeProto.Map", fields: {} };
const type: MessageType<TypeProto> = {
  name: "TypeProto",
  fields: {
    tensor_type: message(1, () => tensorType),
    sequence_type: message(4, () => containerType),
    map_type: message(5, () => mapType),
    sparse_tensor_type: message(8, () => tensorType),
    optional_type: message(9, () => containerType),
  },
};
const valueInfo: MessageType<ValueInfoProto> = {
  name: "ValueInfoProto",
  fields: { name: text(1), type: message(2, () => type) },
};
const attribute: MessageType<AttributeProto> = {
  name: "AttributeProto",
  fields: {
    name: text(1),
    f: optional(float(2)),
    i: optional(int(3)),
    s: optional(bytes(4)),
    t: message(5, () => tensor),
    g: message(6, () => graph),
    floats: list(float(7)),
    ints: list(int(8)),
    strings: list(bytes(9)),
    tp: message(14, () => type),
    ref_attr_name: text(21),
    sparse_tensor: message(22, () => sparseTensor),
  },
};
const node: MessageType<NodeProto> = {
  name: "NodeProto",
  fields: {
    input: list(text(1)),
    output: list(text(2)),
    name: text(3),
    op_type: text(4),
    attribute: list(message(5, () => attribute)),
    domain: text(7),
    overload: text(8),
  },
};
const graph: MessageType<GraphProto> = {
  name: "GraphProto",
  fields: {
    node: list(message(1, () => node)),
    name: text(2),
    initializer: list(message(5, () => tensor)),
    input: list(message(11, () => valueInfo)),
    output: list(message(12, () => valueInfo)),
    value_info: list(message(13, () => valueInfo)),
    sparse_initializer: list(message(15, () => sparseTensor)),
  },
};
const operatorSet: MessageType<OperatorSetId> = {
  name: "OperatorSetIdProto",
  fields: { domain: text(1), version: int(2) },
};
const functionType: MessageType<FunctionProto> = {
  name: "FunctionProto",
  fields: {
    name: text(1),
    input: list(text(4)),
    output: list(text(5)),
    node: list(message(7, () => node)),
    opset_import: list(message(9, () => operatorSet)),
    domain: text(10),
    attribute_proto: list(message(11, () => attribute)),
    overload: text(13),
  },
};
const anything: MessageType<object> = { name: "TrainingInfoProto", fields: {} };

export const modelType: MessageType<ModelProto> = {
  name: "ModelProto",
  fields: {
    ir_version: int(1),
    producer_name: text(2),
    producer_version: text(3),
    graph: message(7, () => graph),
    opset_import: list(message(8, () => operatorSet)),
    training_info: list(message(20, () => anything)),
    functions: list(message(25, () => functionType)),
  },
};
