/**
 * `OnnxOp`: a node as its rule sees it. Inputs are found by position and attributes by name;
 * everything unexpected is one sentence.
 */
import { InputError } from "../../../env/model/errors.ts";
import {
  type Effect,
  type ElementType,
  elements,
  type Shape,
  shown,
  type Tensor,
  UnknownTensor,
} from "../tensors/tensor.ts";
import type { AttributeProto, GraphProto, NodeProto, TypeProto } from "./schema.ts";
import { elementTypeNamed, elementTypeOf, tensorOf } from "./tensor-proto.ts";

export class OnnxOp {
  readonly type: string;
  /** Null where an optional input is left out. */
  readonly inputs: readonly (Tensor | null)[];
  readonly outputCount: number;
  /** Names of the outputs; empty where one is left out. */
  readonly outputNames: readonly string[];
  /** Version of the operator set that the node is of. */
  readonly opset: number;
  /** What the file states of the outputs. */
  readonly declared: readonly (Tensor | undefined)[];
  readonly #attributes: ReadonlyMap<string, AttributeProto>;

  constructor(
    node: NodeProto,
    inputs: readonly (Tensor | null)[],
    { opset, declared }: { readonly opset: number; readonly declared: readonly (Tensor | undefined)[] },
  ) {
    this.opset = opset;
    this.declared = declared;
    this.outputNames = node.output;
    this.type = node.op_type;
    this.inputs = inputs;
    this.outputCount = node.output.length;
    this.#attributes = new Map(node.attribute.map((attribute) => [attribute.name, attribute]));
  }

  has(i: number): boolean {
    return this.inputs[i] != null;
  }

  input(i: number): Tensor {
    const tensor = this.inputs[i];
    if (tensor == null) throw new InputError(`input ${i} is missing.`);
    return tensor;
  }

  /** Throws `UnknownTensor` where it is not known. */
  shape(i: number): Shape {
    const { shape } = this.input(i);
    if (shape === null) throw new UnknownTensor(`shape of input ${i}`);
    return shape;
  }

  /** The tensors of a sequence; throws `UnknownTensor` where they are not known. */
  items(i: number): readonly Tensor[] {
    const { items } = this.input(i);
    if (items === undefined) throw new UnknownTensor(`items of input ${i}`);
    return items;
  }

  rankedShape(i: number, least: number): Shape {
    const shape = this.shape(i);
    if (shape.length < least)
      throw new InputError(`input ${i} has the shape ${shown(shape)}, expected at least ${least} axes.`);
    return shape;
  }

  /** The numbers of input i; throws `UnknownTensor` where they depend on data. */
  values(i: number): readonly number[] {
    const { value } = this.input(i);
    if (value === undefined) throw new UnknownTensor(`values of input ${i}`);
    return value;
  }

  valuesOrNone(i: number): readonly number[] | null {
    return this.has(i) ? this.values(i) : null;
  }

  int(name: string, fallback: number): number {
    return this.#attributes.get(name)?.i ?? fallback;
  }

  ints(name: string): readonly number[] | null {
    const { ints } = this.#attributes.get(name) ?? {};
    return ints === undefined || ints.length === 0 ? null : ints;
  }

  /** `count` numbers; all equal to the fallback where the attribute is left out. */
  exactInts(name: string, count: number, fallback: number): readonly number[] {
    const given = this.ints(name);
    if (given === null) return Array.from({ length: count }, () => fallback);
    if (given.length !== count)
      throw new InputError(`attribute ${name} has ${given.length} numbers, expected ${count}.`);
    return given;
  }

  floats(name: string): readonly number[] | null {
    const { floats } = this.#attributes.get(name) ?? {};
    return floats === undefined || floats.length === 0 ? null : floats;
  }

  float(name: string): number | null {
    return this.#attributes.get(name)?.f ?? null;
  }

  text(name: string, fallback: string): string {
    const { s } = this.#attributes.get(name) ?? {};
    return s == null ? fallback : Buffer.from(s).toString("utf8");
  }

  texts(name: string): readonly Uint8Array[] {
    return this.#attributes.get(name)?.strings ?? [];
  }

  hasAttribute(name: string): boolean {
    return this.#attributes.has(name);
  }

  /** The element type that an attribute such as `dtype` gives, in old files by its name. */
  elementType(name: string, fallback: ElementType): ElementType {
    const { i = null, s = null } = this.#attributes.get(name) ?? {};
    if (s !== null) return elementTypeNamed(Buffer.from(s).toString("latin1"));
    return i === null || i === 0 ? fallback : elementTypeOf(i);
  }

  typeOf(name: string): TypeProto | null {
    return this.#attributes.get(name)?.tp ?? null;
  }

  tensor(name: string): Tensor | null {
    const { t } = this.#attributes.get(name) ?? {};
    return t == null ? null : tensorOf(t);
  }

  graph(name: string): GraphProto | null {
    return this.#attributes.get(name)?.g ?? null;
  }

  /** Axes by attribute (older versions) or by input (newer ones); null where neither is there. */
  axes(input: number): readonly number[] | null {
    return this.ints("axes") ?? this.valuesOrNone(input);
  }

  /** Elements of input i, for rules that charge every element alike. */
  elements(i: number): number {
    return elements(this.shape(i));
  }
}

export type Rule = (op: OnnxOp) => Effect;
