/**
 * Observations of a vector env as one array for each part, envs first: what a learner feeds to a
 * network in one call. A `Box` becomes one `Float32Array`, a `MultiDiscrete` one `Int32Array`, and
 * a `Discrete` one `Int32Array` of a number for each env. `Names` stay the names, once.
 */
import type { Space } from "../contract.ts";
import { InputError } from "../model/errors.ts";
import type { Box } from "../spaces/box.ts";
import type { Dict } from "../spaces/dict.ts";
import type { MultiDiscrete } from "../spaces/multi-discrete.ts";
import type { Names } from "../spaces/names.ts";

/** The stacked form of an observation of type `O`. */
export type Stacked<O> = O extends Float32Array | Int32Array
  ? O
  : O extends number
    ? Int32Array
    : O extends readonly string[]
      ? O
      : { readonly [K in keyof O]: Stacked<O[K]> };

/** Pre: the observations are elements of the space. The arrays are the caller's own. */
export function stackObservations<O>(space: Space<O>, observations: readonly O[]): Stacked<O> {
  return stacked(space, observations) as Stacked<O>;
}

function stacked(space: Space<unknown>, observations: readonly unknown[]): unknown {
  switch (space.kind) {
    case "Dict": {
      const { parts } = space as Dict<Record<string, unknown>>;
      const named = observations as readonly Record<string, unknown>[];
      return Object.fromEntries(
        Object.keys(parts).map((key) => [
          key,
          stacked(
            parts[key],
            named.map((each) => each[key]),
          ),
        ]),
      );
    }
    case "Box":
      return rows(
        observations as readonly Float32Array[],
        new Float32Array((space as unknown as Box).low.length * observations.length),
      );
    case "MultiDiscrete":
      return rows(
        observations as readonly Int32Array[],
        new Int32Array((space as unknown as MultiDiscrete).sizes.length * observations.length),
      );
    case "Discrete":
      return Int32Array.from(observations as readonly number[]);
    case "Names":
      return (space as unknown as Names).names;
    default:
      throw new InputError(
        `Observations of a space of kind ${space.kind} cannot be stacked: ${space.describe()}.`,
      );
  }
}

function rows<T extends Float32Array | Int32Array>(each: readonly T[], into: T): T {
  const width = each.length === 0 ? 0 : into.length / each.length;
  each.forEach((row, i) => {
    into.set(row, i * width);
  });
  return into;
}
