/**
 * Sizes of the dynamic dimensions of a model's inputs.
 *
 * - `dim.NAME` sets a named dimension, `dim.INPUT.AXIS` one without a name, and `dim.INPUT.length`
 *   the number of tensors of a sequence.
 * - `batch` sets every dynamic first axis.
 * - An expression such as `2*batch` follows from the names in it.
 * - All others are 1, and the report says so. A size of 0 in the file is a size.
 */
import { InputError } from "../../../../env/model/errors.ts";
import type { Query } from "../../../../env/model/user/query.ts";
import type { Shape, Tensor } from "../../tensors/tensor.ts";
import type { TensorShapeProto, TypeProto, ValueInfoProto } from "../schema.ts";
import { declaredShape, elementTypeOf } from "../tensor-proto.ts";
import { type DimensionExpression, dimensionExpression } from "./expression.ts";

const SIZES = { min: 0, max: 1e9 };
const PREFIX = "dim.";
const MOST_LISTED = 8;
const LONGEST_NAME = 60;
const MOST_ITEMS = 4096;
const NOT_FIRST = -1;

export class Dimensions {
  readonly #options: Query;
  readonly #given: ReadonlyMap<string, number>;
  readonly #batch: number | null;
  /** Every dynamic dimension so far, by the name that sets it. */
  readonly #sizes = new Map<string, number>();
  readonly #assumed = new Set<string>();
  readonly #expressions = new Map<string, DimensionExpression | null>();

  constructor(options: Query) {
    this.#options = options;
    const names = [...options.given.keys()].filter((option) => option.startsWith(PREFIX));
    this.#given = new Map(
      names.map((option) => [option.slice(PREFIX.length), options.integer(option, SIZES)!]),
    );
    this.#batch = options.integer("batch", { ...SIZES, min: 1 }) ?? null;
  }

  /**
   * Call with all inputs before the first is asked for: expressions follow from names in any of
   * them.
   */
  readNames(inputs: readonly ValueInfoProto[]): void {
    for (const { type } of inputs) {
      const shape = innermost(type)?.tensor_type?.shape;
      for (const [axis, size] of (shape == null ? [] : declaredShape(shape)).entries())
        if (typeof size === "string" && this.#expressionOf(size) === null) this.#dynamic(size, axis);
    }
  }

  /** A graph's input, which has a size on every axis; null where its type is not of tensors. */
  ofInput({ name, type }: ValueInfoProto): Tensor | null {
    if (type === null) return null;
    if (type.optional_type !== null) return this.ofInput({ name, type: type.optional_type.elem_type });
    if (type.sequence_type !== null) {
      const item = this.ofInput({ name, type: type.sequence_type.elem_type });
      const length = Math.min(MOST_ITEMS, this.#dynamic(`${name}.length`, NOT_FIRST));
      return item && { element: item.element, shape: null, items: Array.from({ length }, () => item) };
    }
    const tensor = type.tensor_type ?? type.sparse_tensor_type;
    if (tensor === null) return null;
    const element = tensor.elem_type === 0 ? "float32" : elementTypeOf(tensor.elem_type);
    return { element, shape: tensor.shape && this.#shapeOf(name, tensor.shape) };
  }

  #shapeOf(name: string, shape: TensorShapeProto): Shape {
    return declaredShape(shape).map((size, axis) => {
      const own = `${name}.${axis}`;
      if (typeof size !== "string") return (this.#isGiven(own) ? null : size) ?? this.#dynamic(own, axis);
      const expression = this.#isGiven(size) ? null : this.#expressionOf(size);
      const value = expression?.value((part) => this.#dynamic(part, NOT_FIRST)) ?? null;
      return value ?? this.#dynamic(size, axis);
    });
  }

  /** What the file states of any other value; a shape of null where a size is not known. */
  ofValue({ type }: ValueInfoProto): Tensor | null {
    const { elem_type = 0, shape = null } = type?.tensor_type ?? {};
    if (elem_type === 0) return null;
    const sizes = shape === null ? [null] : declaredShape(shape).map((size) => this.#knownSize(size));
    const isKnown = sizes.every((size) => size !== null);
    return { element: elementTypeOf(elem_type), shape: isKnown ? (sizes as number[]) : null };
  }

  #knownSize(size: number | string | null): number | null {
    if (typeof size !== "string") return size;
    if (this.#isGiven(size)) return this.#dynamic(size, NOT_FIRST);
    const expression = this.#expressionOf(size);
    if (expression === null) return this.#sizes.get(size) ?? null;
    if (!expression.names.every((name) => this.#sizes.has(name) || this.#isGiven(name))) return null;
    return expression.value((name) => this.#dynamic(name, NOT_FIRST));
  }

  #expressionOf(text: string): DimensionExpression | null {
    const known = this.#expressions.get(text);
    if (known !== undefined) return known;
    const expression = dimensionExpression(text);
    this.#expressions.set(text, expression);
    return expression;
  }

  #isGiven(name: string): boolean {
    return this.#given.has(name);
  }

  #dynamic(name: string, axis: number): number {
    const known = this.#sizes.get(name);
    if (known !== undefined) return known;
    const given = this.#given.get(name) ?? (axis === 0 ? this.#batch : null);
    if (given === null) this.#assumed.add(name);
    const size = given ?? 1;
    this.#sizes.set(name, size);
    return size;
  }

  /** Call after all values are read: refuses options that set nothing. */
  checkUse(): void {
    const known = [...this.#sizes.keys()];
    const there = known.length === 0 ? "the model has no dynamic dimension" : `there are ${known.join(", ")}`;
    for (const name of this.#given.keys())
      if (!this.#sizes.has(name)) throw this.#unused(`${PREFIX}${name}`, there);
    if (this.#batch !== null && known.length === 0) throw this.#unused("batch", there);
  }

  #unused(option: string, there: string): InputError {
    return new InputError(`${this.#options.where}: option "${option}" sets nothing: ${there}.`);
  }

  /** A sentence on the sizes that were not set; null where all were. */
  assumption(): string | null {
    if (this.#assumed.size === 0) return null;
    const names = [...this.#assumed].slice(0, MOST_LISTED).map((name) => name.slice(0, LONGEST_NAME));
    const more = this.#assumed.size > names.length ? ", ..." : "";
    const options = names.map((name) => `dim.${name}`).join(", ");
    return `Dynamic dimension${names.length > 1 ? "s" : ""} of size 1, unless set: ${options}${more}.`;
  }
}

/** The tensor inside sequences and optional values. */
function innermost(type: TypeProto | null): TypeProto | null {
  const inner = type?.sequence_type ?? type?.optional_type ?? null;
  return inner === null ? type : innermost(inner.elem_type);
}
