/**
 * Shapes and costs of all nodes of a model, in one pass from the inputs to the outputs. Nodes with
 * graphs or functions inside cost what is inside (control-flow.ts).
 *
 * A size that depends on data counts as the largest possible where a rule knows that, and else is
 * what the file declares. A size that nobody gives stays unknown and counts 0 bytes. `Gaps` counts
 * them.
 */
import { InputError } from "../../../env/model/errors.ts";
import { bytesOf, elements, isSized, isWeight, type Tensor, UnknownTensor } from "../tensors/tensor.ts";
import { controlFlowCost, type Passes, type Run } from "./control-flow.ts";
import { bytesOfAll, type Cost, followed, free, type Opsets, Scope, UNKNOWN } from "./cost.ts";
import type { Dimensions } from "./dimensions/dimensions.ts";
import { OnnxOp } from "./onnx-op.ts";
import { ruleOf } from "./rules/index.ts";
import type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  NodeProto,
  OperatorSetId,
  ValueInfoProto,
} from "./schema.ts";
import { tensorOf } from "./tensor-proto.ts";
import { evaluated } from "./values.ts";

const DEEPEST_CALLS = 32;
const MOST_INNER_NODES = 200_000;
/** Loops are followed pass by pass for so many nodes. */
const MOST_FOLLOWED_NODES = 20_000;

/** Numbers of ops with something unknown, by op type. */
export interface Gaps {
  readonly unknownTypes: Map<string, number>;
  readonly unknownShapes: Map<string, number>;
  /** Results whose size depends on data and counts as the largest possible. */
  readonly largestShapes: Map<string, number>;
  /** Conditionals and loops whose cost is a rule of thumb. */
  readonly controlFlow: Map<string, number>;
}

const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);

export const opsetsOf = (sets: readonly OperatorSetId[]): Opsets =>
  new Map(sets.map(({ domain, version }) => [domainOf(domain), version]));

const domainOf = (domain: string): string => (domain === "ai.onnx" ? "" : domain);

export class Inference {
  readonly gaps: Gaps = {
    unknownTypes: new Map(),
    unknownShapes: new Map(),
    largestShapes: new Map(),
    controlFlow: new Map(),
  };
  readonly #dimensions: Dimensions;
  readonly #functions: ReadonlyMap<string, FunctionProto>;
  readonly #passes: Passes;
  readonly #declared = new Map<string, Tensor>();
  #innerNodes = 0;

