/**
 * Sizes of the dynamic dimensions of a model's inputs.
 *
 * - `dim.NAME` sets a named dimension, `dim.INPUT.AXIS` one without a name.
 * - `batch` sets every dynamic first axis.
 * - All others are 1, and the report says so.
 */
import { InputError } from "../../../env/model/errors.ts";
import type { Query } from "../../../env/model/query.ts";
import type { Shape } from "../tensors/tensor.ts";
import type { ValueInfoProto } from "./schema.ts";
import { type DeclaredShape, declaredShape } from "./tensor-proto.ts";

const SIZES = { min: 1, max: 1e9 };
const PREFIX = "dim.";
const MOST_LISTED = 8;
const LONGEST_NAME = 60;

export class Dimensions {
  readonly #options: Query;
  readonly #given: ReadonlyMap<string, number>;
  readonly #batch: number | null;
  /** Every dynamic dimension so far, by the name that sets it. */
  readonly #sizes = new Map<string, number>();
  readonly #assumed = new Set<string>();

  constructor(options: Query) {
    this.#options = options;
    const names = [...options.given.keys()].filter((option) => option.startsWith(PREFIX));
    this.#given = new Map(
      names.map((option) => [option.slice(PREFIX.length), options.integer(option, SIZES)!]),
    );
    this.#batch = options.integer("batch", SIZES) ?? null;
  }

  /** The shape of a graph's input, which has a size on every axis. */
  ofInput({ name, type }: ValueInfoProto): Shape | null {
    const shape = type?.tensor_type?.shape;
    if (shape == null) return null;
    return declaredShape(shape).map((size, axis) => {
      if (typeof size === "number" && size > 0) return size;
      return this.#dynamic(typeof size === "string" ? size : `${name}.${axis}`, axis);
    });
  }

  /** The shape of any other value; null where a size is not known. */
  ofValue(declared: DeclaredShape): Shape | null {
    const sizes = declared.map((size) => (typeof size === "string" ? this.#sizes.get(size) : size));
    return sizes.every((size) => typeof size === "number" && size >= 0) ? (sizes as number[]) : null;
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

  /** Call after all inputs are read: refuses options that set nothing. */
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
