/**
 * Ops of TensorFlow that pick, order, scatter, draw or rearrange elements. Semantics: the op
 * definitions of tensorflow/core/ops. What depends on the data has an unknown size.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { axisOf, broadcast } from "../../tensors/shapes.ts";
import { bytesOf, bytesOfShape, elements, type Shape, shown, type Tensor } from "../../tensors/tensor.ts";
import type { TfOp, TfRule } from "../tf-op.ts";

const named = (names: string, rule: TfRule): Record<string, TfRule> =>
  Object.fromEntries(names.split(" ").map((name) => [name, rule]));

const moved = (op: TfOp, shape: Shape, source = 0) => {
  const { element } = op.input(source);
  return { outputs: [{ element, shape }], flops: 0, bytesTouched: 2 * bytesOfShape(element, shape) };
};
const unknown = (op: TfOp, rank: number, element = op.input(0).element): Tensor => ({
  element,
  shape: Array.from({ length: rank }, () => Number.NaN),
});

const size: TfRule = (op) => {
  const value = [elements(op.sizes(0))];
  return { outputs: [{ element: "int32", shape: [], value }], flops: 0, bytesTouched: 0 };
};

const broadcastTo: TfRule = (op) => moved(op, op.sizesIn(1));
const broadcastArgs: TfRule = (op) => {
  const value = broadcast([op.sizesIn(0), op.sizesIn(1)]);
  return { outputs: [{ element: "int32", shape: [value.length], value }], flops: 0, bytesTouched: 0 };
};

const same: TfRule = (op) => moved(op, op.sizes(0));

/** n log2 n comparisons along the last axis. */
const topK: TfRule = (op) => {
  const shape = op.sizes(0);
  const count = op.inputs.length > 1 ? op.values(1)[0] : op.int("k", 1);
  const kept = [...shape.slice(0, -1), count];
  const flops = Math.ceil(elements(shape) * Math.log2(Math.max(2, shape.at(-1) ?? 1)));
  return {
    outputs: [
      { element: op.input(0).element, shape: kept },
      { element: "int32", shape: kept },
    ],
    flops,
  };
};

const where: TfRule = (op) => {
  const shape = op.sizes(0);
  return { outputs: [{ element: "int64", shape: [Number.NaN, shape.length] }], flops: elements(shape) };
};

const unique: TfRule = (op) => {
  const shape = op.sizes(0);
  const index: Tensor = { element: "int32", shape };
  return { outputs: [unknown(op, 1), index, unknown(op, 1, "int32")], flops: elements(shape) };
};

/** Every box meets every other one, at 10 FLOP a pair; at most the third input are kept. */
const suppressed: TfRule = (op) => {
  const boxes = op.sizes(0)[0];
  const padded = op.isSet("pad_to_max_output_size") ? op.values(2)[0] : Number.NaN;
  const kept: Tensor = { element: "int32", shape: [padded] };
  const scores: Tensor = { element: op.input(0).element, shape: [padded] };
  const valid: Tensor = { element: "int32", shape: [] };
  const outputs = op.type.endsWith("V5")
    ? [kept, scores, valid]
    : op.type.endsWith("V4")
      ? [kept, valid]
      : [kept];
  // The work does not follow from what is kept.
  return { outputs, flops: 10 * boxes * boxes, bytesTouched: 2 * bytesOf(op.input(0)) };
};

/** Inputs: images, boxes, their images, size. Four samples for each element. */
const cropAndResize: TfRule = (op) => {
  const [height, width] = op.values(3);
  const shape = [op.sizes(1)[0], height, width, op.sizes(0)[3]];
  const touched = 5 * bytesOfShape("float32", shape);
  return { outputs: [{ element: "float32", shape }], flops: 8 * elements(shape), bytesTouched: touched };
};

/** Inputs: indices, updates, shape. */
const scatterNd: TfRule = (op) => {
  const shape = op.sizesIn(2);
  const { element } = op.input(1);
  const touched = bytesOf(op.input(0)) + bytesOf(op.input(1)) + bytesOfShape(element, shape);
  return { outputs: [{ element, shape }], flops: elements(op.sizes(1)), bytesTouched: touched };
};

/** Inputs: data or variable, indices, updates. Only the rows of the updates are touched. */
const scatterRows: TfRule = (op) => {
  const adds = /Add|Sub|Mul|Div/.test(op.type);
  const [indices, updates] = [op.input(1), op.input(2)];
  return {
    outputs: op.type.startsWith("Resource") ? [] : [{ element: op.input(0).element, shape: op.sizes(0) }],
    flops: adds ? elements(op.sizes(2)) : 0,
    bytesTouched: bytesOf(indices) + (adds ? 3 : 2) * bytesOf(updates),
  };
};

/** Inputs: data, segments, and for some the number of segments. */
const segments: TfRule = (op) => {
  const [data, ids] = [op.sizes(0), op.sizes(1)];
  const sparse = op.type.startsWith("Sparse");
  const number = op.type.startsWith("Unsorted") ? op.values(2)[0] : Number.NaN;
  const rows = sparse ? ids[0] * elements(data.slice(1)) : elements(data);
  const shape = [number, ...data.slice(sparse ? 1 : ids.length)];
  return { outputs: [{ element: op.input(0).element, shape }], flops: rows };
};

