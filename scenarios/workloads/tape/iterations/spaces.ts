/**
 * The iteration space of each type of op: what may be split of it, and what its parts need and
 * make. Tests run every type whole and in parts (test/scenarios/workloads/tape/iterations).
 *
 * Left whole, though a cut could be imagined:
 * - the axis that a softmax, its cross-entropy or a norm of rows goes over: parts would exchange
 *   numbers that are no output;
 * - height and width under norms of images with statistics of each image, for the same reason;
 * - channels under LRN, which reads neighbouring channels, and the axis of a join or a split.
 *
 * Batch normalisation does go over batch, height and width. Its statistics are output 1, so parts
 * exchange them as partial sums of an output; its gradient does so with those of scale and offset.
 */
import { meanings, type Space, type View } from "../../../../env/model/layout/space.ts";
import type { OpType } from "../op-types.ts";
import { elements, type ForwardOp, type Tape, type Tensor } from "../tape.ts";
import {
  convolution,
  depthwise,
  pooled,
  timeConvolution,
  transposedConvolution,
  upsampling,
} from "./images.ts";
import { concat, moved, reshape, split, stack, unstack } from "./moves.ts";
import { batchNorm, groupNorm, instanceNorm, responseNorm, rowNorm } from "./norms.ts";
import {
  all,
  capital,
  elementwise,
  joined,
  type Lettering,
  lastAxisWhole,
  recorded,
  recordedOr,
  type SpaceRule,
  spaceOf,
  view,
} from "./rules.ts";
import { aggregate, combine, dispatch, embedding, gather } from "./tables.ts";

/** Letters of tensors that no op has made of others, by number of axes. */
const usual: readonly string[] = ["", "b", "bn", "btn", "bcyx"];

/** What the host feeds or nobody computes: each axis may be split. */
const source: SpaceRule = (op) => {
  // Whole numbers of two axes are ids or labels of tokens.
  const areIds = op.spec.kinds?.[0] === "wide";
  const axesOf = ({ shape }: Tensor) =>
    op.spec.axes ?? (areIds && shape.length === 2 ? "bt" : (usual[shape.length] ?? ""));
  const [first, ...others] = op.outputs;
  const agree = (axis: number) => others.every(({ shape }) => shape[axis] === first.shape[axis]);
  const outputs = op.outputs.map((tensor) => {
    const named = tensor.shape.map((_, axis) =>
      agree(axis) ? axesOf(tensor)[axis] : capital(axesOf(tensor)[axis]),
    );
    return view(tensor, named.join(""));
  });
  return spaceOf({ outputs });
};

/** The weights are the output. */
const variable: SpaceRule = (op) => {
  const { length } = op.outputs[0].shape;
  const axes = op.spec.axes ?? ["", "n", "kn", "tkn"][length] ?? usual[length];
  const weights = view(op.outputs[0], axes);
  return spaceOf({ parameters: [weights], outputs: [weights] });
};

/** Rows against weights of the op; experts have each their own. */
const matMul: SpaceRule = (op, lettering) => {
  const [x, y] = [op.inputs[0], op.outputs[0]];
  const rows = lettering(x).slice(0, -1);
  const [inner, columns] = [x.shape, y.shape].map((shape) => shape[shape.length - 1]);
  const own =
    rows[0] === "e"
      ? { shape: [x.shape[0], inner, columns], axes: "ekn" }
      : { shape: [inner, columns], axes: "kn" };
  return spaceOf({
    inputs: [view(x, `${rows}k`)],
    parameters: [own],
    outputs: [view(y, `${rows}n`)],
    sums: "k",
    linearIn: [0],
  });
};

/** One weight for each channel of an image, or for each column of rows. */
const biasAdd: SpaceRule = (op, lettering) => {
  const [x] = op.inputs;
  const axes = lettering(x);
  const axis = x.shape.length === 4 ? 1 : x.shape.length - 1;
  const parameters = [{ shape: [x.shape[axis]], axes: axes[axis] }];
  return spaceOf({ inputs: [view(x, axes)], parameters, outputs: [view(op.outputs[0], axes)] });
};

