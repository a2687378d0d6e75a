/** `TfOp`: a node as its rule sees it, with data inputs by position and attributes by name. */
import { InputError } from "../../../env/model/errors.ts";
import {
  type Effect,
  type ElementType,
  type Shape,
  shown,
  type Tensor,
  UnknownTensor,
} from "../tensors/tensor.ts";
import type { AttrValue, NodeDef } from "./messages/schema.ts";
import { elementTypeOf } from "./messages/tensor-proto.ts";

export class TfOp {
  readonly type: string;
  readonly inputs: readonly Tensor[];
  /** Whether a rule took a size for the batch. */
  assumesBatch = false;
  readonly #attributes: ReadonlyMap<string, AttrValue>;
  readonly #batch: number;

  constructor(node: NodeDef, inputs: readonly Tensor[], batch: number) {
    this.type = node.op;
    this.inputs = inputs;
    this.#attributes = node.attr;
    this.#batch = batch;
  }

  /** For a first size that nothing tells. */
  batch(): number {
    this.assumesBatch = true;
    return this.#batch;
  }

  /** Position -1 is the last input. */
  input(i: number): Tensor {
    const tensor = this.inputs.at(i);
    if (tensor === undefined) throw new InputError(`input ${i} is missing.`);
    return tensor;
  }

  /** All sizes are known. */
  shape(i: number): Shape {
    const sizes = this.sizes(i);
    if (sizes.some(Number.isNaN)) throw new UnknownTensor(`sizes of input ${i}`);
    return sizes;
  }

  /** Unknown sizes are NaN. */
  sizes(i: number): Shape {
    const { shape } = this.input(i);
    if (shape === null) throw new UnknownTensor(`shape of input ${i}`);
    return shape;
  }

  /** Unknown sizes are NaN. */
  ofRank(i: number, rank: number): Shape {
    const shape = this.sizes(i);
    if (shape.length !== rank)
      throw new InputError(`input ${i} has the shape ${shown(shape)}, expected ${rank} axes.`);
    return shape;
  }

  values(i: number): readonly number[] {
    const value = this.sizesIn(i);
    if (value.some(Number.isNaN)) throw new UnknownTensor(`values of input ${i}`);
    return value;
  }

  /** Numbers that are sizes; unknown ones are NaN. */
  sizesIn(i: number): readonly number[] {
    const { value } = this.input(i);
    if (value === undefined) throw new UnknownTensor(`values of input ${i}`);
    return value;
  }

  has(name: string): boolean {
    return this.#attributes.has(name);
  }

  int(name: string, fallback: number): number {
    return this.#attributes.get(name)?.i ?? fallback;
  }

  ints(name: string): readonly number[] {
    return this.#attributes.get(name)?.list?.i ?? [];
  }

  isSet(name: string): boolean {
    return this.#attributes.get(name)?.b ?? false;
  }

  text(name: string, fallback: string): string {
    const s = this.#attributes.get(name)?.s;
    return s == null ? fallback : Buffer.from(s).toString("utf8");
  }

  /** The element type that an attribute names, else that of the first input. */
  element(name: string): ElementType {
    const type = this.#attributes.get(name)?.type;
    if (type != null) return elementTypeOf(type);
    return this.inputs[0]?.element ?? "float32";
  }
}

export type TfRule = (op: TfOp) => Effect;
