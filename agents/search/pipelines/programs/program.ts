/**
 * `DistProgram`: a training step on several devices as one list of ops (DistIR: Santhanam et al.,
 * EuroMLSys 2021). Every value is on one device. The order of the list is the schedule of each
 * device.
 */
import { InputError } from "../../../../env/model/errors.ts";

export interface DistValue {
  readonly device: number;
  readonly bytes: number;
}

export type DistKind = "compute" | "accumulate" | "send" | "all-reduce";

export interface DistOp {
  readonly kind: DistKind;
  /** Op of the graph that runs, or whose output moves. */
  readonly op: number;
  readonly microBatch: number;
  readonly inputs: readonly number[];
  /** An accumulation and an all-reduce write over their first inputs. */
  readonly outputs: readonly number[];
  readonly us: number;
}

export interface DistProgram {
  readonly devices: number;
  readonly values: readonly DistValue[];
  readonly ops: readonly DistOp[];
  /** What is there before the first op and stays: weights, optimizer state, data. */
  readonly given: readonly number[];
}

/** Throws one sentence where an op's values are not where it runs. */
export function checkTypes({ values, ops }: DistProgram): void {
  ops.forEach(({ kind, inputs, outputs }, at) => {
    const from = inputs.map((value) => values[value].device);
    const to = outputs.map((value) => values[value].device);
    const where = `Op ${at} of the program, a ${kind},`;
    if (kind === "send") {
      if (from.length !== 1 || to.length !== 1 || from[0] === to[0])
        throw new InputError(`${where} goes from device ${from} to ${to}, expected one other device.`);
    } else if (kind === "all-reduce") {
      if (from.join() !== to.join() || new Set(from).size !== from.length)
        throw new InputError(
          `${where} has inputs on devices ${from} and outputs on ${to}, expected one on each of the same.`,
        );
    } else if (new Set([...from, ...to]).size > 1)
      throw new InputError(`${where} has values on devices ${[...new Set([...from, ...to])].join(", ")}.`);
  });
}

/** Ops that write over their inputs: nothing is allocated for outputs. */
export const isInPlace = (kind: DistKind): boolean => kind === "accumulate" || kind === "all-reduce";
