/**
 * Shapes and costs of the nodes of a GraphDef. Complete `_output_shapes`, which graphs exported
 * with shapes have, come first. Then come the rules, then incomplete `_output_shapes`.
 *
 * A size that nothing tells is NaN in a shape, and what would follow from it is not counted.
 */
import { InputError } from "../../../env/model/errors.ts";
import { elements, type Shape, type Tensor, UnknownTensor } from "../tensors/tensor.ts";
import { bytesOfAll, type Cost, isVariable, known, sumOf, UNKNOWN, weightBytes } from "./cost.ts";
import { conditionOf, loopOf } from "./functions/control-flow.ts";
import { ARGUMENT, type Library } from "./functions/library.ts";
import type { NodeDef } from "./messages/schema.ts";
import { constantOf, elementTypeOf, isKnown, sizesOf } from "./messages/tensor-proto.ts";
import { inOrder, inputOf, type LinkedNode, linkedNodes } from "./nodes.ts";
import { tfRules } from "./rules/index.ts";
import type { GivenShapes } from "./shape-option.ts";
import { TfOp } from "./tf-op.ts";

/** What the user says about a graph. */
export interface Assumptions {
  readonly batch: number;
  /** Passes of a loop that does not tell how often it runs. */
  readonly trips: number;
  readonly shapes: GivenShapes;
}

/** What the file did not say. */
export interface Gaps {
  readonly unknownTypes: Map<string, number>;
  readonly unknownShapes: Map<string, number>;
  /** Placeholders and results whose unknown first size was set to the batch. */
  batched: number;
  /** Loops that do not tell how often they run. */
  endless: number;
  /** Nodes of functions that were looked into, once for each time. */
  inner: number;
}

const MOST_INNER = 500_000;
const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);

export class Inference {
  readonly gaps: Gaps;
  readonly #assumptions: Assumptions;
  readonly #library: Library;
  readonly #arguments: readonly Tensor[];
  /** Functions that lead to these nodes. */
  readonly #chain: readonly string[];
  readonly #costs = new Map<string, Cost>();

  constructor(
    assumptions: Assumptions,
    library: Library,
    gaps: Gaps = { unknownTypes: new Map(), unknownShapes: new Map(), batched: 0, endless: 0, inner: 0 },
    within: { readonly arguments: readonly Tensor[]; readonly chain: readonly string[] } = {
      arguments: [],
      chain: [],
    },
  ) {
    this.#assumptions = assumptions;
    this.#library = library;
    this.gaps = gaps;
    this.#arguments = within.arguments;
    this.#chain = within.chain;
  }

  /** Expects the order of `inOrder`. Throws an `InputError` that names the node. */
  cost({ node, inputs }: LinkedNode): Cost {
    const data = inputs.filter(({ isControl }) => !isControl);
    const tensors = data.map((input) => this.#costs.get(input.node)?.outputs[input.port] ?? UNKNOWN);
    try {
      const cost = this.#withDeclared(
        node,
        this.#byRule(node, new TfOp(node, tensors, this.#assumptions.batch)),
      );
      this.#costs.set(node.name, cost);
      return cost;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(`node "${node.name}" (${node.op}): ${error.message}`);
    }
  }

