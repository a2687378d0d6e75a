/**
 * The graph of one training step of a forward tape. gradients.ts has the rules of gradient ops. A
 * tensor with several consumers gets a sum of gradients, and every op with weights gets one update
 * op.
 *
 * Reverse-mode differentiation over the tape, last op first, as TensorFlow's `gradients` does it on
 * its graph. Co-location follows TensorFlow with `colocate_gradients_with_ops`. Gradients, sums and
 * updates share the device of their forward op. All feeds share the host's input pipeline.
 *
 * Post: the graph is acyclic, no forward op depends on a backward one, and every op with weights
 * has exactly one update op.
 */

import { InputError } from "../../../env/model/errors.ts";
import { graphBuilder, type OpSpec } from "../../../env/model/graph/builder.ts";
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import { forwardIteration, type Space } from "../../../env/model/layout/space.ts";
import { type GradientOp, type GradientRule, type GradientTarget, gradientRules } from "./gradients.ts";
import { gradientIteration, sumIteration, updateIteration } from "./iterations/derived.ts";
import { spacesOf } from "./iterations/spaces.ts";
import type { Optimizer } from "./optimizers.ts";
import { type ForwardOp, numberBytes, type Precision, type Shape, type Tape, type Tensor } from "./tape.ts";

/** The device kind that feeds are bound to. */
export const HOST_KIND = "CPU";

/** Number type of the graph of a tape. */
export const dtypeOf = (precision: Precision): string => `float${precision}`;

/** A tensor of the training graph: an op's name, an output port, its size and its shape. */
interface Value {
  readonly op: string;
  readonly port: number;
  readonly bytes: number;
  readonly shape: Shape;
}

/** The gradient of an output port of a forward op. */
interface Arrived {
  readonly value: Value;
  readonly port: number;
}

interface BackwardPass {
  readonly precision: Precision;
  readonly spaces: ReadonlyMap<ForwardOp, Space>;
  readonly ops: OpSpec[];
  readonly edges: { readonly from: Value; readonly to: string }[];
  /** Gradients of each forward tensor so far, one from each consumer. */
  readonly gradients: Map<Tensor, Value[]>;
}

export function trainingGraph(tape: Tape, optimizer: Optimizer): OpGraph {
  const spaces = spacesOf(tape);
  const pass: BackwardPass = {
    precision: tape.precision,
    spaces,
    ops: [],
    edges: [],
    gradients: new Map(),
  };
  for (const op of [...tape.ops].reverse()) if (op.trains) differentiate(pass, op, optimizer);

  return graphOf(tape, spaces, pass);
}

/** The forward ops alone. */
export const inferenceGraph = (tape: Tape): OpGraph => graphOf(tape, spacesOf(tape), { ops: [], edges: [] });

function graphOf(
  tape: Tape,
  spaces: BackwardPass["spaces"],
  { ops, edges }: Pick<BackwardPass, "ops" | "edges">,
): OpGraph {
  const builder = graphBuilder({ dtype: dtypeOf(tape.precision) });
  const tied = new Set(ops.map((op) => op.colocation));
  for (const op of tape.ops) if (op.home !== op.name) tied.add(op.home);
  for (const op of tape.ops)
    builder.op({ ...forwardSpec(op, tied), iteration: forwardIteration(spaces.get(op)!) });
  for (const op of ops) builder.op(op);
  for (const op of tape.ops)
    for (const tensor of op.inputs) builder.edge({ from: tensor.op.name, output: tensor.port, to: op.name });
  for (const { from, to } of edges) builder.edge({ from: from.op, output: from.port, to });
  return builder.build();
}

function forwardSpec(op: ForwardOp, tied: ReadonlySet<string | undefined>): OpSpec {
  return {
    name: op.name,
    type: op.type,
    flops: op.flops,
    bytesTouched: op.bytesTouched,
    parameterBytes: op.parameterBytes,
    outputs: op.outputs.map(({ bytes }) => bytes),
    ...(op.onHost && { supportedKinds: [HOST_KIND], colocation: "input pipeline" }),
    ...(tied.has(op.home) && { colocation: op.home }),
  };
}

function differentiate(pass: BackwardPass, op: ForwardOp, optimizer: Optimizer): void {
  const rule: GradientRule = gradientRules[op.type];
  const arrived = op.outputs.flatMap((tensor, port) => {
    const value = summedGradient(pass, op, tensor);
    return value === null ? [] : [{ value, port }];
  });
  if (arrived.length === 0 && rule.starts !== true) {
    refuseWeights(op);
    return;
  }

  for (const i of rule.passesTo?.(op) ?? []) collect(pass, op.inputs[i], arrived[0].value);
  // A variable's weights are its output, so both have the same gradient.
  let toParameters = op.type === "Variable" ? arrived[0].value : null;
  for (const gradient of rule.ops?.(op) ?? []) {
    for (const [target, value] of addGradientOp(pass, op, gradient, arrived)) {
      if (target === "parameters") toParameters = value;
      else collect(pass, op.inputs[target], value);
    }
  }
  if (op.parameterBytes > 0) addUpdateOp(pass, op, toParameters, optimizer);
}

