/**
 * What reset and step show, as arrays with the envs first: observations leaf by leaf, masks, and
 * the evaluation behind a step. Of that they have feasibility, value and cost; what is not there is
 * NaN. Peaks and start times are answers of `simulate`.
 *
 * One frame serves all answers of a vector. Its envs write what they observe where it is sent from,
 * and what a call does not change stays. Leaves that never change are in the answer of `make`
 * alone.
 */
import type { Info } from "../../../../../env/contract.ts";
import { InputError } from "../../../../../env/model/errors.ts";
import { type Leaf, leavesOf } from "../../../../../env/spaces/leaves.ts";
import { type BatchPart, copyRows, createBatch } from "../../../../../env/vector/batch.ts";
import type { VectorEnv, VectorReset, VectorStep } from "../../../../../env/vector/contract.ts";
import { freshArray, type ListedArray, preparedFrame } from "../frames/encode.ts";
import type { NamedArray } from "../frames/frame.ts";
import { maskLength } from "./spaces.ts";

type Vector = VectorEnv<unknown, unknown>;
type Shown = VectorReset<unknown>;

export interface Shower {
  /** The leaves that never change, as the answer of `make` has them. */
  readonly constant: readonly NamedArray[];
  /** Throws where it is not known what the envs show that are not reset. */
  checkReset(chosen: readonly number[]): void;
  /** The envs that were reset, in order; the others show what they showed. */
  reset(chosen: readonly number[], shown: Shown): ShownFrame;
  step(stepped: VectorStep<unknown>): ShownFrame;
  /** What episodes showed last, in arrays of their own. */
  finals(shown: Shown): NamedArray[];
  /** After a restore, which shows nothing. */
  forget(): void;
}

/** Valid until the next call. */
export interface ShownFrame {
  readonly frame: Uint8Array;
  /** The same, for an answer that has more. */
  readonly arrays: readonly NamedArray[];
}

export function createShower(vector: Vector): Shower {
  const { constant = {} } = vector.envs[0];
  const isConstant = ({ name }: Leaf) => Object.hasOwn(constant, name.split(".", 1)[0]);
  const all = leavesOf(vector.singleObservationSpace, "sent to a client");
  const leaves = all.filter((leaf) => !isConstant(leaf));
  const width = maskLength(vector.singleActionSpace);
  const known = new Uint8Array(vector.size);
  let frame: FrameOfVector | null = null;
  const frameNow = () => {
    frame ??= frameOf(vector, leaves, width);
    return frame;
  };
  return {
    constant: all.filter(isConstant).map((leaf) => {
      const array = freshArray(listedLeaf(leaf, "constant", []));
      copyRows(partsOf([leaf], [array]), [constant]);
      return array;
    }),
    checkReset(chosen) {
      const reset = new Set(chosen);
      if (known.every((flag, i) => flag === 1 || reset.has(i))) return;
      throw new InputError("Before a reset of some envs, all must have been reset, or have taken a step.");
    },
    reset(chosen, { observations, infos }) {
      const { shown, batch, rows, reward, terminated, truncated } = frameNow();
      for (const paid of [reward, terminated, truncated]) paid.fill(0);
      rows.clear();
      chosen.forEach((i, k) => {
        batch.put(i, observations[k]);
        rows.put(i, infos[k]);
        known[i] = 1;
      });
      return shown;
    },
    step({ observations, infos, ...ends }) {
      const { shown, batch, rows, reward, terminated, truncated } = frameNow();
      for (let i = 0; i < vector.size; i++) {
        batch.put(i, observations[i]);
        rows.put(i, infos[i]);
      }
      reward.set(ends.rewards);
      terminated.set(ends.terminated);
      truncated.set(ends.truncated);
      known.fill(1);
      return shown;
    },
    finals({ observations, infos }) {
      const count = observations.length;
      const observed = leaves.map((leaf) => freshArray(listedLeaf(leaf, "final.observation", [count])));
      const told = listedInfos(width, count, "final.").map(freshArray);
      copyRows(partsOf(leaves, observed), observations);
      const rows = infoRows(told, width);
      infos.forEach((info, k) => {
        rows.put(k, info);
      });
      return [...observed, ...told];
    },
    forget() {
      known.fill(0);
    },
  };
}

type FrameOfVector = ReturnType<typeof frameOf>;

function frameOf(vector: Vector, leaves: readonly Leaf[], width: number) {
  const { size } = vector;
  const shape = [size];
  const observed = leaves.map((leaf) => listedLeaf(leaf, "observation", shape));
  const told = listedInfos(width, size, "");
  const ends: readonly ListedArray[] = [
    { name: "reward", type: "f8", shape },
    { name: "terminated", type: "u1", shape },
    { name: "truncated", type: "u1", shape },
  ];
  const shown = preparedFrame({}, [...observed, ...told, ...ends]);
  const after = leaves.length + told.length;
  const [reward, terminated, truncated] = shown.arrays.slice(after).map(({ data }) => data);
  return {
    shown,
    batch: createBatch(vector, partsOf(leaves, shown.arrays)),
    rows: infoRows(shown.arrays.slice(leaves.length, after), width),
    reward,
    terminated,
    truncated,
  };
}

const partsOf = (leaves: readonly Leaf[], arrays: readonly NamedArray[]): BatchPart[] =>
  leaves.map((leaf, l) => ({ leaf, data: arrays[l].data as BatchPart["data"] }));

function listedLeaf({ name, space, shape }: Leaf, path: string, before: readonly number[]): ListedArray {
  return {
    name: name === "" ? path : `${path}.${name}`,
    type: space.kind === "Box" ? "f4" : "i4",
    shape: [...before, ...shape],
  };
}

const listedInfos = (width: number, count: number, prefix: string): readonly ListedArray[] => [
  { name: `${prefix}mask`, type: "u1", shape: [count, width] },
  { name: `${prefix}evaluated`, type: "u1", shape: [count] },
  { name: `${prefix}feasible`, type: "u1", shape: [count] },
  { name: `${prefix}value`, type: "f8", shape: [count] },
  { name: `${prefix}cost`, type: "f8", shape: [count] },
];

const MANY = 32;

/** The arrays of `listedInfos`, written row by row. */
function infoRows(arrays: readonly NamedArray[], width: number) {
  const [mask, ...evaluation] = arrays.map(({ data }) => data);
  const [evaluated, feasible, value, cost] = evaluation;
  return {
    put(i: number, { actionMask, outcome }: Info): void {
      // A call of `set` takes as long as many entries.
      if (width > MANY) mask.set(actionMask, i * width);
      else for (let j = 0; j < width; j++) mask[i * width + j] = actionMask[j];
      evaluated[i] = Number(outcome !== undefined);
      feasible[i] = Number(outcome?.feasible ?? false);
      value[i] = outcome?.value ?? Number.NaN;
      cost[i] = outcome?.cost ?? Number.NaN;
    },
    /** No env evaluated anything; masks stay. */
    clear(): void {
      for (const array of [evaluated, feasible]) array.fill(0);
      for (const array of [value, cost]) array.fill(Number.NaN);
    },
  };
}
