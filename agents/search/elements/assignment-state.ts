/**
 * `AssignmentState`: an assignment of elements to devices under search, with whatever its objective
 * keeps up to date as elements move. One for each objective: max-load-state.ts, latency-state.ts;
 * the searches see only this.
 */
import type { SplitProblem } from "../../problems/split-problem.ts";

export interface AssignmentState {
  readonly problem: SplitProblem;
  readonly deviceCount: number;
  /** Device of each element, shape [elements]. */
  readonly deviceOf: Int32Array;
  /** About how many simulations the scoring of one proposal counts as. */
  readonly simulationsPerProposal: number;
  /** The objective in us when `energy` was last asked for. */
  readonly valueUs: number;
  reset(deviceOf: ArrayLike<number>): void;
  /** True where the element may lie on the device beside what is there. */
  fits(element: number, device: number): boolean;
  /** True where it could lie there if `leaving` left. */
  fitsWithout(element: number, device: number, leaving: number): boolean;
  move(element: number, device: number): void;
  /** What a search minimises: the objective, or something smoother that falls where it falls. */
  energy(): number;
  /**
   * Remembers sums, and puts them back after the moves since were undone: no rounding stays behind.
   */
  mark(): void;
  rewind(): void;
}
