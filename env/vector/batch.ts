/**
 * `Batch`: the observations of a vector env in arrays that stay, one for each leaf of the space,
 * envs first. Envs that can (`observeInto`) write what they observe where it lies, so that a step
 * makes no arrays. What other envs answer is copied in.
 */
import type { Space } from "../contract.ts";
import type { Dict } from "../spaces/dict.ts";
import type { Leaf } from "../spaces/leaves.ts";
import type { VectorEnv } from "./contract.ts";

/** A leaf and its array: `leaf.length` entries for each env. */
export interface BatchPart {
  readonly leaf: Leaf;
  readonly data: Float32Array | Int32Array;
}

export interface Batch {
  /** Lays in what env i answered last. */
  put(i: number, observation: unknown): void;
}

/** Copies one observation after the other. */
export function copyRows(parts: readonly BatchPart[], observations: readonly unknown[]): void {
  observations.forEach((observation, i) => {
    copyRow(parts, observation, i);
  });
}

/** Leaves without a part, such as those that never change, stay with the observations. */
export function createBatch(vector: VectorEnv<unknown, unknown>, parts: readonly BatchPart[]): Batch {
  const kept: unknown[] = new Array(vector.size).fill(undefined);
  const numbers = parts.filter(({ leaf }) => leaf.space.kind === "Discrete");
  return {
    put(i, observation) {
      // A number has no place in an array that an env could write to.
      if (observation === kept[i]) return copyRow(numbers, observation, i);
      copyRow(parts, observation, i);
      if (kept[i] !== undefined) return;
      kept[i] = overRows(vector.singleObservationSpace, observation, rowsOf(parts, i), "");
      vector.observeInto(i, kept[i]);
    },
  };
}

function copyRow(parts: readonly BatchPart[], observation: unknown, i: number): void {
  for (const { leaf, data } of parts) {
    const value = leaf.read(observation);
    if (typeof value === "number") data[i] = value;
    else data.set(value, i * leaf.length);
  }
}

function rowsOf(parts: readonly BatchPart[], i: number): ReadonlyMap<string, unknown> {
  const arrays = parts.filter(({ leaf }) => leaf.space.kind !== "Discrete");
  return new Map(
    arrays.map(({ leaf, data }) => [leaf.name, data.subarray(i * leaf.length, (i + 1) * leaf.length)]),
  );
}

/** The observation with rows in place of its arrays. */
function overRows(
  space: Space<unknown>,
  observation: unknown,
  rows: ReadonlyMap<string, unknown>,
  name: string,
): unknown {
  if (space.kind !== "Dict") return rows.get(name) ?? observation;
  const { parts } = space as Dict<Record<string, unknown>>;
  const named = Object.entries(observation as object).map(([key, value]) => [
    key,
    overRows(parts[key], value, rows, name === "" ? key : `${name}.${key}`),
  ]);
  return Object.fromEntries(named);
}
