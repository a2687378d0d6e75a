/**
 * An inference graph as terms. An op becomes an operator where its dimensions say its shapes and
 * windows, and where its work is what its shapes say (term-ops.ts). All others stay whole: ops of
 * other types, on some kinds of devices only, of co-location classes, with measured times.
 */
import { InputError } from "../../errors.ts";
import { CONTROL, type OpGraph, Role } from "../graph.ts";
import type { OpIteration } from "../iteration.ts";
import { functions, type OperatorName, type Shape } from "./operators.ts";
import { opsOf, type TermOp, workOf } from "./term-ops.ts";
import { reachedIn, type TermGraph, Terms } from "./terms.ts";

export interface ReadGraph {
  readonly graph: TermGraph;
  /** The op that made a term. */
  readonly origins: ReadonlyMap<number, number>;
  readonly numberBytes: number;
}

/** Throws one sentence on a graph with gradients. */
export function readGraph(graph: OpGraph): ReadGraph {
  const v = graph.role.findIndex((role) => role !== Role.forward);
  if (v !== -1)
    throw new InputError(
      `Op "${graph.names[v]}" is of training, but substitutions are made in inference graphs; take phase=inference.`,
    );
  const reading: Reading = {
    graph,
    terms: new Terms(),
    values: new Map(),
    origins: new Map(),
    controlled: controlledOps(graph),
    numberBytes: numberBytesOf(graph),
  };
  for (const op of graph.topologicalOrder) readOp(reading, op);
  const results = [...Array(graph.opCount).keys()].filter((op) => !isRead(graph, op));
  return {
    graph: { terms: reading.terms, results: results.flatMap((op) => resultsOf(reading, op)) },
    origins: reading.origins,
    numberBytes: reading.numberBytes,
  };
}

interface Reading {
  readonly graph: OpGraph;
  readonly terms: Terms;
  /** Terms of the outputs of each op that was read. */
  readonly values: Map<number, readonly number[]>;
  readonly origins: Map<number, number>;
  readonly controlled: ReadonlySet<number>;
  readonly numberBytes: number;
}

/** Bytes of one number of the graph's type. */
export const numberBytesOf = ({ dtype }: OpGraph): number => Number(/\d+$/.exec(dtype)?.[0] ?? 32) / 8;

const controlledOps = ({ edgeCount, edgeOutput, edgeSource, edgeDestination }: OpGraph) =>
  new Set(
    Array.from({ length: edgeCount }, (_, e) => e)
      .filter((e) => edgeOutput[e] === CONTROL)
      .flatMap((e) => [edgeSource[e], edgeDestination[e]]),
  );

const isRead = ({ outStart, outEdge, edgeOutput }: OpGraph, op: number): boolean =>
  outEdge.subarray(outStart[op], outStart[op + 1]).some((e) => edgeOutput[e] !== CONTROL);

/** An op that nobody reads gives all its outputs, or itself where it has none. */
function resultsOf({ terms, values }: Reading, op: number): readonly number[] {
  const outputs = values.get(op)!;
  return outputs.length > 0 ? outputs : [terms.whole(op, -1, [], [])];
}

export function dataInputs({ inStart, edgeOutput }: OpGraph, op: number): number[] {
  return Array.from({ length: inStart[op + 1] - inStart[op] }, (_, i) => inStart[op] + i).filter(
    (e) => edgeOutput[e] !== CONTROL,
  );
}

function readOp(reading: Reading, op: number): void {
  const { graph, terms, values, origins } = reading;
  const inputs = dataInputs(graph, op).map((e) => values.get(graph.edgeSource[e])![graph.edgeOutput[e]]);
  const known = operatorTerms(reading, op, inputs);
  const outputs =
    known ??
    Array.from({ length: graph.outputStart[op + 1] - graph.outputStart[op] }, (_, port) =>
      terms.whole(op, port, inputs, outputShape(reading, op, port)),
    );
  values.set(op, outputs);
  for (const output of outputs) if (!origins.has(output)) origins.set(output, op);
}

