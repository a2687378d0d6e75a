/**
 * Shapes and costs of all nodes of a model, in one pass from the inputs to the outputs. Nodes with
 * graphs or functions inside cost what is inside. A conditional costs the branch that is taken, or
 * the one that costs most. A loop costs one pass through its body.
 *
 * A shape that neither a rule nor the file gives stays unknown and counts 0 bytes. `Gaps` counts
 * them.
 */
import { InputError } from "../../../env/model/errors.ts";
import { bytesOf, elements, isWeight, type Tensor, UnknownTensor } from "../tensors/tensor.ts";
import type { Dimensions } from "./dimensions.ts";
import { OnnxOp } from "./onnx-op.ts";
import { onnxRules } from "./rules/index.ts";
import type { FunctionProto, GraphProto, NodeProto, ValueInfoProto } from "./schema.ts";
import { declaredShape, elementTypeOf, tensorOf } from "./tensor-proto.ts";
import { evaluated } from "./values.ts";

const DEEPEST_CALLS = 32;
const MOST_INNER_NODES = 200_000;

export interface Cost {
  readonly outputs: readonly Tensor[];
  readonly flops: number;
  readonly bytesTouched: number;
  /** Bytes of weights inside the node's own graphs. */
  readonly innerParameterBytes: number;
  /** Some op type, of the node itself or inside it, has no rule. */
  readonly withoutRule?: boolean;
  /** The size of some result, of the node itself or inside it, is not known. */
  readonly withoutSize?: boolean;
}

/** Values by name, including those of the enclosing graphs. */
export class Scope {
  readonly #tensors = new Map<string, Tensor>();
  readonly #outer: Scope | null;

  constructor(outer: Scope | null = null) {
    this.#outer = outer;
  }

  set(name: string, tensor: Tensor): void {
    this.#tensors.set(name, tensor);
  }

  find(name: string): Tensor | null {
    return this.#tensors.get(name) ?? this.#outer?.find(name) ?? null;
  }
}

/** Numbers of ops with something unknown, by op type. */
export interface Gaps {
  readonly unknownTypes: Map<string, number>;
  readonly unknownShapes: Map<string, number>;
  /** Conditionals and loops whose cost is a rule of thumb. */
  readonly controlFlow: Map<string, number>;
}

const UNKNOWN: Tensor = { element: "float32", shape: null };
const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);

export class Inference {
  readonly gaps: Gaps = { unknownTypes: new Map(), unknownShapes: new Map(), controlFlow: new Map() };
  readonly #dimensions: Dimensions;
  readonly #functions: ReadonlyMap<string, FunctionProto>;
  readonly #declared = new Map<string, Tensor>();
  #innerNodes = 0;

  constructor(dimensions: Dimensions, functions: readonly FunctionProto[]) {
    this.#dimensions = dimensions;
    this.#functions = new Map(functions.map((one) => [`${one.domain}/${one.name}`, one]));
  }

  /** Types and shapes that the file states, for values that no rule gives. */
  declare(values: readonly ValueInfoProto[]): void {
    for (const { name, type } of values) {
      const { elem_type = 0, shape = null } = type?.tensor_type ?? {};
      if (elem_type === 0) continue;
      const known = shape === null ? null : this.#dimensions.ofValue(declaredShape(shape));
      this.#declared.set(name, { element: elementTypeOf(elem_type), shape: known });
    }
  }

  /** Throws an `InputError` that names the node. */
  cost(node: NodeProto, scope: Scope, depth = 0): Cost {
    const inputs = node.input.map((name) => (name === "" ? null : (scope.find(name) ?? UNKNOWN)));
    const op = new OnnxOp(node, inputs);
    try {
      const cost = this.#costOf(op, node, scope, depth);
      return { ...cost, outputs: padded(cost.outputs, node.output.length) };
    } catch (error) {
      if (!(error instanceof InputError) || /^node "/.test(error.message)) throw error;
      throw new InputError(`node "${nameOf(node)}" (${node.op_type}): ${error.message}`);
    }
  }

  #costOf(op: OnnxOp, node: NodeProto, scope: Scope, depth: number): Cost {
    if (depth > DEEPEST_CALLS) throw new InputError(`graphs are nested more than ${DEEPEST_CALLS} deep.`);
    if (op.type === "Constant") return free([constantOf(op)]);
    const called = this.#functions.get(`${node.domain}/${node.op_type}`);
    if (called !== undefined) return this.#costOfFunction(called, op, depth);
    if (op.type === "If") return this.#costOfBranches(op, scope, depth);
    if (op.type === "Loop" || op.type === "Scan") return this.#costOfLoop(op, node, scope, depth);
    return this.#costByRule(op, node);
  }

