/**
 * What the rows of Pesto's integer program (program.ts) are made of: columns of devices and starts,
 * sums over them, and rows under conditions. A `Frame` is the schedule that a program keeps if it
 * frees only some units.
 */
import { type ProgramBuilder, summed, type Terms, weighted } from "../../solver/linear-program.ts";
import type { PestoProblem, Tensor } from "./problem.ts";

/** A schedule that the program keeps, except for some units. */
export interface Frame {
  readonly isFree: (unit: number) => boolean;
  readonly unitDevice: Int32Array;
  readonly startsUs: Float64Array;
  /** Start of each hop of each transfer, by `transferKey`; without it producers' ends count. */
  readonly hopStartUs?: ReadonlyMap<number, readonly number[]>;
  /**
   * How many places a freed task may pass in the line of a device. Then a freed transfer keeps its
   * place among the kept ones of a link, and may cross it at any time beside other freed ones.
   * Default: any number, and all orders of transfers are choices.
   */
  readonly near?: number;
}

export interface Parts {
  readonly frame: Frame | undefined;
  readonly problem: PestoProblem;
  readonly builder: ProgramBuilder;
  /** How many us are 1 unit of the program's times. */
  readonly unitUs: number;
  /** Lifts any row of times: at least the upper limit of the makespan and a gap (big-M). */
  readonly big: number;
  /** Column of the makespan. */
  readonly makespan: number;
  /** For each unit, its binary column on each device that it may take. */
  readonly x: readonly ReadonlyMap<number, number>[];
  /** Column of the start of each task. */
  readonly start: readonly number[];
}

export interface Choice {
  readonly column: number;
  /** Is it 1 if tasks start at these times? */
  readonly isSet: (startsUs: Float64Array) => boolean;
}

/** Are the orders of transfers left out of the choices? */
export const keepsLinkOrders = ({ frame }: Parts): boolean => frame?.near !== undefined;

export const nearOf = ({ frame }: Parts): number => frame?.near ?? Number.POSITIVE_INFINITY;

/** The columns of a task's unit, by device. */
export const devicesOf = ({ problem, x }: Parts, task: number): ReadonlyMap<number, number> =>
  x[problem.tasks.unitOf[task]];

/** The run time of a task as terms of a row. */
export function runTerms(parts: Parts, task: number): number[] {
  const { runUs, compiled } = parts.problem;
  return [...devicesOf(parts, task)].flatMap(([d, column]) => [
    column,
    runUs[task * compiled.deviceCount + d] / parts.unitUs,
  ]);
}

/** The end of a task, its start and run time, as terms of a row. */
export const endTerms = (parts: Parts, task: number): number[] => [
  parts.start[task],
  1,
  ...runTerms(parts, task),
];

/** The gap after a task that takes time. */
export const gapAfter = ({ problem, unitUs }: Parts, task: number, d: number): number =>
  problem.runUs[task * problem.compiled.deviceCount + d] > 0 ? problem.compiled.fidelity.opGapUs / unitUs : 0;

/** Does a task keep its device, and its place among the others that do? */
export const isKept = ({ frame, problem }: Parts, task: number): boolean =>
  frame !== undefined && !frame.isFree(problem.tasks.unitOf[task]);

/** What is added to both sides of a row, so that it is lifted if the condition does not hold. */
export interface Condition {
  readonly terms: Terms;
  readonly limit: number;
}

/** The condition that one of the columns is 1; more of them only tighten the row. */
export const isSet = ({ big }: Parts, columns: Iterable<number>): Condition => ({
  terms: weighted(columns, big),
  limit: big,
});

/** The condition that the column is 0. */
export const isClear = ({ big }: Parts, column: number): Condition => ({ terms: [column, -big], limit: 0 });

/** terms <= bound, if all conditions hold. */
export function atMostIf(
  { builder }: Parts,
  conditions: readonly Condition[],
  terms: Terms,
  bound: number,
): void {
  const limit = conditions.reduce((sum, condition) => sum + condition.limit, 0);
  builder.atMost(summed([...terms, ...conditions.flatMap((condition) => condition.terms)]), limit + bound);
}

/** One transfer of tensor `tensor` to device `to`, hop by hop. */
export interface Job {
  readonly tensor: Tensor;
  readonly to: number;
  /** The column w of each device that the producer may be on. */
  readonly from: ReadonlyMap<number, number>;
  readonly hopStart: readonly number[];
}
