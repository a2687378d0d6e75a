/**
 * The states that the steps of a reduction lead to, each with a number, and worked out when it is
 * first asked for. Levels of any size share the space of levels of two (contexts.ts).
 */
import { afterStep, contextLevels, isReduced, type ReductionState, startOf } from "./contexts.ts";
import { possibleSteps, type ReductionStep } from "./steps.ts";

/** The state in which every member holds its own contribution. */
export const START = 0;

export class ReductionSpace {
  readonly levels: readonly number[];
  readonly steps: readonly ReductionStep[];
  private readonly states: ReductionState[];
  private readonly numberOf: Map<string, number>;
  /** [state][step]; -1 where the step is not legal there. */
  private readonly next: number[][] = [[]];
  /** Fewest further steps to the whole sum that are known, and most that are known not to do. */
  private readonly enough: number[] = [];
  private readonly tooFew: number[] = [];

  constructor(levels: readonly number[]) {
    this.levels = contextLevels(levels);
    this.steps = possibleSteps(this.levels);
    const start = startOf(this.levels);
    this.states = [start];
    this.numberOf = new Map([[start.join(" "), START]]);
  }

  /** Contributors of each chunk of each member, on levels of two. */
  contexts(state: number): ReductionState {
    return this.states[state];
  }

  isReduced(state: number): boolean {
    return isReduced(this.states[state]);
  }

  /** The state after a step, by its number; -1 where it is not legal or changes nothing. */
  after(state: number, step: number): number {
    this.next[state][step] ??= this.add(afterStep(this.levels, this.states[state], this.steps[step]));
    return this.next[state][step];
  }

  /** Whether so many steps can lead from a state to the whole sum on every member. */
  reaches(state: number, left: number): boolean {
    if (this.isReduced(state) || left >= (this.enough[state] ?? Number.POSITIVE_INFINITY)) return true;
    if (left <= (this.tooFew[state] ?? 0)) return false;
    const found = this.steps.some((_, step) => {
      const next = this.after(state, step);
      return next !== -1 && this.reaches(next, left - 1);
    });
    if (found) this.enough[state] = left;
    else this.tooFew[state] = left;
    return found;
  }

  private add(state: ReductionState | null): number {
    if (state === null) return -1;
    const key = state.join(" ");
    const before = this.numberOf.get(key);
    if (before !== undefined) return before;
    this.next.push([]);
    this.numberOf.set(key, this.states.length);
    return this.states.push(state) - 1;
  }
}

const known = new Map<string, ReductionSpace>();

/** The space of all levels that are of several members where these are. */
export function reductionSpace(levels: readonly number[]): ReductionSpace {
  const key = contextLevels(levels).join();
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = new ReductionSpace(levels);
  known.set(key, made);
  return made;
}