/** Where dimensions are not known, an output is a list of numbers. */
function outputShape({ graph, numberBytes }: Reading, op: number, port: number): Shape {
  const bytes = graph.outputBytes[graph.outputStart[op] + port];
  return graph.iterations?.[op]?.outputs[port].shape ?? [Math.ceil(bytes / numberBytes)];
}

/** Null where the op stays whole. */
function operatorTerms(reading: Reading, op: number, inputs: readonly number[]): readonly number[] | null {
  const { graph, terms } = reading;
  const iteration = graph.iterations?.[op] ?? null;
  if (iteration === null || iteration.inputs.length !== inputs.length) return null;
  if (isTied(reading, op)) return null;
  const rule = rules[graph.types[op]];
  const outputs = rule?.({ reading, op, inputs, iteration }) ?? null;
  if (outputs === null || outputs.length === 0) return null;
  const fits = outputs.every(
    (output, port) => terms.at(output).shape.join() === iteration.outputs[port].shape.join(),
  );
  return fits && hasSameWork(reading, op, inputs, outputs) ? outputs : null;
}

/** Ops whose time or place does not follow from their shapes. */
function isTied({ graph, controlled }: Reading, op: number): boolean {
  const isMeasured = [...graph.measuredUs.values()].some((times) => !Number.isNaN(times[op]));
  const isMoved = graph.transferUs !== null && !Number.isNaN(graph.transferUs[op]);
  return (
    isMeasured ||
    isMoved ||
    controlled.has(op) ||
    graph.supportedKinds[op] !== null ||
    graph.colocation[op] !== -1 ||
    graph.workspaceBytes[op] > 0
  );
}

/** Does one op run these terms, with the work and the bytes that the graph says? */
function hasSameWork(
  { graph, terms, numberBytes }: Reading,
  op: number,
  inputs: readonly number[],
  outputs: readonly number[],
): boolean {
  const own = opsOf({ terms, results: outputs }, reachedIn({ terms, results: outputs }, inputs));
  if (own.length !== 1 || own[0].inputs.some((input) => !inputs.includes(input))) return false;
  const { flops, bytesTouched } = workOf(terms, own[0], numberBytes);
  if (flops !== graph.flops[op] || bytesTouched !== graph.bytesTouched[op]) return false;
  if (weightBytes(terms, own[0], numberBytes) !== graph.parameterBytes[op]) return false;
  return outputs.every((output, port) => {
    const bytes = numberBytes * terms.at(output).shape.reduce((product, size) => product * size, 1);
    return bytes === graph.outputBytes[graph.outputStart[op] + port];
  });
}

export const weightBytes = (terms: Terms, { weights }: TermOp, numberBytes: number): number =>
  numberBytes *
  weights.reduce((sum, each) => sum + terms.at(each).shape.reduce((product, size) => product * size, 1), 0);

interface Recognised {
  readonly reading: Reading;
  readonly op: number;
  readonly inputs: readonly number[];
  readonly iteration: OpIteration;
}

type Rule = (of: Recognised) => readonly number[] | null;

const outputs = (term: number | null): readonly number[] | null => (term === null ? null : [term]);

const plain =
  (operator: OperatorName, attributes: readonly number[] = []): Rule =>
  ({ reading: { terms }, inputs }) =>
    outputs(terms.apply(operator, attributes, inputs));

/** With the weights of the op as further inputs. */
const weighted =
  (operator: OperatorName, attributesOf: (of: Recognised) => readonly number[] | null = () => []): Rule =>
  (of) => {
    const { reading, op, inputs, iteration } = of;
    const attributes = attributesOf(of);
    if (attributes === null || iteration.parameters.length !== 1) return null;
    const weights = reading.terms.weight(op, 0, iteration.parameters[0].shape);
    return outputs(reading.terms.apply(operator, attributes, [...inputs, weights]));
  };

