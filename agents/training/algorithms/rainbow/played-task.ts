/**
 * A task as a learner of action values plays it: its decision process, its replay memory, and what
 * plans were found to cost. A plan whose cost is known is not scored again.
 *
 * The end of an episode pays log(reference / cost), a failure pays -1, all else 0.
 */
import type { Plan } from "../../../../env/model/plan/plan.ts";
import type { Task } from "../../../contract.ts";
import { type EpisodeStep, nStepTransitions } from "./n-step.ts";
import type { DecisionProcess, ProcessTask, StepEnd } from "./process.ts";
import { ReplayMemory, type SavedMemory } from "./replay-memory.ts";

export interface MemoryRules {
  readonly capacity: number;
  readonly alpha: number;
  readonly steps: number;
  readonly discount: number;
}

export interface Episode {
  readonly end: Exclude<StepEnd, "open">;
  readonly decisions: number;
  /** Null where it failed. */
  readonly cost: number | null;
  /** Whether the cost was charged for. */
  readonly isScored: boolean;
}

export interface SavedTask {
  readonly referenceCost: number | null;
  /** By the actions that lead to the plan. */
  readonly costs: readonly (readonly [string, number])[];
  readonly memory: SavedMemory;
}

/** Chooses a legal action, from what is seen of a state. */
export type Chooser = (row: Float32Array, mask: Uint8Array) => number;

const FAILURE = -1;
/** Keeps logarithms of costs of 0 finite. */
const LEAST_COST = 1e-9;

export class PlayedTask {
  readonly task: Task;
  readonly process: DecisionProcess;
  readonly memory: ReplayMemory;
  private readonly reference: () => Plan;
  private readonly rules: MemoryRules;
  private readonly costs = new Map<string, number>();
  private referenceCost: number | null = null;

  constructor({ task, process, reference }: ProcessTask, rules: MemoryRules) {
    const { stateBytes, actions } = process;
    this.task = task;
    this.process = process;
    this.reference = reference;
    this.rules = rules;
    this.memory = new ReplayMemory({ ...rules, stateBytes, actions });
  }

  /** What one more update charges at least. */
  get needs(): number {
    return this.referenceCost === null ? 2 : 1;
  }

  /** An episode of exploration, which the memory keeps. */
  explore(choose: Chooser): Episode {
    const { end, steps, path } = this.walk(choose, false);
    const episode = end === "failed" ? null : this.score(path);
    const last = steps[steps.length - 1];
    if (last !== undefined)
      steps[steps.length - 1] = { ...last, reward: episode === null ? FAILURE : this.rewardOf(episode.cost) };
    const { steps: n, discount } = this.rules;
    for (const transition of nStepTransitions(steps, n, discount)) this.memory.add(transition);
    const decisions = steps.length;
    if (episode === null) return { end, decisions, cost: null, isScored: false };
    return { end, decisions, ...episode };
  }

  /** An episode that passes over actions that fail. Its plan is scored, whether known or not. */
  answer(choose: Chooser): { readonly plan: Plan; readonly cost: number } {
    const { end, path } = this.walk(choose, true);
    if (end === "failed") throw new Error("Every legal action of a state fails, and one must not.");
    const plan = this.process.plan();
    const { cost } = this.task.evaluator.evaluate(plan);
    this.costs.set(path, cost);
    return { plan, cost };
  }

  /** What is seen of a state. */
  rowOf(state: Uint8Array): Float32Array {
    const row = new Float32Array(this.process.columns);
    this.process.see(state, row);
    return row;
  }

  save(): SavedTask {
    return { referenceCost: this.referenceCost, costs: [...this.costs], memory: this.memory.save() };
  }

  load({ referenceCost, costs, memory }: SavedTask): void {
    this.referenceCost = referenceCost;
    this.costs.clear();
    for (const [path, cost] of costs) this.costs.set(path, cost);
    this.memory.load(memory);
  }

  private walk(choose: Chooser, isSafe: boolean) {
    const { process } = this;
    const steps: EpisodeStep[] = [];
    const path: number[] = [];
    let end = process.reset();
    while (end === "open") {
      const mask = process.mask.slice();
      if (isSafe)
        for (const action of mask.keys())
          mask[action] &= Number(mask[action] === 1 && !process.fails(action));
      const state = process.state.slice();
      const action = choose(this.rowOf(state), mask);
      steps.push({ state, mask, action, reward: 0 });
      path.push(action);
      end = process.step(action);
    }
    return { end, steps, path: path.join() };
  }

  private score(path: string): { readonly cost: number; readonly isScored: boolean } {
    // The reference comes first, so that a reward is always known with its cost.
    this.referenceCost ??= this.task.evaluator.evaluate(this.reference()).cost;
    const known = this.costs.get(path);
    if (known !== undefined) return { cost: known, isScored: false };
    const { cost } = this.task.evaluator.evaluate(this.process.plan());
    this.costs.set(path, cost);
    return { cost, isScored: true };
  }

  private rewardOf(cost: number): number {
    return Math.log(Math.max(LEAST_COST, this.referenceCost!) / Math.max(LEAST_COST, cost));
  }
}
