/** `Cost` of a node, or of a function's nodes together. */
import { bytesOf, bytesOfShape, elements, isWeight, type Tensor } from "../tensors/tensor.ts";
import type { NodeDef } from "./messages/schema.ts";
import { elementTypeOf } from "./messages/tensor-proto.ts";

export interface Cost {
  readonly outputs: readonly Tensor[];
  readonly flops: number;
  readonly bytesTouched: number;
  readonly weightBytes: number;
  /** Some op has no rule. */
  readonly isUnknown: boolean;
  /** A size that the cost follows from is not known. */
  readonly isUnsized: boolean;
}

export const UNKNOWN: Tensor = { element: "float32", shape: null };

const VARIABLE = /^(Variable|VariableV2|VarHandleOp|TemporaryVariable)$/;

export const isVariable = (type: string): boolean => VARIABLE.test(type);

/** What follows from a size that nobody knows counts nothing. */
export const known = (value: number): number => (Number.isNaN(value) ? 0 : value);

/** NaN where a size is not known. */
export const bytesOfAll = (tensors: readonly Tensor[]): number =>
  tensors.reduce((total, tensor) => total + bytesOf(tensor), 0);

/** Without outputs. */
export const sumOf = (costs: readonly Cost[]): Cost => ({
  outputs: [],
  flops: costs.reduce((all, { flops }) => all + flops, 0),
  bytesTouched: costs.reduce((all, { bytesTouched }) => all + bytesTouched, 0),
  weightBytes: costs.reduce((all, each) => all + each.weightBytes, 0),
  isUnknown: costs.some(({ isUnknown }) => isUnknown),
  isUnsized: costs.some(({ isUnsized }) => isUnsized),
});

/** Weights are variables, and constants of more than one number. */
export function weightBytes({ op, attr }: NodeDef, output: Tensor): number {
  if (output.shape === null) return 0;
  if (isVariable(op)) return known(bytesOfShape(elementTypeOf(attr.get("dtype")?.type), output.shape));
  const isWeightConstant = op === "Const" && isWeight(output.element) && elements(output.shape) > 1;
  return isWeightConstant ? bytesOf(output) : 0;
}
