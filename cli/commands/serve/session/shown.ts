/**
 * What reset and step show, as arrays with the envs first: observations leaf by leaf, masks, and
 * the evaluation behind a step. Of that they have feasibility, value and cost; what is not there is
 * NaN. Peaks and start times are answers of `simulate`.
 *
 * Leaves that never change are in the answer of `make` alone.
 */
import type { Info } from "../../../../env/contract.ts";
import { type Leaf, leavesOf } from "../../../../env/spaces/leaves.ts";
import { type BatchPart, copyRows, createBatch } from "../../../../env/vector/batch.ts";
import type { VectorEnv, VectorStep } from "../../../../env/vector/contract.ts";
import { freshArray, type ListedArray, preparedFrame } from "../frames/encode.ts";
import type { NamedArray } from "../frames/frame.ts";
import { maskLength } from "./spaces.ts";

type Vector = VectorEnv<unknown, unknown>;

export interface Shown {
  readonly observations: readonly unknown[];
  readonly infos: readonly Info[];
}

/** A step as a frame that is made. It is valid until the next step. */
export interface StepFrame {
  readonly frame: Uint8Array;
  /** The same, for an answer that has more. */
  readonly arrays: readonly NamedArray[];
}

export interface Shower {
  /** The leaves that never change, as the answer of `make` has them. */
  readonly constant: readonly NamedArray[];
  /** Of some of the envs. The arrays are fresh. */
  arrays(shown: Shown, prefix?: string): NamedArray[];
  step(stepped: VectorStep<unknown>): StepFrame;
}

const INFOS = 5;

export function createShower(vector: Vector): Shower {
  const { constant = {} } = vector.envs[0];
  const isConstant = ({ name }: Leaf) => Object.hasOwn(constant, name.split(".", 1)[0]);
  const all = leavesOf(vector.singleObservationSpace, "sent to a client");
  const leaves = all.filter((leaf) => !isConstant(leaf));
  const width = maskLength(vector.singleActionSpace);
  const listed = (count: number, prefix: string): ListedArray[] => [
    ...leaves.map((leaf) => listedLeaf(leaf, `${prefix}observation`, [count])),
    { name: `${prefix}mask`, type: "u1", shape: [count, width] },
    { name: `${prefix}evaluated`, type: "u1", shape: [count] },
    { name: `${prefix}feasible`, type: "u1", shape: [count] },
    { name: `${prefix}value`, type: "f8", shape: [count] },
    { name: `${prefix}cost`, type: "f8", shape: [count] },
  ];
  const partsIn = (arrays: readonly NamedArray[]): BatchPart[] =>
    leaves.map((leaf, l) => ({ leaf, data: arrays[l].data as BatchPart["data"] }));
  const infosIn = (arrays: readonly NamedArray[]) => arrays.slice(leaves.length, leaves.length + INFOS);
  let stepping: ((stepped: VectorStep<unknown>) => StepFrame) | null = null;
  return {
    constant: all.filter(isConstant).map((leaf) => {
      const array = freshArray(listedLeaf(leaf, "constant", []));
      copyRows([{ leaf, data: array.data as BatchPart["data"] }], [constant]);
      return array;
    }),
    arrays({ observations, infos }, prefix = "") {
      const arrays = listed(observations.length, prefix).map(freshArray);
      copyRows(partsIn(arrays), observations);
      writeInfos(infosIn(arrays), infos);
      return arrays;
    },
    step(stepped) {
      stepping ??= steppingOf(vector, listed(vector.size, ""), partsIn, infosIn);
      return stepping(stepped);
    },
  };
}

function listedLeaf({ name, space, shape }: Leaf, path: string, before: readonly number[]): ListedArray {
  return {
    name: name === "" ? path : `${path}.${name}`,
    type: space.kind === "Box" ? "f4" : "i4",
    shape: [...before, ...shape],
  };
}

/** One frame for all steps: envs write what they observe where it is sent from. */
function steppingOf(
  vector: Vector,
  listed: readonly ListedArray[],
  partsIn: (arrays: readonly NamedArray[]) => BatchPart[],
  infosIn: (arrays: readonly NamedArray[]) => NamedArray[],
) {
  const shape = [vector.size];
  const ends: readonly ListedArray[] = [
    { name: "reward", type: "f8", shape },
    { name: "terminated", type: "u1", shape },
    { name: "truncated", type: "u1", shape },
  ];
  const prepared = preparedFrame({}, [...listed, ...ends]);
  const { arrays } = prepared;
  const batch = createBatch(vector, partsIn(arrays));
  const infoArrays = infosIn(arrays);
  const [reward, terminated, truncated] = arrays.slice(listed.length).map(({ data }) => data);
  return ({ observations, infos, ...step }: VectorStep<unknown>): StepFrame => {
    batch.take(observations);
    writeInfos(infoArrays, infos);
    reward.set(step.rewards);
    terminated.set(step.terminated);
    truncated.set(step.truncated);
    return prepared;
  };
}

function writeInfos(arrays: readonly NamedArray[], infos: readonly Info[]): void {
  const [mask, evaluated, feasible, value, cost] = arrays.map(({ data }) => data);
  const width = arrays[0].shape[1];
  for (let i = 0; i < infos.length; i++) {
    const { actionMask, outcome } = infos[i];
    mask.set(actionMask, i * width);
    evaluated[i] = Number(outcome !== undefined);
    feasible[i] = Number(outcome?.feasible ?? false);
    value[i] = outcome?.value ?? Number.NaN;
    cost[i] = outcome?.cost ?? Number.NaN;
  }
}
