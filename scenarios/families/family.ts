/**
 * `Family`: graphs of one kind, drawn from seeds and divided into three splits. A method is trained
 * on some graphs and judged on others that it has never seen.
 *
 * A member's graph depends on the family, the split, the number and the options alone: its random
 * stream is named by the first three. Generators use nothing but integers, `+ - * /` and rounding,
 * which give the same bits on every machine.
 */

import { InputError } from "../../env/model/errors.ts";
import type { OpGraph } from "../../env/model/graph/graph.ts";
import { createRng, type Rng } from "../../env/model/rng.ts";
import type { WorkloadOption } from "../workloads/workload.ts";

export const splits = ["train", "validation", "test"] as const;
export type Split = (typeof splits)[number];

export interface FamilyMember {
  readonly split: Split;
  /** 0 .. number of members of the split - 1. */
  readonly number: number;
  /** The member's own random stream. */
  readonly rng: Rng;
  /** Values of all options. */
  readonly values: Readonly<Record<string, number>>;
}

export interface Family {
  readonly name: string;
  readonly summary: string;
  /** Where the family comes from, and what is ours. */
  readonly source: string;
  readonly members: Readonly<Record<Split, number>>;
  readonly options: Readonly<Record<string, WorkloadOption>>;
  /** What one group is where the URI does not say: an op, or what the placement rules merge. */
  readonly granularity: "op" | "group";
  /** Which devices of the cluster are used: families of generated graphs leave the hosts out. */
  readonly devices: "all" | "accelerators";
  /** Optimizer state per byte of weights; default that of the default fidelity, momentum. */
  readonly optimizerSlots?: number;
  readonly graph: (member: FamilyMember) => OpGraph;
}

/** Of generated graphs: each op is placed by itself, on equal devices. */
const generated = { granularity: "op", devices: "accelerators" } as const;

/**
 * Of a family with few members: 32 for training and test, as many as Placeto's families have, and 8
 * for validation.
 */
export const fewMembers = {
  ...generated,
  members: { train: 16, validation: 8, test: 16 },
  options: {},
} as const satisfies Partial<Family>;

/** Of a family with many members: as many as REGAL's public data set has. */
export const manyMembers = {
  ...generated,
  members: { train: 10_000, validation: 1_000, test: 1_000 },
} as const satisfies Partial<Family>;

/** The graph of one member; options that are not given have their defaults. */
export function memberGraph(
  family: Family,
  split: Split,
  number: number,
  given: Readonly<Record<string, number>> = {},
): OpGraph {
  const count = family.members[split];
  if (!Number.isInteger(number) || number < 0 || number >= count)
    throw new InputError(
      `Family "${family.name}": number is ${number}, expected 0 to ${count - 1} (${split} has ${count} members).`,
    );
  const defaults = Object.entries(family.options).map(([key, option]) => [key, option.default]);
  const values = { ...Object.fromEntries(defaults), ...given };
  return family.graph({ split, number, rng: createRng(`${family.name}/${split}/${number}`), values });
}

/**
 * Position of a member in its family, counted from the first of `train`: no two members have the
 * same.
 */
export function positionOf(
  members: Readonly<Record<Split, number>>,
  { split, number }: Pick<FamilyMember, "split" | "number">,
): number {
  const before = splits.slice(0, splits.indexOf(split));
  return before.reduce((sum, earlier) => sum + members[earlier], number);
}

/**
 * The setting of a member from a fixed list, in an order that depends on the name alone. No two
 * members get the same setting.
 */
export function dealt<T>(
  name: string,
  settings: readonly T[],
  members: Readonly<Record<Split, number>>,
  member: FamilyMember,
): T {
  return createRng(`${name}/deal`).shuffle([...settings])[positionOf(members, member)];
}