/** Windows along height and width of the input; null where the dimensions do not tell them. */
function windowsOf({ iteration }: Recognised) {
  const [x] = iteration.inputs;
  if (x.shape.length !== 4) return null;
  const windows = [2, 3].map((axis) => iteration.dimensions[x.along[axis]]?.window);
  if (windows.some((window) => window === undefined || (window.dilation ?? 1) !== 1)) return null;
  return windows.map((window) => window!);
}

const convolution = weighted("conv", (of) => {
  const windows = windowsOf(of);
  if (windows === null) return null;
  return [
    ...windows.map(({ stride }) => stride),
    ...windows.map(({ kernel, padding }) => padding - (kernel - 1) / 2),
  ];
});

const pool =
  (operator: "maxPool" | "avgPool"): Rule =>
  (of) => {
    const windows = windowsOf(of);
    const [made] = of.iteration.outputs;
    if (windows === null || made.shape.length !== 4) return null;
    const attributes = [
      ...windows.map(({ kernel }) => kernel),
      ...windows.map(({ stride }) => stride),
      ...windows.map(({ padding }) => padding),
      made.shape[2],
      made.shape[3],
    ];
    return plain(operator, attributes)(of);
  };

/** Scale and offset are two weights. Output 1, the statistics, must have no reader. */
const affine: Rule = ({ reading: { graph, terms }, op, inputs, iteration }) => {
  const uses = graph.outEdge.subarray(graph.outStart[op], graph.outStart[op + 1]);
  if (uses.some((e) => graph.edgeOutput[e] !== 0)) return null;
  const channels = iteration.parameters[0]?.shape[1];
  if (iteration.parameters.length !== 1 || iteration.parameters[0].shape[0] !== 2) return null;
  const weights = [0, 1].map((index) => terms.weight(op, index, [channels]));
  return outputs(terms.apply("affine", [], [...inputs, ...weights]));
};

const concat: Rule = ({ reading: { terms }, inputs, iteration }) => {
  const shapes = inputs.map((input) => terms.at(input).shape);
  const whole = iteration.outputs[0].shape;
  const axis = whole.findIndex(
    (size, i) => size !== shapes[0][i] && size === shapes.reduce((sum, shape) => sum + shape[i], 0),
  );
  if (axis === -1 || shapes.some(({ length }) => length !== whole.length)) return null;
  let joined: number | null = inputs[0];
  for (const input of inputs.slice(1))
    joined = joined === null ? null : terms.apply("concat", [axis - whole.length], [joined, input]);
  return outputs(joined);
};

const split: Rule = ({ reading: { terms }, inputs: [x], iteration }) => {
  const parts = iteration.outputs.map(({ shape }) => shape);
  const whole = terms.at(x).shape;
  const axis = whole.findIndex(
    (size, i) => size !== parts[0][i] && size === parts.reduce((sum, shape) => sum + shape[i], 0),
  );
  if (axis === -1 || parts.length < 2) return null;
  const pieces: number[] = [];
  let rest = x;
  for (const part of parts.slice(0, -1)) {
    const attributes = [axis - whole.length, part[axis]];
    const [first, second] = (["split0", "split1"] as const).map((half) =>
      terms.apply(half, attributes, [rest]),
    );
    if (first === null || second === null) return null;
    pieces.push(first);
    rest = second;
  }
  return [...pieces, rest];
};

const rules: Readonly<Record<string, Rule>> = {
  MatMul: weighted("matmul"),
  Conv2D: convolution,
  BiasAdd: weighted("bias"),
  FusedBatchNorm: affine,
  Add: plain("add"),
  Mul: plain("mul"),
  Concat: concat,
  Split: split,
  MaxPool: pool("maxPool"),
  AvgPool: pool("avgPool"),
  ...Object.fromEntries(functions.map((name, number) => [name, plain("map", [number])])),
};
