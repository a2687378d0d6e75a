/**
 * The leaves of a space: its parts that are numbers, in order. `Names`, which never change, are
 * left out.
 */
import type { Space } from "../contract.ts";
import { InputError } from "../model/errors.ts";
import type { Box } from "./box.ts";
import type { Dict } from "./dict.ts";
import type { Discrete } from "./discrete.ts";
import type { MultiDiscrete } from "./multi-discrete.ts";

export interface Leaf {
  /** Keys from the outside in, joined by dots; empty for a space without parts. */
  readonly name: string;
  readonly space: Box | Discrete | MultiDiscrete;
  readonly shape: readonly number[];
  readonly length: number;
  /** What an observation of the whole space has here: an array, or the number of a `Discrete`. */
  read(observation: unknown): Float32Array | Int32Array | number;
}

/** `done` says in the sentence what cannot be done with a space of another kind. */
export function leavesOf(space: Space<unknown>, done: string): Leaf[] {
  return leavesBelow(space, "", (observation) => observation, done);
}

function leavesBelow(
  space: Space<unknown>,
  name: string,
  read: (observation: unknown) => unknown,
  done: string,
): Leaf[] {
  const leaf = (of: Leaf["space"], shape: readonly number[], length: number): Leaf[] => [
    { name, space: of, shape, length, read: read as Leaf["read"] },
  ];
  switch (space.kind) {
    case "Names":
      return [];
    case "Dict":
      return Object.entries((space as Dict<Record<string, unknown>>).parts).flatMap(([key, part]) => {
        const readPart = (observation: unknown) => (read(observation) as Record<string, unknown>)[key];
        return leavesBelow(part, name === "" ? key : `${name}.${key}`, readPart, done);
      });
    case "Box": {
      const { shape, low } = space as unknown as Box;
      return leaf(space as unknown as Box, shape, low.length);
    }
    case "MultiDiscrete": {
      const { length } = (space as unknown as MultiDiscrete).sizes;
      return leaf(space as unknown as MultiDiscrete, [length], length);
    }
    case "Discrete":
      return leaf(space as unknown as Discrete, [], 1);
    default:
      throw new InputError(`A space of kind ${space.kind} cannot be ${done}: ${space.describe()}.`);
  }
}
