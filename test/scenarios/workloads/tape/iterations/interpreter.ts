/**
 * Runs one op of a training graph on whole numbers: all of it, or the part that has some of its
 * tensors. Forward ops and gradients follow from terms.ts and kernels.ts; sums of gradients and
 * updates go element by element.
 */
import {
  type GradientOp,
  type GradientRule,
  gradientRules,
} from "../../../../../scenarios/workloads/tape/gradients.ts";
import type { ForwardOp } from "../../../../../scenarios/workloads/tape/tape.ts";
import { forwardKernels, gradientKernels, type Values } from "./kernels.ts";
import { type Factor, idsOf, termsOf, WEIGHTS } from "./terms.ts";

/** What an op of the graph is, and how many elements each of its outputs has. */
export interface Run {
  readonly op: ForwardOp;
  /** `forward`, `sum`, `update`, or the gradient op. */
  readonly does: "forward" | "sum" | "update" | GradientOp;
  readonly sizes: readonly number[];
}

export interface Operands {
  readonly inputs: readonly Values[];
  readonly weights: Values;
  /** Outputs that parts exchange before they finish. */
  readonly totals?: readonly (Values | null)[];
}

export function execute({ op, does, sizes }: Run, operands: Operands): readonly Values[] {
  const { inputs, weights } = operands;
  if (does === "sum") return [inputs[0].map((_, i) => inputs.reduce((sum, input) => sum + input[i], 0))];
  if (does === "update") return [weights.map((weight, i) => weight - inputs[0][i])];
  if (does === "forward") {
    if (op.type in termsOf) return forwardTerms(op, operands, sizes);
    return forwardKernels[op.type](op, { gradients: [], ...operands });
  }
  const arrived = inputs.length - does.reads.length;
  const gradients = inputs.slice(0, arrived).map((gradient, port) => withoutRepeats(op, gradient, port));
  const reads = { ...operands, gradients, inputs: inputs.slice(arrived) };
  return op.type in termsOf ? gradientTerms(op, does, reads) : gradientKernels[op.type](op, reads);
}

/** Gradients of a tensor that was repeated are summed over the repetitions. */
function withoutRepeats(op: ForwardOp, gradient: Values, port: number): Values {
  const length = op.outputs[port].shape.reduce((product, size) => product * size, 1);
  const result = new Float64Array(length);
  if (gradient.length === length) return gradient;
  gradient.forEach((value, i) => {
    if (!Number.isNaN(value)) result[i % length] += value;
  });
  return result;
}

function forwardTerms(
  op: ForwardOp,
  { inputs, weights }: Operands,
  sizes: readonly number[],
): readonly Values[] {
  const outputs = sizes.map((size) => new Float64Array(size));
  const value = ([slot, index]: Factor) => (slot === WEIGHTS ? weights[index] : inputs[slot][index]);
  termsOf[op.type](
    op,
    (port, out, ...factors) => {
      const term = factors.reduce((product, factor) => product * value(factor), 1);
      if (!Number.isNaN(term)) outputs[port][out] += term;
    },
    (slot) => inputs[slot],
  );
  return outputs;
}

interface GradientReads extends Operands {
  readonly gradients: readonly Values[];
}

/** The product rule: each factor in turn gets the gradient times the others. */
function gradientTerms(op: ForwardOp, gradient: GradientOp, operands: GradientReads): readonly Values[] {
  const { gradients, weights } = operands;
  const slots = readSlots(op, gradient);
  const inputOf = (slot: number): Values => operands.inputs[slots.indexOf(slot)];
  const value = ([slot, index]: Factor) => (slot === WEIGHTS ? weights[index] : inputOf(slot)[index]);
  const wanted = wantedOf(op, gradient).map((target) => (target === "parameters" ? WEIGHTS : target));
  const results = wanted.map((slot) => new Float64Array(sizeOf(op, slot)));
  termsOf[op.type](
    op,
    (port, out, ...factors) => {
      factors.forEach(([slot, index], f) => {
        if (!wanted.includes(slot)) return;
        const others = factors
          .filter((_, i) => i !== f)
          .reduce((product, factor) => product * value(factor), 1);
        const term = others * gradients[port][out];
        if (!Number.isNaN(term)) results[wanted.indexOf(slot)][index] += term;
      });
    },
    inputOf,
  );
  return results;
}

/** Which input each tensor that a gradient op reads is. */
export function readSlots(op: ForwardOp, { reads, gives }: GradientOp): number[] {
  return reads.map((tensor) => {
    const places = [...op.inputs.keys()].filter((i) => op.inputs[i] === tensor);
    return places.find((i) => !gives.includes(i)) ?? places[0] ?? -1;
  });
}

export const wantedOf = (op: ForwardOp, { gives }: GradientOp) =>
  gives.filter((target) => target === "parameters" || op.inputs[target].op.trains);

const sizeOf = (op: ForwardOp, slot: number): number =>
  slot === WEIGHTS ? op.spec.parameters! : op.inputs[slot].shape.reduce((product, size) => product * size, 1);

/** The gradient op of a name such as `x/grad_input`. */
export function gradientNamed(op: ForwardOp, name: string): GradientOp {
  const rule: GradientRule = gradientRules[op.type];
  return rule.ops!(op).find(({ suffix }) => name === `${op.name}/${suffix}`)!;
}

/** How many ids or labels each input may hold; null where it holds numbers. */
export function idCounts({ op, does }: Run): readonly (number | null)[] {
  const of = (slot: number): number | null => {
    if (op.type !== "SoftmaxCrossEntropy") return idsOf(op, slot);
    const { shape } = op.inputs[0];
    return slot === 1 ? shape[shape.length === 4 ? 1 : shape.length - 1] : null;
  };
  if (does === "forward") return op.inputs.map((_, slot) => of(slot));
  return typeof does === "string" ? [] : readSlots(op, does).map(of);
}