/**
 * Ops whose results do not reach the loss have no gradient; with weights they would never learn.
 */
function refuseWeights(op: ForwardOp): void {
  if (op.parameterBytes > 0)
    throw new InputError(`Op "${op.name}" holds weights, but no loss depends on it.`);
}

function collect(pass: BackwardPass, tensor: Tensor, value: Value): void {
  if (!tensor.op.trains) return;
  const known = pass.gradients.get(tensor);
  if (known === undefined) pass.gradients.set(tensor, [value]);
  else known.push(value);
}

/** The gradient of a tensor: the sum of the gradients from its consumers. */
function summedGradient(pass: BackwardPass, op: ForwardOp, tensor: Tensor): Value | null {
  const parts = pass.gradients.get(tensor) ?? [];
  if (parts.length === 0) return null;
  if (parts.length === 1) return parts[0];
  // Sparse gradients of an embedding are smaller than the tensor; all parts of one tensor have the
  // same size.
  const bytes = parts[0].bytes;
  const { shape } = parts[0];
  const name = `${op.name}/grad_sum${op.outputs.length > 1 ? `_${tensor.port}` : ""}`;
  const view = pass.spaces.get(op)!.outputs[tensor.port];
  const iteration = sumIteration(
    view,
    parts.map((part) => part.shape),
  );
  pass.ops.push({
    name,
    type: "AddN",
    role: "backward",
    flops: ((parts.length - 1) * bytes) / numberBytes(pass.precision),
    bytesTouched: (parts.length + 1) * bytes,
    outputs: [bytes],
    colocation: op.home,
    ...(iteration !== null && { iteration }),
  });
  for (const from of parts) pass.edges.push({ from, to: name });
  return { op: name, port: 0, bytes, shape };
}

/**
 * Adds one gradient op, without the outputs that have no use. Returns the targets of the remaining
 * outputs.
 */
function addGradientOp(
  pass: BackwardPass,
  op: ForwardOp,
  gradient: GradientOp,
  arrived: readonly Arrived[],
): readonly (readonly [GradientTarget, Value])[] {
  const wanted = gradient.gives.filter((target) => target === "parameters" || op.inputs[target].op.trains);
  if (wanted.length === 0) return [];
  const name = `${op.name}/${gradient.suffix}`;
  const outputs = wanted.map((target) =>
    target === "parameters" ? op.activeParameterBytes : op.inputs[target].bytes,
  );
  const inputs = [
    ...arrived.map(({ value }) => value),
    ...gradient.reads.map(({ op, port, bytes, shape }) => ({ op: op.name, port, bytes, shape })),
  ];
  const space = pass.spaces.get(op)!;
  const iteration = gradientIteration(op, space, {
    incoming: arrived.map(({ value, port }) => ({ port, shape: value.shape })),
    reads: gradient.reads,
    gives: wanted,
  });
  pass.ops.push({
    name,
    type: gradient.type,
    role: "backward",
    twin: op.name,
    flops: gradient.flops,
    bytesTouched:
      gradient.bytesTouched ??
      sum(inputs.map(({ bytes }) => bytes)) + sum(outputs) + (gradient.readsParameterBytes ?? 0),
    outputs,
    colocation: op.home,
    ...(iteration !== null && { iteration }),
  });
  for (const from of inputs) pass.edges.push({ from, to: name });
  return wanted.map((target, port) => {
    const { shape } = target === "parameters" ? space.parameters[0] : op.inputs[target];
    return [target, { op: name, port, bytes: outputs[port], shape }] as const;
  });
}

function addUpdateOp(pass: BackwardPass, op: ForwardOp, gradient: Value | null, optimizer: Optimizer): void {
  if (gradient === null)
    throw new InputError(`Op "${op.name}" of type ${op.type} holds weights that get no gradient.`);
  const name = `${op.name}/update`;
  const iteration = updateIteration(pass.spaces.get(op)!, gradient.shape);
  pass.ops.push({
    name,
    type: optimizer.type,
    role: "update",
    twin: op.name,
    flops: optimizer.flopsPerWeight * op.activeParameters,
    bytesTouched: optimizer.bytesTouchedPerByte * op.activeParameterBytes,
    colocation: op.home,
    ...(iteration !== null && { iteration }),
  });
  pass.edges.push({ from: gradient, to: name });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
