/**
 * Spaces and actions as a client sees them. A space is JSON whose bounds and sizes are arrays of
 * the frame. Actions are whole numbers, one row for each env.
 */
import type { Space } from "../../../../../env/contract.ts";
import { InputError } from "../../../../../env/model/errors.ts";
import type { Box } from "../../../../../env/spaces/box.ts";
import type { Dict } from "../../../../../env/spaces/dict.ts";
import type { Discrete } from "../../../../../env/spaces/discrete.ts";
import type { MultiDiscrete } from "../../../../../env/spaces/multi-discrete.ts";
import type { Names } from "../../../../../env/spaces/names.ts";
import type { FrameArray, NamedArray } from "../frames/frame.ts";

/** The JSON of a space; its arrays are added to the list under names that begin with `path`. */
export function spaceJson(space: Space<unknown>, path: string, arrays: NamedArray[]): object {
  const add = (name: string, data: FrameArray, shape: readonly number[] = [data.length]) => {
    arrays.push({ name: `${path}.${name}`, data, shape });
    return `${path}.${name}`;
  };
  switch (space.kind) {
    case "Dict": {
      const { parts } = space as Dict<Record<string, unknown>>;
      const named = Object.entries(parts).map(([key, part]) => [
        key,
        spaceJson(part, `${path}.${key}`, arrays),
      ]);
      return { kind: "Dict", parts: Object.fromEntries(named) };
    }
    case "Box": {
      const { shape, low, high } = space as unknown as Box;
      return { kind: "Box", shape, low: add("low", low, shape), high: add("high", high, shape) };
    }
    case "MultiDiscrete": {
      const { sizes, start } = space as unknown as MultiDiscrete;
      return { kind: "MultiDiscrete", sizes: add("sizes", sizes), start };
    }
    case "Discrete": {
      const { size, start } = space as unknown as Discrete;
      return { kind: "Discrete", size, start };
    }
    case "Names":
      return { kind: "Names", names: (space as unknown as Names).names };
    default:
      throw new InputError(`A space of kind ${space.kind} has no form for a client: ${space.describe()}.`);
  }
}

/** Entries of a mask of the space. */
export function maskLength(space: Space<unknown>): number {
  if (space.kind === "Discrete") return (space as unknown as Discrete).size;
  if (space.kind === "MultiDiscrete") {
    const { maskStart, sizes } = space as unknown as MultiDiscrete;
    return maskStart[sizes.length];
  }
  return 0;
}

/** The action of each env: a number for `Discrete`, a row for `MultiDiscrete`. */
export function actionsOf(space: Space<unknown>, given: NamedArray | undefined, count: number): unknown[] {
  const width = actionWidth(space);
  if (given === undefined || !(given.data instanceof Int32Array) || given.data.length !== count * width)
    throw new InputError(
      `The array actions is ${given === undefined ? "missing" : `[${given.shape.join(" x ")}]`}, ` +
        `expected i4 of ${count} x ${width} entries.`,
    );
  const { data } = given;
  if (space.kind === "Discrete") return numbersOf(data);
  return Array.from({ length: count }, (_, i) => data.slice(i * width, (i + 1) * width));
}

/** A tenth of the time of `Array.from`, which asks the array for its iterator. */
function numbersOf(data: Int32Array): number[] {
  const numbers: number[] = new Array(data.length);
  for (let i = 0; i < data.length; i++) numbers[i] = data[i];
  return numbers;
}

function actionWidth(space: Space<unknown>): number {
  if (space.kind === "Discrete") return 1;
  if (space.kind === "MultiDiscrete") return (space as unknown as MultiDiscrete).sizes.length;
  throw new InputError(`Actions of ${space.describe()} cannot be given by a client.`);
}
