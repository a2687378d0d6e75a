/**
 * `Dict`: an object with one named element of each part's space. After Gymnasium's space of that
 * name.
 *
 * It contains objects with exactly the keys of the parts. A mask is refused; the parts can be
 * sampled under masks of their own.
 */
import type { Space } from "../contract.ts";
import { InputError } from "../model/errors.ts";

export interface Dict<T extends object> extends Space<T> {
  readonly kind: "Dict";
  readonly parts: { readonly [K in keyof T]: Space<T[K]> };
}

export function dict<T extends object>(parts: { readonly [K in keyof T]: Space<T[K]> }): Dict<T> {
  const names = Object.keys(parts) as (keyof T & string)[];
  const describe = () => `Dict(${names.map((name) => `${name}: ${parts[name].describe()}`).join(", ")})`;
  return {
    kind: "Dict",
    parts,
    describe,
    contains: (value): value is T =>
      typeof value === "object" &&
      value !== null &&
      Object.keys(value).length === names.length &&
      names.every(
        (name) =>
          Object.hasOwn(value, name) && parts[name].contains((value as Record<string, unknown>)[name]),
      ),
    sample(rng, mask) {
      if (mask !== undefined) throw new InputError(`${describe()} cannot be sampled under one mask.`);
      return Object.fromEntries(names.map((name) => [name, parts[name].sample(rng)])) as T;
    },
  };
}