  /** The cost of a function's body, and what it returns. */
  run(name: string, given: readonly Tensor[]): Cost {
    const body = this.#library.body(name, this.#chain);
    this.gaps.inner += body.nodes.length;
    if (this.gaps.inner > MOST_INNER)
      throw new InputError(`functions, each as often as it is run, have more than ${MOST_INNER} nodes.`);
    const within = { arguments: given, chain: [...this.#chain, name] };
    const inner = new Inference(this.#assumptions, this.#library, this.gaps, within);
    const { nodes } = linkedNodes(body.nodes);
    const costs = inOrder(nodes).map((i) => inner.cost(nodes[i]));
    return { ...sumOf(costs), outputs: body.results.map((result) => inner.#tensorAt(result)) };
  }

  #tensorAt(input: string): Tensor {
    const { node, port } = inputOf(input);
    return this.#costs.get(node)?.outputs[port] ?? UNKNOWN;
  }

  /** Null where no rule gives a result. */
  #byRule(node: NodeDef, op: TfOp): Cost | null {
    const given = this.#givenTensor(node);
    if (given !== null) return { ...free([given]), weightBytes: weightBytes(node, given) };
    const flow = conditionOf(node, op.inputs, this) ?? this.#loop(node, op.inputs);
    if (flow !== null) return flow;
    const rule = tfRules.get(node.op);
    if (rule === undefined) {
      if (node.op !== "Placeholder" && !isVariable(node.op)) count(this.gaps.unknownTypes, node.op);
      return null;
    }
    try {
      const effect = rule(op);
      const touched = effect.bytesTouched ?? bytesOfAll(op.inputs) + bytesOfAll(effect.outputs);
      if (op.assumesBatch) this.gaps.batched++;
      return {
        ...free(effect.outputs),
        flops: known(effect.flops),
        bytesTouched: known(touched),
        isUnsized: Number.isNaN(effect.flops) || Number.isNaN(touched),
      };
    } catch (error) {
      if (!(error instanceof UnknownTensor)) throw error;
      return { ...free([]), isUnsized: true };
    }
  }

  #loop(node: NodeDef, inputs: readonly Tensor[]): Cost | null {
    const loop = loopOf(node, inputs, this, (name) => this.#library.body(name, this.#chain));
    if (loop === null) return null;
    if (loop.trips === null) this.gaps.endless++;
    return loop.cost(loop.trips ?? this.#assumptions.trips);
  }

  /** Arguments, constants, variables and placeholders: their attributes describe the result. */
  #givenTensor({ op, name, attr }: NodeDef): Tensor | null {
    if (op === ARGUMENT) return this.#arguments[attr.get("index")?.i ?? -1] ?? UNKNOWN;
    if (op === "Const") {
      const tensor = attr.get("value")?.tensor;
      return tensor == null ? UNKNOWN : constantOf(tensor);
    }
    if (op !== "Placeholder" && !isVariable(op)) return null;
    const sizes = sizesOf(attr.get("shape")?.shape ?? null);
    const element = op === "VarHandleOp" ? "resource" : elementTypeOf(attr.get("dtype")?.type);
    const shape =
      this.#assumptions.shapes.of(name, sizes) ?? (sizes === null ? null : this.#completed(sizes));
    return shape === null ? null : { element, shape };
  }

  /** An unknown first size is the batch, any other unknown size stays so. */
  #completed(sizes: readonly number[]): Shape {
    if (sizes[0] === -1) this.gaps.batched++;
    return sizes.map((size, axis) =>
      size !== -1 ? size : axis === 0 ? this.#assumptions.batch : Number.NaN,
    );
  }

  #withDeclared(node: NodeDef, cost: Cost | null): Cost {
    const declared = node.attr.get("_output_shapes")?.list?.shape ?? [];
    const element = elementTypeOf((node.attr.get("dtype") ?? node.attr.get("T"))?.type);
    const outputs: Tensor[] = [...(cost?.outputs ?? [])];
    declared.forEach((proto, port) => {
      const sizes = sizesOf(proto);
      const ruled = outputs[port] as Tensor | undefined;
      // The shape of a handle says nothing of what it leads to.
      if (sizes === null || (ruled?.element === "resource" && ruled.shape !== null)) return;
      if (isKnown(sizes)) outputs[port] = { ...(ruled ?? { element }), shape: sizes };
      else if (ruled === undefined || ruled.shape === null || ruled.shape.some(Number.isNaN))
        outputs[port] = {
          ...(ruled ?? { element }),
          shape: merged(ruled?.shape ?? null, this.#completed(sizes)),
        };
    });
    const told = this.#assumptions.shapes.of(node.name, null);
    if (told !== null) outputs[0] = { ...(outputs[0] ?? { element }), shape: told };
    for (let port = 0; port < outputs.length; port++) outputs[port] ??= UNKNOWN;
    const isUnknown = cost === null && node.op !== "Placeholder";
    const lacksShape = outputs.some(isUnsized) || (outputs.length === 0 && cost?.isUnsized !== false);
    if (lacksShape) count(this.gaps.unknownShapes, node.op);
    if (cost !== null && (cost.outputs.length > 0 || !cost.isUnsized))
      return { ...cost, outputs, isUnsized: cost.isUnsized || lacksShape };
    // Only the file's declarations are known: one FLOP for each element of the results.
    const made = outputs.filter((output) => !isUnsized(output));
    const flops = made.reduce((all, { shape }) => all + elements(shape ?? []), 0);
    if (node.op === "Placeholder") return { ...free(outputs), isUnsized: lacksShape };
    const bytesTouched = 2 * bytesOfAll(made);
    return { ...free(outputs), flops, bytesTouched, isUnknown, isUnsized: lacksShape || cost !== null };
  }
}

const free = (outputs: readonly Tensor[]): Cost => ({ ...sumOf([]), outputs });

const isUnsized = ({ element, shape }: Tensor): boolean =>
  element !== "resource" && (shape === null || shape.some(Number.isNaN));

/** The rule's sizes, and the declared ones where it has none. */
const merged = (ruled: Shape | null, declared: Shape): Shape =>
  ruled === null || ruled.length !== declared.length
    ? declared
    : ruled.map((size, axis) => (Number.isNaN(size) ? declared[axis] : size));
