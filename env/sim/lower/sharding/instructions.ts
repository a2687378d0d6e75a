/**
 * `ShardedProgram`: what every rank of a mesh does, in order. All ranks do the same, each on its
 * part. It is between a plan and its tasks: tests execute it on numbers, tasks.ts gives it times.
 */
import { type Layout, localShare, rankShare } from "../../../model/layout/layout.ts";
import type { MeshSizes } from "../../../model/layout/mesh.ts";
import type { OpSplit, Panels } from "../../../model/layout/natural.ts";
import type { Ranges } from "../../../model/layout/ranges.ts";
import type { ReshardStep } from "../../../model/layout/steps.ts";

/** Output of a value that is a weight of its op. */
export const WEIGHTS = -1;

/** A tensor in one layout, on all ranks. */
export interface Value {
  readonly op: number;
  /** Output port, or `WEIGHTS`. */
  readonly output: number;
  /** Number of the weight among those of its op; 0 for outputs. */
  readonly parameter: number;
  readonly shape: readonly number[];
  readonly layout: Layout;
  /** Of the whole tensor. */
  readonly bytes: number;
  /** Whole in one place: on the host, or on the rank that owns its op. */
  readonly onHost?: true;
  /** In parts as ranks have them, each in the memory of the rank's host. */
  readonly offloaded?: true;
}

/** An op on all ranks; `inputs` has a value for each data edge, in declared order. */
export interface Run {
  readonly kind: "run";
  readonly op: number;
  readonly split: OpSplit | null;
  /** Absent for an op that runs at once. */
  readonly panels?: Panels;
  /** Share of the op's work that each rank does, padded. */
  readonly share: number;
  /** The share of each rank, and ranges of dimensions, where parts have different lengths. */
  readonly shares?: readonly number[];
  readonly ranges?: readonly (Ranges | null)[];
  readonly inputs: readonly number[];
  readonly parameters: readonly number[];
  readonly outputs: readonly number[];
  /** New weights of an update. */
  readonly renewed: readonly number[];
  /** A forward op that runs once more for the backward pass. */
  readonly again?: true;
  /** Values that a rank has before it begins, without a use for them; absent for none. */
  readonly waits?: readonly number[];
  /** An update whose parts run on the hosts of their ranks. */
  readonly onHosts?: true;
}

/** What a step is for: weights wait until they are wanted, sums of gradients may wait. */
export type Purpose = "data" | "gradient" | "weights" | "new weights";

export interface Move {
  readonly kind: "move";
  readonly step: ReshardStep;
  readonly from: number;
  readonly to: number;
  readonly purpose: Purpose;
  /** As those of a run. */
  readonly waits?: readonly number[];
}

/** Each rank's part goes to the memory of its host, or comes back from there. */
export interface HostCopy {
  readonly kind: "store" | "fetch";
  readonly from: number;
  readonly to: number;
  readonly purpose: Purpose;
}

/** The same numbers read as a tensor of another shape. */
export interface View {
  readonly kind: "view";
  readonly from: number;
  readonly to: number;
}

/** An op that the host runs, whole. */
export interface HostRun {
  readonly kind: "host";
  readonly op: number;
  readonly outputs: readonly number[];
}

/** An op that one rank runs, whole. What it makes is there alone, as what a host makes is. */
export interface OwnedRun {
  readonly kind: "owned";
  readonly op: number;
  readonly rank: number;
  /** A value for each data edge: whole in one place, or in parts on all ranks. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** Each rank gets its part of a value that is whole in one place. */
export interface Feed {
  readonly kind: "feed";
  readonly from: number;
  readonly to: number;
}

export type Instruction = Run | Move | HostCopy | View | HostRun | OwnedRun | Feed;

/** A weight as it is between batches. */
export interface StoredWeight {
  readonly value: number;
  /** The layout of its optimizer's state. */
  readonly optimizer: Layout;
  /** The copy of which hosts make new weights; absent where ranks do, or hosts hold the weight. */
  readonly copy?: number;
}

export interface ShardedProgram {
  readonly sizes: MeshSizes;
  readonly values: readonly Value[];
  readonly instructions: readonly Instruction[];
  readonly weights: readonly StoredWeight[];
}

/** Bytes of a value that each rank holds, padded: of parts of different lengths the longest. */
export const rankBytes = (
  { sizes, values }: Pick<ShardedProgram, "sizes" | "values">,
  value: number,
): number => values[value].bytes * localShare(values[value].shape, values[value].layout, sizes);

/** Bytes of a value that one rank holds: padded, but for parts of different lengths. */
export const bytesOnRank = (
  { sizes, values }: Pick<ShardedProgram, "sizes" | "values">,
  value: number,
  rank: number,
): number => values[value].bytes * rankShare(values[value].shape, values[value].layout, sizes, rank);

/** Of each value the first one of the same output: what its op has made. */
export function madeFirst({ values }: Pick<ShardedProgram, "values">): Int32Array {
  const firstOf = new Map<string, number>();
  return Int32Array.from(values, ({ op, output }, value) => {
    const key = `${op}:${output}`;
    if (!firstOf.has(key)) firstOf.set(key, value);
    return firstOf.get(key)!;
  });
}
