/**
 * `Names`: a space with one element, a fixed list of names. It stands for the part of an
 * observation that names the columns of another part.
 *
 * A sample is the list itself, frozen. A mask has no meaning here and is refused.
 */
import type { Space } from "../contract.ts";
import { InputError } from "../model/errors.ts";

export interface Names extends Space<readonly string[]> {
  readonly kind: "Names";
  readonly names: readonly string[];
}

export function namesSpace(list: readonly string[]): Names {
  const names = Object.freeze([...list]);
  const describe = () => `Names(${names.join(", ")})`;
  return {
    kind: "Names",
    names,
    describe,
    contains: (value): value is readonly string[] =>
      Array.isArray(value) && value.length === names.length && value.every((entry, i) => entry === names[i]),
    sample(_rng, mask) {
      if (mask !== undefined) throw new InputError(`${describe()} cannot be sampled under a mask.`);
      return names;
    },
  };
}
