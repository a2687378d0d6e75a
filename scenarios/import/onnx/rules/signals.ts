/**
 * Fourier transforms, windows and mel filters. A transform of n complex numbers takes 5 n log2 n
 * FLOP, the usual count for fast ones, and half of it for real numbers. Semantics:
 * onnx/docs/Operators.md.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { axisOf } from "../../tensors/shapes.ts";
import { elements, type Shape } from "../../tensors/tensor.ts";
import { flopsPerElement } from "../../tensors/work.ts";
import type { OnnxOp, Rule } from "../onnx-op.ts";

const transformFlops = (length: number, isReal: boolean): number =>
  (isReal ? 2.5 : 5) * length * Math.log2(Math.max(2, length));

const one = (op: OnnxOp, shape: Shape, flops: number) => ({
  outputs: [{ element: op.input(0).element, shape }],
  flops,
});

/** The last axis holds real and imaginary parts, or the real ones alone. */
const transform: Rule = (op) => {
  const shape = op.rankedShape(0, 2);
  const parts = shape[shape.length - 1];
  const given = op.has(2) ? op.values(2)[0] : op.int("axis", op.opset < 20 ? 1 : -2);
  const axis = axisOf(given, shape.length);
  const isOneSided = op.int("onesided", 0) === 1;
  const isBack = op.int("inverse", 0) === 1;
  const [asked] = op.has(1) ? op.values(1) : [];
  // Half of the spectrum of real numbers tells the other half.
  const length = asked ?? (isOneSided && isBack ? 2 * (shape[axis] - 1) : shape[axis]);
  const kept = isOneSided && !isBack ? Math.floor(length / 2) + 1 : length;
  const lines = elements(shape.filter((_, i) => i !== axis && i !== shape.length - 1));
  const last = isOneSided && isBack ? 1 : 2;
  const sizes = shape.map((size, i) => (i === axis ? kept : i === shape.length - 1 ? last : size));
  return one(op, sizes, lines * transformFlops(length, parts === 1 || last === 1));
};

const shortTimeTransform: Rule = (op) => {
  const [batch, samples, parts = 1] = op.rankedShape(0, 2);
  const [step] = op.values(1);
  const length = op.has(3) ? op.values(3)[0] : op.rankedShape(2, 1)[0];
  const frames = Math.floor((samples - length) / step) + 1;
  if (!(step > 0) || !(frames >= 0))
    throw new InputError(`frames of ${length} samples, ${step} apart, do not fit ${samples} samples.`);
  const kept = op.int("onesided", 1) === 1 ? Math.floor(length / 2) + 1 : length;
  const each = transformFlops(length, parts === 1) + (op.has(2) ? length : 0);
  return one(op, [batch, frames, kept, 2], batch * frames * each);
};

/** Sums of cosines. */
const window =
  (cosines: number): Rule =>
  (op) => {
    const [size] = op.values(0);
    const each = cosines * (flopsPerElement("cos") + 2);
    return {
      outputs: [{ element: op.elementType("output_datatype", "float32"), shape: [size] }],
      flops: each * size,
    };
  };

/** A triangle for each filter. */
const melWeights: Rule = (op) => {
  const [[filters], [length]] = [op.values(0), op.values(1)];
  const shape = [Math.floor(length / 2) + 1, filters];
  return {
    outputs: [{ element: op.elementType("output_datatype", "float32"), shape }],
    flops: 4 * elements(shape),
  };
};

export const signalRules: Readonly<Record<string, Rule>> = {
  DFT: transform,
  STFT: shortTimeTransform,
  HannWindow: window(1),
  HammingWindow: window(1),
  BlackmanWindow: window(2),
  MelWeightMatrix: melWeights,
};
