/**
 * What the rows of Pesto's integer program (pesto-program.ts) are made of: columns of devices and
 * starts, and the schedule that a program keeps where it frees some units only.
 */
import type { ProgramBuilder } from "../../solver/linear-program.ts";
import type { PestoProblem } from "./problem.ts";

/** A schedule that the program keeps, but for some units. */
export interface Frame {
  readonly isFree: (unit: number) => boolean;
  readonly unitDevice: Int32Array;
  readonly startsUs: Float64Array;
}

export interface Parts {
  readonly frame: Frame | undefined;
  readonly problem: PestoProblem;
  readonly builder: ProgramBuilder;
  readonly unitUs: number;
  readonly big: number;
  readonly makespan: number;
  readonly x: readonly ReadonlyMap<number, number>[];
  readonly start: readonly number[];
}

export interface Choice {
  readonly column: number;
  /** Is it 1 where tasks start at these times? */
  readonly isSet: (startsUs: Float64Array) => boolean;
}

/** The run time of a task as terms of a row. */
export function runTerms({ problem, x, unitUs }: Parts, task: number): number[] {
  const { runUs, tasks, compiled } = problem;
  return [...x[tasks.unitOf[task]]].flatMap(([d, column]) => [
    column,
    runUs[task * compiled.deviceCount + d] / unitUs,
  ]);
}

/** The gap after a task that takes time. */
export const gapAfter = ({ problem, unitUs }: Parts, task: number, d: number): number =>
  problem.runUs[task * problem.compiled.deviceCount + d] > 0 ? problem.compiled.fidelity.opGapUs / unitUs : 0;

/** Does a task keep its device, and its place among the others that do? */
export const isKept = ({ frame, problem }: Parts, task: number): boolean =>
  frame !== undefined && !frame.isFree(problem.tasks.unitOf[task]);

/** A row in which every column occurs once. */
export function merged(terms: readonly number[]): number[] {
  const sum = new Map<number, number>();
  for (let i = 0; i < terms.length; i += 2) sum.set(terms[i], (sum.get(terms[i]) ?? 0) + terms[i + 1]);
  return [...sum].flat();
}
