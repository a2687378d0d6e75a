/**
 * The ops that run a graph of terms, and their work from shapes alone: FLOP, and the bytes that
 * they read and write. Work is what the built-in networks say of the same op
 * (scenarios/workloads/layers, vision/parts).
 *
 * Terms of weights alone are made before the network runs and cost nothing. Joins of joins are one
 * op, and so are splits of splits. A function at the end of a product or convolution saves the
 * tensor between them.
 */
import { functions, type OperatorName } from "./operators.ts";
import type { Reached, TermGraph, Terms } from "./terms.ts";

export interface TermOp {
  readonly operator: OperatorName | "whole" | "split";
  /** Of an op that is kept whole: its number in the original graph. */
  readonly op: number;
  readonly attributes: readonly number[];
  /** Terms that are tensors of the network, in order. */
  readonly inputs: readonly number[];
  /** Terms of weights. */
  readonly weights: readonly number[];
  readonly outputs: readonly number[];
}

export interface Work {
  readonly flops: number;
  readonly bytesTouched: number;
}

/** FLOP per element of functions, as in scenarios/workloads/layers/pointwise.ts. */
const functionFlops: Readonly<Record<(typeof functions)[number], number>> = {
  Relu: 1,
  Relu6: 2,
  LeakyRelu: 2,
  Swish: 5,
  Tanh: 4,
  Sigmoid: 4,
  Gelu: 9,
};

const TYPES: Readonly<Record<Exclude<OperatorName, "map" | "split0" | "split1">, string>> = {
  matmul: "MatMul",
  conv: "Conv2D",
  matmulMap: "MatMul",
  convMap: "Conv2D",
  add: "Add",
  mul: "Mul",
  bias: "BiasAdd",
  biasMap: "BiasAdd",
  affine: "FusedBatchNorm",
  concat: "Concat",
  maxPool: "MaxPool",
  avgPool: "AvgPool",
  scaleFilters: "ScaleFilters",
  enlarge: "Enlarge",
};

/** A fused op has the type of what it does most, since shares of peak speeds go by type. */
export function opType({ operator, attributes }: Pick<TermOp, "operator" | "attributes">): string {
  if (operator === "map") return functions[attributes[0]];
  if (operator === "split" || operator === "split0" || operator === "split1") return "Split";
  return operator === "whole" ? "" : TYPES[operator];
}

/** Ops in an order that runs, each once. */
export function opsOf({ terms, results }: TermGraph, { order, readers }: Reached): TermOp[] {
  const kept = new Set(results);
  const ops: TermOp[] = [];
  const done = new Set<string>();
  const isInner = (number: number): boolean => isInside(terms, kept, readers, number);
  for (const number of order) {
    const term = terms.at(number);
    if (term.isWeight || term.operator === "weight") continue;
    if (term.operator === "whole") {
      const [op] = term.attributes;
      if (done.has(`whole ${op}`)) continue;
      done.add(`whole ${op}`);
      const outputs = order.filter((other) => isOutputOf(terms, other, op));
      ops.push({ operator: "whole", op, attributes: [], inputs: term.inputs, weights: [], outputs });
    } else if (term.operator === "split0" || term.operator === "split1") {
      const key = splitKey(terms, number);
      if (done.has(key)) continue;
      done.add(key);
      if (isInner(term.inputs[0])) continue;
      const outputs = piecesOf(terms, readers, isInner, term.inputs[0], term.attributes);
      const [axis] = term.attributes;
      ops.push({ operator: "split", op: -1, attributes: [axis], inputs: term.inputs, weights: [], outputs });
    } else if (term.operator === "concat") {
      if (isInner(number)) continue;
      const [weights, inputs] = parted(terms, joinedIn(terms, isInner, number));
      ops.push({
        operator: "concat",
        op: -1,
        attributes: term.attributes,
        inputs,
        weights,
        outputs: [number],
      });
    } else {
      const [weights, inputs] = parted(terms, term.inputs);
      ops.push({
        operator: term.operator,
        op: -1,
        attributes: term.attributes,
        inputs,
        weights,
        outputs: [number],
      });
    }
  }
  return ops;
}

