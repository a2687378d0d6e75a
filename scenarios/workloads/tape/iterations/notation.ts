/**
 * Axes in letters, such as `bhtd,bhsd->bhts` for scores of attention or `bt(hd)->bhtd` for a split
 * into heads. An axis in parentheses is a product of factors. Its major factor may be split; parts
 * of the others are not contiguous, so they are whole in every tensor.
 */
import { InputError } from "../../../../env/model/errors.ts";

export interface Axes {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export function axesOf(notation: string): Axes {
  const minors = new Set([...notation.matchAll(/\(\w(\w*)\)/g)].flatMap(([, minor]) => [...minor]));
  const sides = notation.split("->").map((side) =>
    side.split(",").map((tensor) => {
      const major = tensor.replace(/\((\w)\w*\)/g, "$1");
      return [...major].map((letter) => (minors.has(letter) ? letter.toUpperCase() : letter)).join("");
    }),
  );
  if (sides.length !== 2)
    throw new InputError(`The axes "${notation}" have ${sides.length} sides, expected inputs -> outputs.`);
  return { inputs: sides[0], outputs: sides[1] };
}