  #costByRule(op: OnnxOp, node: NodeProto): Cost {
    const rule = onnxRules.get(op.type);
    if (rule === undefined) {
      count(this.gaps.unknownTypes, op.type);
      return { ...this.#declaredCost(op, node), withoutRule: true };
    }
    try {
      const effect = rule(op);
      const outputs = effect.outputs.map((tensor, i) =>
        tensor.shape === null ? this.#declaredOr(node.output[i], tensor) : tensor,
      );
      const value = outputs[0]?.value ?? (outputs.length === 1 ? evaluated(op, outputs[0]) : undefined);
      // What is known before the run need not be computed in it.
      if (value !== undefined) return free([{ ...outputs[0], value }]);
      const touched = effect.bytesTouched ?? bytesOfAll(op.inputs) + bytesOfAll(effect.outputs);
      return { outputs, flops: effect.flops, bytesTouched: touched, innerParameterBytes: 0 };
    } catch (error) {
      if (!(error instanceof UnknownTensor)) throw error;
      return this.#declaredCost(op, node);
    }
  }

  /** Only the file's declarations are known: one FLOP for each element of the results. */
  #declaredCost(op: OnnxOp, node: NodeProto): Cost {
    const outputs = node.output.map((name) => this.#declaredOr(name, UNKNOWN));
    if (outputs.some(({ shape }) => shape === null)) count(this.gaps.unknownShapes, op.type);
    const flops = outputs.reduce((all, { shape }) => all + (shape === null ? 0 : elements(shape)), 0);
    const touched = bytesOfAll(op.inputs) + bytesOfAll(outputs);
    const withoutSize = outputs.some(({ shape }) => shape === null);
    return { outputs, flops, bytesTouched: touched, innerParameterBytes: 0, withoutSize };
  }

  /** What the file states of a value. */
  declared(name: string): Tensor | undefined {
    return this.#declared.get(name);
  }

