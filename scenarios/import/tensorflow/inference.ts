/**
 * Shapes and costs of the nodes of a GraphDef. Complete `_output_shapes`, which graphs exported
 * with shapes have, come first. Then come the rules, then incomplete `_output_shapes`.
 */
import { InputError } from "../../../env/model/errors.ts";
import { bytesOf, elements, type Shape, type Tensor, UnknownTensor } from "../tensors/tensor.ts";
import type { NodeDef } from "./messages/schema.ts";
import { constantOf, elementTypeOf, isKnown, sizesOf } from "./messages/tensor-proto.ts";
import type { LinkedNode } from "./nodes.ts";
import { tfRules } from "./rules/index.ts";
import { TfOp } from "./tf-op.ts";

export interface Cost {
  readonly outputs: readonly Tensor[];
  readonly flops: number;
  readonly bytesTouched: number;
}

/** What the file did not say. */
export interface Gaps {
  readonly unknownTypes: Map<string, number>;
  readonly unknownShapes: Map<string, number>;
  /** Placeholders and results whose unknown first size was set to the batch. */
  batched: number;
}

const UNKNOWN: Tensor = { element: "float32", shape: null };
const VARIABLE = /^(Variable|VariableV2|VarHandleOp|TemporaryVariable)$/;
const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);

export class Inference {
  readonly gaps: Gaps = { unknownTypes: new Map(), unknownShapes: new Map(), batched: 0 };
  readonly #batch: number;
  readonly #costs = new Map<string, Cost>();

  constructor(batch: number) {
    this.#batch = batch;
  }

  /** Expects the order of `inOrder`. Throws an `InputError` that names the node. */
  cost({ node, inputs }: LinkedNode): Cost {
    const data = inputs.filter(({ isControl }) => !isControl);
    const tensors = data.map((input) => this.#costs.get(input.node)?.outputs[input.port] ?? UNKNOWN);
    try {
      const cost = this.#withDeclared(node, this.#byRule(node, new TfOp(node, tensors)));
      this.#costs.set(node.name, cost);
      return cost;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(`node "${node.name}" (${node.op}): ${error.message}`);
    }
  }

  /** Null where no rule gives a result. */
  #byRule(node: NodeDef, op: TfOp): Cost | null {
    const given = this.#givenTensor(node);
    if (given !== null) return { outputs: [given], flops: 0, bytesTouched: 0 };
    const rule = tfRules.get(node.op);
    if (rule === undefined) {
      if (node.op !== "Placeholder") count(this.gaps.unknownTypes, node.op);
      return null;
    }
    try {
      const effect = rule(op);
      const touched = effect.bytesTouched ?? bytesOfAll(op.inputs) + bytesOfAll(effect.outputs);
      return { outputs: effect.outputs, flops: effect.flops, bytesTouched: touched };
    } catch (error) {
      if (!(error instanceof UnknownTensor)) throw error;
      return null;
    }
  }

  /** Constants, variables and placeholders: their attributes describe the result. */
  #givenTensor({ op, attr }: NodeDef): Tensor | null {
    if (op === "Const") {
      const tensor = attr.get("value")?.tensor;
      return tensor == null ? UNKNOWN : constantOf(tensor);
    }
    if (op !== "Placeholder" && !VARIABLE.test(op)) return null;
    const sizes = sizesOf(attr.get("shape")?.shape ?? null);
    const element = op === "VarHandleOp" ? "resource" : elementTypeOf(attr.get("dtype")?.type);
    return sizes === null ? null : { element, shape: this.#completed(sizes) };
  }

  /** An unknown first size is the batch, any other unknown size 1. */
  #completed(sizes: readonly number[]): Shape {
    if (isKnown(sizes)) return sizes;
    this.gaps.batched++;
    return sizes.map((size, axis) => (size !== -1 ? size : axis === 0 ? this.#batch : 1));
  }

  #withDeclared(node: NodeDef, cost: Cost | null): Cost {
    const declared = node.attr.get("_output_shapes")?.list?.shape ?? [];
    const element = elementTypeOf((node.attr.get("dtype") ?? node.attr.get("T"))?.type);
    const outputs: Tensor[] = [...(cost?.outputs ?? [])];
    declared.forEach((proto, port) => {
      const sizes = sizesOf(proto);
      const known = outputs[port];
      if (sizes === null) return;
      if (isKnown(sizes)) outputs[port] = { ...(known ?? { element }), shape: sizes };
      else if (known === undefined || known.shape === null)
        outputs[port] = { ...(known ?? { element }), shape: this.#completed(sizes) };
    });
    for (let port = 0; port < outputs.length; port++) outputs[port] ??= UNKNOWN;
    if (outputs.some(({ shape }) => shape === null) || (cost === null && outputs.length === 0))
      count(this.gaps.unknownShapes, node.op);
    if (cost !== null) return { ...cost, outputs };
    // Only the file's declarations are known: one FLOP for each element of the results.
    const flops = outputs.reduce((all, { shape }) => all + (shape === null ? 0 : elements(shape)), 0);
    return node.op === "Placeholder"
      ? { outputs, flops: 0, bytesTouched: 0 }
      : { outputs, flops, bytesTouched: 2 * bytesOfAll(outputs) };
  }
}

const bytesOfAll = (tensors: readonly Tensor[]): number =>
  tensors.reduce((total, tensor) => total + bytesOf(tensor), 0);

export const isVariable = (type: string): boolean => VARIABLE.test(type);