/** Inputs: data, sizes of the parts, axis. */
const splitV: TfRule = (op) => {
  const shape = op.sizes(0);
  const axis = axisOf(op.values(2)[0], shape.length);
  const sizes = op.values(1);
  const given = sizes.reduce((all, part) => (part === -1 ? all : all + part), 0);
  const outputs = sizes.map((part) => ({
    element: op.input(0).element,
    shape: shape.map((s, i) => (i !== axis ? s : part === -1 ? s - given : part)),
  }));
  return { outputs, flops: 0 };
};

/** Blocks of `block_size` between channels and places. */
const blocks =
  (isToDepth: boolean): TfRule =>
  (op) => {
    const [batch, height, width, channels] = op.ofRank(0, 4);
    const block = op.int("block_size", 1);
    if (!(block >= 1) || op.text("data_format", "NHWC") !== "NHWC")
      return { outputs: [unknown(op, 4)], flops: 0 };
    const shape = isToDepth
      ? [batch, height / block, width / block, channels * block ** 2]
      : [batch, height * block, width * block, channels / block ** 2];
    if (shape.some((s) => !Number.isNaN(s) && !Number.isInteger(s)))
      throw new InputError(`blocks of ${block} do not fit ${shown(op.sizes(0))}.`);
    return moved(op, shape);
  };

/** Inputs: data, block, paddings or crops. */
const batchBlocks =
  (isToBatch: boolean): TfRule =>
  (op) => {
    const shape = op.sizes(0);
    const [block, edges] = [op.values(1), op.values(2)];
    const product = block.reduce((all, each) => all * each, 1);
    const spatial = block.map((each, i) => {
      const edge = edges[2 * i] + edges[2 * i + 1];
      return isToBatch ? (shape[i + 1] + edge) / each : shape[i + 1] * each - edge;
    });
    const batch = isToBatch ? shape[0] * product : shape[0] / product;
    return moved(op, [batch, ...spatial, ...shape.slice(1 + block.length)]);
  };

/** The first input is the shape. */
const random: TfRule = (op) => {
  const shape = op.sizesIn(0);
  const element = op.has("dtype") ? op.element("dtype") : "float32";
  return {
    outputs: [{ element, shape }],
    flops: elements(shape),
    bytesTouched: bytesOfShape(element, shape),
  };
};

const table: TfRule = (op) => {
  const element = op.has("Tout") ? op.element("Tout") : "int64";
  return { outputs: [{ element, shape: op.sizes(1) }], flops: elements(op.sizes(1)) };
};

const permutation: TfRule = (op) => {
  const { value } = op.input(0);
  const inverse = value?.map((_, i) => value.indexOf(i));
  return {
    outputs: [{ element: op.input(0).element, shape: op.sizes(0), ...(inverse && { value: inverse }) }],
    flops: 0,
    bytesTouched: 0,
  };
};

const draws =
  "RandomUniform RandomUniformInt RandomStandardNormal TruncatedNormal StatelessRandomUniform " +
  "StatelessRandomNormal StatelessTruncatedNormal StatelessRandomUniformV2 StatelessRandomNormalV2 " +
  "StatelessTruncatedNormalV2 StatelessRandomUniformIntV2 StatelessRandomUniformFullInt";

export const selectionRules: Readonly<Record<string, TfRule>> = {
  Size: size,
  BroadcastTo: broadcastTo,
  BroadcastArgs: broadcastArgs,
  ...named(
    "ReverseV2 Reverse ReverseSequence Roll MatrixBandPart MatrixSetDiagV3 Bitcast MatrixDiagPartV3",
    same,
  ),
  ...named("TopK TopKV2", topK),
  Where: where,
  ...named("Unique UniqueV2 UniqueWithCounts UniqueWithCountsV2", unique),
  ...named("NonMaxSuppression NonMaxSuppressionV2 NonMaxSuppressionV3 NonMaxSuppressionV4", suppressed),
  NonMaxSuppressionV5: suppressed,
  CropAndResize: cropAndResize,
  ScatterNd: scatterNd,
  ...named(
    "TensorScatterUpdate TensorScatterAdd TensorScatterSub TensorScatterMax TensorScatterMin",
    scatterRows,
  ),
  ...named(
    "ResourceScatterUpdate ResourceScatterAdd ResourceScatterSub ResourceScatterNdUpdate",
    scatterRows,
  ),
  ...named(
    "ResourceScatterNdAdd ScatterUpdate ScatterAdd ScatterSub ScatterNdUpdate ScatterNdAdd",
    scatterRows,
  ),
  ...named("UnsortedSegmentSum UnsortedSegmentMax UnsortedSegmentMin UnsortedSegmentProd", segments),
  ...named(
    "SegmentSum SegmentMean SegmentMax SparseSegmentSum SparseSegmentMean SparseSegmentSqrtN",
    segments,
  ),
  SplitV: splitV,
  SpaceToDepth: blocks(true),
  DepthToSpace: blocks(false),
  SpaceToBatchND: batchBlocks(true),
  BatchToSpaceND: batchBlocks(false),
  ...named(draws, random),
  InvertPermutation: permutation,
  ...named("LookupTableFind LookupTableFindV2", table),
};