  /** A loop whose number of passes is not in the file runs `passes` times. */
  constructor(dimensions: Dimensions, functions: readonly FunctionProto[], passes: number) {
    this.#dimensions = dimensions;
    this.#functions = new Map(functions.map((one) => [`${one.domain}/${one.name}/${one.overload}`, one]));
    this.#passes = {
      assumed: passes,
      hasRoomFor: (nodes) => this.#innerNodes + nodes <= MOST_FOLLOWED_NODES,
      note: (type) => count(this.gaps.controlFlow, type),
    };
  }

  /** Types and shapes that the file states, for values that no rule gives. */
  declare(values: readonly ValueInfoProto[]): void {
    for (const value of values) {
      const declared = this.#dimensions.ofValue(value);
      if (declared !== null) this.#declared.set(value.name, declared);
    }
  }

  /** Sizes that were found elsewhere, for values that the file says nothing of. */
  declareFound(sizes: ReadonlyMap<string, Tensor>): void {
    for (const [name, tensor] of sizes) {
      const stated = this.#declared.get(name);
      if (stated === undefined || !isSized(stated))
        this.#declared.set(name, { ...tensor, element: stated?.element ?? tensor.element });
    }
  }

  /** What the file states of a value. */
  declared(name: string): Tensor | undefined {
    return this.#declared.get(name);
  }

  #declaredOr(name: string, fallback: Tensor): Tensor {
    return this.#declared.get(name) ?? fallback;
  }

  /** Throws an `InputError` that names the node. */
  cost(node: NodeProto, scope: Scope, depth = 0): Cost {
    const inputs = node.input.map((name) => (name === "" ? null : (scope.find(name) ?? UNKNOWN)));
    const declared = node.output.map((name) => this.#declared.get(name));
    const op = new OnnxOp(node, inputs, { opset: scope.opsets.get(domainOf(node.domain)) ?? 1, declared });
    try {
      const cost = this.#costOf(op, node, scope, depth);
      const outputs = Array.from({ length: node.output.length }, (_, i) => cost.outputs[i] ?? UNKNOWN);
      const isUnsized = node.output.some((name, i) => name !== "" && !isSized(outputs[i]));
      if (isUnsized) count(this.gaps.unknownShapes, op.type);
      return { ...cost, outputs, withoutSize: cost.withoutSize || isUnsized };
    } catch (error) {
      if (!(error instanceof InputError) || /^node "/.test(error.message)) throw error;
      throw new InputError(`node "${nameOf(node)}" (${node.op_type}): ${error.message}`);
    }
  }

  #costOf(op: OnnxOp, node: NodeProto, scope: Scope, depth: number): Cost {
    if (depth > DEEPEST_CALLS) throw new InputError(`graphs are nested more than ${DEEPEST_CALLS} deep.`);
    if (op.type === "Constant") return free([constantOf(op)]);
    const called = this.#functions.get(`${node.domain}/${node.op_type}/${node.overload}`);
    if (called !== undefined) return this.#costOfFunction(called, op, node, depth);
    const run: Run = (graph, inputs) => this.#costOfGraph(graph, inputs, scope, depth);
    try {
      return controlFlowCost(op, run, this.#passes) ?? this.#costByRule(op, node, run);
    } catch (error) {
      const isMisfit = error instanceof InputError && op.inputs.some((input) => input?.isLargest);
      if (!(error instanceof UnknownTensor) && !isMisfit) throw error;
      const withoutSize = isMisfit || op.inputs.some((input) => input !== null && !isSized(input));
      const cost = this.#declaredCost(op, node);
      return { ...cost, withoutSize: cost.withoutSize || withoutSize };
    }
  }

  #costByRule(op: OnnxOp, node: NodeProto, run: Run): Cost {
    const rule = ruleOf(node.domain, op.type);
    if (rule === undefined) {
      count(this.gaps.unknownTypes, op.type);
      return { ...this.#declaredCost(op, node), withoutRule: true };
    }
    const effect = rule(op);
    const touched = effect.bytesTouched ?? bytesOfAll(op.inputs) + bytesOfAll(effect.outputs);
    const cost = { flops: effect.flops, bytesTouched: touched, innerParameterBytes: 0 };
    const outputs = this.#sizedOutputs(op, node, effect.outputs);
    const value = outputs[0]?.value ?? (outputs.length === 1 ? evaluated(op, outputs[0]) : undefined);
    // What is known before the run need not be computed in it.
    if (value !== undefined && outputs.slice(1).every((tensor) => tensor.value !== undefined))
      return free([{ ...outputs[0], value }, ...outputs.slice(1)]);
    const withoutSize = outputs.some(({ isLargest }, i) => isLargest && effect.outputs[i].isLargest);
    if (withoutSize) count(this.gaps.largestShapes, op.type);
    return this.#withModifiers(op, { ...cost, outputs, withoutSize }, run);
  }

  /** The file's word goes before a largest size, and stands in where a rule has none. */
  #sizedOutputs(op: OnnxOp, node: NodeProto, outputs: readonly Tensor[]): readonly Tensor[] {
    const isAssumed = op.inputs.some((input) => input?.isLargest);
    return outputs.map((tensor, i) => {
      const declared = this.#declared.get(node.output[i]);
      const isOpen = !isSized(tensor) || tensor.isLargest === true || isAssumed;
      if (isOpen && declared !== undefined && isSized(declared)) return declared;
      return isAssumed && tensor.value === undefined ? { ...tensor, isLargest: true } : tensor;
    });
  }

  /** Graphs that change the scores and the weights of `FlexAttention`. */
  #withModifiers(op: OnnxOp, cost: Cost, run: Run): Cost {
    const [query, keys] = op.inputs;
    let total = cost;
    for (const name of ["score_mod", "prob_mod"]) {
      const graph = op.graph(name);
      if (graph === null || query?.shape == null || keys?.shape == null) continue;
      const scores: Tensor = { element: query.element, shape: [...query.shape.slice(0, 3), keys.shape[2]] };
      total = { ...followed(run(graph, [scores]), total), outputs: cost.outputs };
    }
    return total;
  }

  /**
   * Only the file's declarations are known: one FLOP for each element of the results. Where a rule
   * only lacks a number, the first input counts instead if it has more.
   */
  #declaredCost(op: OnnxOp, node: NodeProto): Cost {
    const outputs = node.output.map((name) => this.#declaredOr(name, UNKNOWN));
    const made = outputs.reduce((all, { shape }) => all + (shape === null ? 0 : elements(shape)), 0);
    const isRuled = ruleOf(node.domain, op.type) !== undefined;
    const flops = isRuled ? Math.max(made, elements(op.inputs[0]?.shape ?? [])) : made;
    const touched = bytesOfAll(op.inputs) + bytesOfAll(outputs);
    const withoutSize = outputs.some(({ isLargest }) => isLargest);
    if (withoutSize) count(this.gaps.largestShapes, op.type);
    return { outputs, flops, bytesTouched: touched, innerParameterBytes: 0, withoutSize };
  }

  #costOfFunction(called: FunctionProto, op: OnnxOp, { attribute }: NodeProto, depth: number): Cost {
    const scope = new Scope(opsetsOf(called.opset_import));
    called.input.forEach((name, i) => {
      scope.set(name, op.inputs[i] ?? UNKNOWN);
    });
    const given = new Map([...called.attribute_proto, ...attribute].map((one) => [one.name, one]));
    const nodes = called.node.map((node) => withAttributes(node, given));
    return this.#costOfNodes(nodes, called.output, scope, depth);
  }

  #costOfGraph(graph: GraphProto, inputs: readonly (Tensor | null)[], outer: Scope, depth: number): Cost {
    const scope = outer.inner();
    let parameterBytes = 0;
    for (const initializer of graph.initializer) {
      const tensor = tensorOf(initializer);
      scope.set(initializer.name, tensor);
      if (isWeight(tensor.element)) parameterBytes += bytesOf(tensor);
    }
    this.declare([...graph.input, ...graph.value_info, ...graph.output]);
    graph.input.forEach(({ name }, i) => {
      const passed = inputs[i] ?? UNKNOWN;
      scope.set(name, isSized(passed) ? passed : this.#declaredOr(name, passed));
    });
    const outputs = graph.output.map(({ name }) => name);
    const inner = this.#costOfNodes(graph.node, outputs, scope, depth);
    return { ...inner, innerParameterBytes: inner.innerParameterBytes + parameterBytes };
  }

  #costOfNodes(nodes: readonly NodeProto[], results: readonly string[], scope: Scope, depth: number): Cost {
    let total = free([]);
    for (const node of nodes) {
      if (++this.#innerNodes > MOST_INNER_NODES)
        throw new InputError(`graphs and functions inside nodes have more than ${MOST_INNER_NODES} nodes.`);
      const cost = this.cost(node, scope, depth + 1);
      const [tensor] = cost.outputs;
      const isInnerWeight = node.op_type === "Constant" && isWeight(tensor.element) && isLarge(tensor);
      total = followed(total, {
        ...cost,
        innerParameterBytes: cost.innerParameterBytes + (isInnerWeight ? bytesOf(tensor) : 0),
      });
      node.output.forEach((name, i) => {
        scope.set(name, cost.outputs[i]);
      });
    }
    const outputs = results.map((name) => scope.find(name) ?? this.#declaredOr(name, UNKNOWN));
    return { ...total, outputs };
  }
}

export const nameOf = (node: NodeProto): string => node.name || node.output.find((name) => name !== "") || "";

/** Weights have more than one number, unlike a scale or an epsilon. */
export const isLarge = ({ shape }: Tensor): boolean => shape === null || elements(shape) > 1;

/** A node of a function, with the attributes that it takes from the call. */
function withAttributes(node: NodeProto, given: ReadonlyMap<string, AttributeProto>): NodeProto {
  if (node.attribute.every(({ ref_attr_name: from }) => from === "")) return node;
  const attribute = node.attribute.flatMap((one) => {
    if (one.ref_attr_name === "") return [one];
    const passed = given.get(one.ref_attr_name);
    return passed === undefined ? [] : [{ ...passed, name: one.name }];
  });
  return { ...node, attribute };
}

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
