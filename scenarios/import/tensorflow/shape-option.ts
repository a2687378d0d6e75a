/**
 * Shapes that the user gives: `shape.NAME=1,600,800,3` for the node NAME, or for an input of that
 * name in the signature.
 */
import { InputError } from "../../../env/model/errors.ts";
import { didYouMean } from "../../../env/model/suggest.ts";
import type { Query } from "../../../env/model/user/query.ts";
import { type Shape, shown } from "../tensors/tensor.ts";

export const SHAPE = "shape.";
const MOST_AXES = 32;
const LARGEST = 2 ** 40;

export class GivenShapes {
  readonly #shapes = new Map<string, Shape>();
  readonly #used = new Set<string>();
  /** What the signature calls a node. */
  readonly #names = new Map<string, string>();

  constructor(options: Query) {
    for (const [key, text] of options.given) {
      if (!key.startsWith(SHAPE)) continue;
      const shape = text.split(/[,x]/).map((size) => (/^\s*\d+\s*$/.test(size) ? Number(size) : Number.NaN));
      if (shape.length > MOST_AXES || shape.some((size) => Number.isNaN(size) || size > LARGEST))
        throw options.unfit(key, "whole numbers with commas between them, such as 1,600,800,3");
      this.#shapes.set(key.slice(SHAPE.length), shape);
    }
  }

  /** A name of the signature also stands for its node. */
  rename(names: ReadonlyMap<string, string>): void {
    for (const [name, node] of names) {
      this.#names.set(node, name);
      const shape = this.#shapes.get(name);
      if (shape === undefined || name === node || this.#shapes.has(node)) continue;
      this.#shapes.set(node, shape);
      this.#shapes.delete(name);
    }
  }

  /** `sizes` are those that the file says, with -1 for unknown ones. Null where none is given. */
  of(node: string, sizes: readonly number[] | null): Shape | null {
    const shape = this.#shapes.get(node);
    if (shape === undefined) return null;
    this.#used.add(node);
    const fits =
      sizes === null ||
      (sizes.length === shape.length && sizes.every((size, i) => size === -1 || size === shape[i]));
    if (fits) return shape;
    throw new InputError(
      `option ${SHAPE}${node} is ${shown(shape)}, but the file says ${shown(sizes).replaceAll("-1", "?")}.`,
    );
  }

  /** How the user best names a node. */
  nameOf(node: string): string {
    return this.#names.get(node) ?? node;
  }

  /** Throws `InputError` for a name that is no node. */
  checkUse(nodes: readonly string[]): void {
    const inputs = nodes.map((node) => this.nameOf(node));
    for (const name of this.#shapes.keys())
      if (!this.#used.has(name)) {
        const known = inputs.slice(0, 8).join(", ");
        throw new InputError(
          `option ${SHAPE}${name.slice(0, 80)} names no node of the graph; inputs are ${known || "none"}.${didYouMean(name, inputs)}`,
        );
      }
  }
}