/** Weights, and tensors of the network. */
const parted = (terms: Terms, inputs: readonly number[]): readonly number[][] =>
  [true, false].map((is) => inputs.filter((input) => terms.at(input).isWeight === is));

const isOutputOf = (terms: Terms, number: number, op: number): boolean => {
  const { operator, attributes } = terms.at(number);
  return operator === "whole" && attributes[0] === op;
};

const splitKey = (terms: Terms, number: number): string => {
  const { attributes, inputs } = terms.at(number);
  return `split ${attributes.join()} of ${inputs[0]}`;
};

const isHalf = (terms: Terms, number: number): boolean =>
  terms.at(number).operator === "split0" || terms.at(number).operator === "split1";

/** Is a join read by another along its axis alone, or a half by splits along its axis alone? */
function isInside(
  terms: Terms,
  results: ReadonlySet<number>,
  readers: Reached["readers"],
  number: number,
): boolean {
  const { operator, attributes, isWeight } = terms.at(number);
  const reading = readers.get(number)!;
  if (results.has(number) || isWeight || reading.length === 0) return false;
  const axis = attributes[0];
  if (operator === "concat") {
    const [reader] = reading;
    return (
      reading.length === 1 &&
      terms.at(reader).operator === "concat" &&
      terms.at(reader).attributes[0] === axis
    );
  }
  if (!isHalf(terms, number)) return false;
  const [first] = reading;
  return reading.every(
    (reader) =>
      isHalf(terms, reader) &&
      terms.at(reader).attributes[0] === axis &&
      terms.at(reader).attributes[1] === terms.at(first).attributes[1],
  );
}

function joinedIn(terms: Terms, isInner: (number: number) => boolean, number: number): number[] {
  return terms
    .at(number)
    .inputs.flatMap((input) => (isInner(input) ? joinedIn(terms, isInner, input) : [input]));
}

/** The pieces of a split in the order of the axis. */
function piecesOf(
  terms: Terms,
  readers: Reached["readers"],
  isInner: (number: number) => boolean,
  whole: number,
  attributes: readonly number[],
): number[] {
  const halves = [...new Set(readers.get(whole)!)].filter(
    (reader) => isHalf(terms, reader) && terms.at(reader).attributes.join() === attributes.join(),
  );
  halves.sort(
    (a, b) => Number(terms.at(a).operator === "split1") - Number(terms.at(b).operator === "split1"),
  );
  return halves.flatMap((half) =>
    isInner(half)
      ? piecesOf(terms, readers, isInner, half, terms.at(readers.get(half)![0]).attributes)
      : [half],
  );
}

const elements = (terms: Terms, number: number): number =>
  terms.at(number).shape.reduce((product, size) => product * size, 1);

/** `numberBytes`: bytes of an element. Pre: an op that is not whole. */
export function workOf(terms: Terms, op: TermOp, numberBytes: number): Work {
  const { operator, inputs, weights, outputs } = op;
  const size = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + elements(terms, each), 0);
  const bytesTouched = numberBytes * (size(inputs) + size(weights) + size(outputs));
  // Kernels of batch normalisation read the image twice (vision/parts/normalisation.ts).
  if (operator === "affine")
    return { flops: flopsOf(terms, op), bytesTouched: 3 * numberBytes * size(inputs) };
  return { flops: flopsOf(terms, op), bytesTouched };
}

function flopsOf(terms: Terms, { operator, attributes, weights, outputs }: TermOp): number {
  const made = elements(terms, outputs[0]);
  const mapped = (at: number) => functionFlops[functions[attributes[at]]] * made;
  const kernel = () => terms.at(weights[0]).shape;
  const convolved = () => 2 * made * kernel()[1] * kernel()[2] * kernel()[3];
  const multiplied = () => 2 * made * kernel()[0];
  switch (operator) {
    case "matmul":
      return multiplied();
    case "matmulMap":
      return multiplied() + mapped(0);
    case "conv":
      return convolved();
    case "convMap":
      return convolved() + mapped(4);
    case "map":
      return mapped(0);
    case "biasMap":
      return made + mapped(0);
    case "affine":
      return 8 * made;
    case "add":
    case "mul":
    case "bias":
      return made;
    case "maxPool":
    case "avgPool":
      return made * attributes[0] * attributes[1];
    default:
      return 0;
  }
}