  #declaredOr(name: string, fallback: Tensor): Tensor {
    return this.#declared.get(name) ?? fallback;
  }

  #costOfFunction(called: FunctionProto, op: OnnxOp, depth: number): Cost {
    const scope = new Scope();
    called.input.forEach((name, i) => {
      scope.set(name, op.inputs[i] ?? UNKNOWN);
    });
    return this.#costOfNodes(called.node, called.output, scope, depth);
  }

  #costOfGraph(graph: GraphProto, outer: Scope, depth: number): Cost {
    const scope = new Scope(outer);
    let parameterBytes = 0;
    for (const initializer of graph.initializer) {
      const tensor = tensorOf(initializer);
      scope.set(initializer.name, tensor);
      if (isWeight(tensor.element)) parameterBytes += bytesOf(tensor);
    }
    this.declare([...graph.value_info, ...graph.output]);
    const outputs = graph.output.map(({ name }) => name);
    const inner = this.#costOfNodes(graph.node, outputs, scope, depth);
    return { ...inner, innerParameterBytes: inner.innerParameterBytes + parameterBytes };
  }

  #costOfNodes(nodes: readonly NodeProto[], results: readonly string[], scope: Scope, depth: number): Cost {
    let [flops, bytesTouched, innerParameterBytes] = [0, 0, 0];
    let [withoutRule, withoutSize] = [false, false];
    for (const node of nodes) {
      if (++this.#innerNodes > MOST_INNER_NODES)
        throw new InputError(`graphs and functions inside nodes have more than ${MOST_INNER_NODES} nodes.`);
      const cost = this.cost(node, scope, depth + 1);
      flops += cost.flops;
      bytesTouched += cost.bytesTouched;
      innerParameterBytes += cost.innerParameterBytes;
      withoutRule ||= cost.withoutRule === true;
      withoutSize ||= cost.withoutSize === true;
      if (node.op_type === "Constant" && isWeight(cost.outputs[0].element) && isLarge(cost.outputs[0]))
        innerParameterBytes += bytesOf(cost.outputs[0]);
      node.output.forEach((name, i) => {
        scope.set(name, cost.outputs[i] ?? UNKNOWN);
      });
    }
    const outputs = results.map((name) => scope.find(name) ?? this.#declaredOr(name, UNKNOWN));
    return { outputs, flops, bytesTouched, innerParameterBytes, withoutRule, withoutSize };
  }

  /** A branch whose shapes do not fit the given inputs is the branch that is not taken. */
  #costOfBranches(op: OnnxOp, scope: Scope, depth: number): Cost {
    const [choice] = op.input(0).value ?? [];
    const attempts = ["then_branch", "else_branch"].map((name) => {
      const graph = op.graph(name);
      if (graph === null) throw new InputError(`has no ${name}.`);
      const isTaken = choice !== undefined && (choice !== 0) === (name === "then_branch");
      return { isTaken, ...attempted(() => this.#costOfGraph(graph, scope, depth)) };
    });
    const possible = attempts.flatMap(({ cost }) => (cost === null ? [] : [cost]));
    const chosen = attempts.find(({ isTaken }) => isTaken);
    const error = chosen === undefined ? attempts[0].error : chosen.error;
    if (error !== null && (chosen !== undefined || possible.length === 0)) throw error;
    if (chosen === undefined) count(this.gaps.controlFlow, "If");
    const taken = chosen?.cost ?? possible.reduce((a, b) => (b.flops > a.flops ? b : a));
    return {
      ...taken,
      innerParameterBytes: possible.reduce((total, cost) => total + cost.innerParameterBytes, 0),
    };
  }

  #costOfLoop(op: OnnxOp, node: NodeProto, outer: Scope, depth: number): Cost {
    const body = op.graph("body");
    if (body === null) throw new InputError("has no body.");
    count(this.gaps.controlFlow, op.type);
    const scope = new Scope(outer);
    // A Loop passes the pass's number and the condition first; a Scan passes slices, whose shapes
    // the body declares.
    const isLoop = op.type === "Loop";
    this.declare(body.input);
    body.input.forEach(({ name }, i) => {
      const passed = isLoop ? (i < 2 ? null : op.inputs[i]) : null;
      scope.set(name, passed == null ? this.#declaredOr(name, UNKNOWN) : { ...passed, value: undefined });
    });
    const inner = this.#costOfGraph(body, scope, depth);
    const states = isLoop ? inner.outputs.slice(1) : inner.outputs;
    const outputs = node.output.map((name, i) =>
      this.#declaredOr(name, { ...(states[i] ?? UNKNOWN), value: undefined }),
    );
    return { ...inner, outputs };
  }
}

export const nameOf = (node: NodeProto): string => node.name || node.output.find((name) => name !== "") || "";

/** Weights have more than one number, unlike a scale or an epsilon. */
export const isLarge = ({ shape }: Tensor): boolean => shape === null || elements(shape) > 1;

function attempted(make: () => Cost): { cost: Cost | null; error: InputError | null } {
  try {
    return { cost: make(), error: null };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { cost: null, error };
  }
}

const free = (outputs: readonly Tensor[]): Cost => ({
  outputs,
  flops: 0,
  bytesTouched: 0,
  innerParameterBytes: 0,
});

const padded = (outputs: readonly Tensor[], length: number): readonly Tensor[] =>
  Array.from({ length }, (_, i) => outputs[i] ?? UNKNOWN);

const bytesOfAll = (tensors: readonly (Tensor | null)[]): number =>
  tensors.reduce((total, tensor) => total + (tensor === null ? 0 : bytesOf(tensor)), 0);

/** The value of a `Constant` node; several attributes can hold it. */
function constantOf(op: OnnxOp): Tensor {
  const tensor = op.tensor("value");
  if (tensor !== null) return tensor;
  const single = op.float("value_float");
  if (single !== null) return { element: "float32", shape: [], value: [single] };
  const floats = op.floats("value_floats");
  if (floats !== null) return { element: "float32", shape: [floats.length], value: floats };
  const ints = op.ints("value_ints");
  if (ints !== null) return { element: "int64", shape: [ints.length], value: ints };
  const whole = op.int("value_int", Number.NaN);
  return Number.isNaN(whole)
    ? { element: "string", shape: [] }
    : { element: "int64", shape: [], value: [whole] };
}
