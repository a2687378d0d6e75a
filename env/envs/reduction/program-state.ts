/**
 * `ProgramState`: the instructions that an episode of `Reduction/Program-v1` has taken, sum by sum.
 */
import { z } from "zod";
import { InputError } from "../../model/errors.ts";
import type { ReductionState as Contexts } from "../../model/layout/reductions/contexts.ts";
import { type ReductionSpace, reductionSpace, START } from "../../model/layout/reductions/space.ts";
import { MOST_STEPS, type ReductionStep, stepText } from "../../model/layout/reductions/steps.ts";
import type { PlanReduction, ShardingPlan } from "../../model/plan/sharding.ts";
import type { ReductionSum, ReductionView } from "../../parts/reduction-observation.ts";
import type { PlanState } from "../plan-state.ts";
import { parseSaved } from "../saved-state.ts";

/** What all plans of an env share. */
export interface ReductionWorld {
  /** Without reductions. */
  readonly plan: ShardingPlan;
  readonly sums: readonly ReductionSum[];
  /** Bytes per us of the slowest pair of ranks that first meet on each level. */
  readonly bytesPerUs: readonly number[];
  /** What actions from 1 on do. */
  readonly steps: readonly ReductionStep[];
}

/** Leaves the current sum to the plan's own algorithm. */
export const STOP = 0;

const actionsSchema = z.array(z.int().min(0));
const savedSchema = z.object({ actions: actionsSchema });

export class ProgramState implements PlanState<readonly number[]>, ReductionView {
  private readonly world: ReductionWorld;
  private actions: number[] = [];
  private finished: PlanReduction[] = [];
  private program: ReductionStep[] = [];
  /** The sum that the next action is about, and the state of its members. */
  private at = 0;
  private state = START;

  constructor(world: ReductionWorld) {
    this.world = world;
  }

  get sums(): readonly ReductionSum[] {
    return this.world.sums;
  }

  get bytesPerUs(): readonly number[] {
    return this.world.bytesPerUs;
  }

  get current(): number {
    return this.at < this.sums.length ? this.at : -1;
  }

  get contexts(): Contexts | null {
    return this.current === -1 ? null : this.space().contexts(this.state);
  }

  get stepsLeft(): number {
    return MOST_STEPS - this.program.length;
  }

  get decisions(): readonly number[] {
    return [...this.actions];
  }

  begin(): void {
    this.take([]);
  }

  /** Is every sum decided? Without sums one stop ends an episode. */
  isDone(): boolean {
    return this.at >= Math.max(1, this.sums.length);
  }

  /** May stop before the first instruction of a sum, and take what leads to the sum in time. */
  may(action: number): boolean {
    if (this.isDone()) return false;
    if (action === STOP) return this.program.length === 0;
    if (this.current === -1) return false;
    const next = this.after(action);
    return next !== -1 && this.space().reaches(next, this.stepsLeft - 1);
  }

  /** Pre: `may`. */
  act(action: number): void {
    this.actions.push(action);
    if (action === STOP) {
      this.at++;
      return;
    }
    this.state = this.after(action);
    this.program.push(this.world.steps[action - 1]);
    if (!this.space().isReduced(this.state)) return;
    const { axes, levels } = this.sums[this.at];
    this.finished.push({ axes, levels, steps: this.program });
    this.program = [];
    this.state = START;
    this.at++;
  }

  /** A sum without a whole program has none. */
  plan(): ShardingPlan {
    return structuredClone({ ...this.world.plan, reductions: this.finished });
  }

  planOf(decisions: readonly number[]): ShardingPlan {
    const other = new ProgramState(this.world);
    other.take(decisions);
    return other.plan();
  }

  keep(decisions: readonly number[]): number[] {
    return [...decisions];
  }

  checkKept(kept: unknown, owner: string, within: string): readonly number[] {
    return this.checked(parseSaved(owner, actionsSchema, kept, within), owner);
  }

  set(other: ProgramState): void {
    this.take(other.actions);
  }

  save(): z.infer<typeof savedSchema> {
    return { actions: [...this.actions] };
  }

  restore(fields: object, owner: string): void {
    this.take(this.checked(parseSaved(owner, savedSchema, fields).actions, owner));
  }

  private take(decisions: readonly number[]): void {
    this.actions = [];
    this.finished = [];
    this.program = [];
    this.at = 0;
    this.state = START;
    for (const action of decisions) this.act(action);
  }

  private checked(decisions: readonly number[], owner: string): readonly number[] {
    const replay = new ProgramState(this.world);
    for (const action of decisions) {
      if (action > this.world.steps.length || !replay.may(action))
        throw new InputError(`The saved state of ${owner} has action ${action}, which is not legal there.`);
      replay.act(action);
    }
    return decisions;
  }

  private space(): ReductionSpace {
    return reductionSpace(this.sums[this.at].levels);
  }

  /** The state after an instruction; -1 where the current sum has none such, or it is not legal. */
  private after(action: number): number {
    const text = stepText(this.world.steps[action - 1]);
    const step = this.space().steps.findIndex((each) => stepText(each) === text);
    return step === -1 ? -1 : this.space().after(this.state, step);
  }
}