/** Pre-activations are seen as [batch, gates, width], so that a part has its share of all gates. */
const lstmGates: SpaceRule = (op) => {
  const [, cell, bias] = op.inputs;
  const [batch, width] = cell.shape;
  const gates: View = { shape: [batch, elements(bias.shape) / width, width], axes: "b.n" };
  return spaceOf({
    inputs: [gates, view(cell, "bn"), { shape: gates.shape.slice(1), axes: ".n" }],
    outputs: [view(op.outputs[0], "bn"), view(op.outputs[1], "bn"), gates],
  });
};

/** Parts of the mean add up; classes are whole. */
const crossEntropy: SpaceRule = (op, lettering) => {
  const [logits, labels] = op.inputs;
  const letters = lettering(logits);
  const axis = logits.shape.length === 4 ? 1 : logits.shape.length - 1;
  const rows = letters.slice(0, axis) + letters.slice(axis + 1);
  const axes = joined(letters, axis);
  return spaceOf({
    inputs: [view(logits, axes), view(labels, rows)],
    outputs: [view(op.outputs[0], "."), view(op.outputs[1], axes)],
    sums: rows,
  });
};

const loss: SpaceRule = (op, lettering) => {
  const axes = lettering(op.inputs[0]);
  const inputs = op.inputs.map((input) => view(input, axes));
  return spaceOf({ inputs, outputs: [view(op.outputs[0], ".")], sums: axes });
};

const first = () => [0];
const pointwise = elementwise();

export const spaceRules = {
  Feed: source,
  Zeros: source,
  Variable: variable,
  Conv2D: (op: ForwardOp, lettering: Lettering) =>
    (op.inputs[0].shape.length === 4 ? convolution : timeConvolution)(op, lettering),
  Conv2DBackpropInput: transposedConvolution,
  DepthwiseConv2dNative: depthwise,
  MatMul: matMul,
  BatchMatMul: recorded([0]),
  BiasAdd: biasAdd,
  FusedBatchNorm: batchNorm,
  LayerNorm: rowNorm(2, 2),
  RmsNorm: rowNorm(1, 1),
  GroupNorm: groupNorm,
  InstanceNorm: instanceNorm,
  LRN: responseNorm,
  Relu: pointwise,
  Relu6: pointwise,
  LeakyRelu: pointwise,
  Swish: pointwise,
  Tanh: pointwise,
  Sigmoid: pointwise,
  Gelu: pointwise,
  Softmax: lastAxisWhole,
  Dropout: pointwise,
  ScaleMask: recordedOr([], pointwise),
  Transpose: recorded([0]),
  Slice: recordedOr([0], moved),
  Pad: moved,
  Reshape: reshape,
  MaxPool: pooled([]),
  AvgPool: pooled([0]),
  ResizeNearestNeighbor: upsampling,
  Add: elementwise(all),
  AddN: elementwise(all),
  AddRepeated: recordedOr([0, 1], elementwise(all)),
  /** Linear in each factor, but not in both together. */
  Mul: elementwise(first),
  TimestepEmbedding: (op: ForwardOp) =>
    spaceOf({ inputs: [view(op.inputs[0], "b")], outputs: [view(op.outputs[0], "bn")] }),
  Concat: concat,
  Stack: stack,
  Split: split,
  Unstack: unstack,
  Embedding: embedding,
  Gather: gather,
  Dispatch: dispatch,
  Combine: combine,
  Aggregate: aggregate,
  LstmGates: lstmGates,
  SoftmaxCrossEntropy: crossEntropy,
  MeanSquaredError: loss,
  SigmoidCrossEntropy: loss,
} satisfies Readonly<Record<OpType, SpaceRule>>;

/** The spaces of all ops; letters of axes pass from op to op. */
export function spacesOf(tape: Tape): ReadonlyMap<ForwardOp, Space> {
  const letters = new Map<Tensor, string>();
  const spaces = new Map<ForwardOp, Space>();
  for (const op of tape.ops) {
    const rule: SpaceRule = spaceRules[op.type];
    const space = rule(op, (tensor) => letters.get(tensor)!);
    spaces.set(op, space);
    for (const [port, tensor] of op.outputs.entries())
      letters.set(tensor, letteringOf(tensor, space.outputs[port]));
  }
  return spaces;
}

/** The letters that later ops give the axes of an output. */
function letteringOf({ shape }: Tensor, { axes }: View): string {
  const named = axes.toLowerCase();
  const isNamed = named.length === shape.length && [...named].every((letter) => letter in meanings);
  return isNamed ? named : (usual[shape.length] ?? "");
}
