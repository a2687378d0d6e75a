/**
 * `AssignmentState`: an assignment of elements to devices under search, with the sums that its
 * objective keeps up to date as elements move. Each objective has one: max-load-state.ts,
 * latency-state.ts. The searches see only this interface.
 */
import type { SplitProblem } from "../../problems/split/split-problem.ts";

export interface AssignmentState {
  readonly problem: SplitProblem;
  readonly deviceCount: number;
  /** Device of each element, shape [elements]. */
  readonly deviceOf: Int32Array;
  /** About how many simulations the scoring of one proposal counts as. */
  readonly simulationsPerProposal: number;
  /** The objective in us at the last call of `energy`. */
  readonly valueUs: number;
  reset(deviceOf: ArrayLike<number>): void;
  /** True if the device can run the element and has memory for it. */
  fits(element: number, device: number): boolean;
  /** True if it would have memory for it after `leaving` left. */
  fitsWithout(element: number, device: number, leaving: number): boolean;
  move(element: number, device: number): void;
  /** What a search minimises: the objective, or a smooth function that falls where it falls. */
  energy(): number;
  /** Remembers the sums. */
  mark(): void;
  /** Restores them after the moves since `mark` were undone, so that no rounding error stays. */
  rewind(): void;
}
