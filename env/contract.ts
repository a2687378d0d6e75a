/**
 * The environment contract: Gymnasium's, in camelCase, with what search and placement add to it.
 *
 * One episode builds or improves one plan. The call `reset` starts it. The call `step` takes an
 * action and answers observation, reward, terminated and truncated. `info.actionMask` says which
 * actions are legal now; an illegal one throws.
 *
 * Rewards of an episode telescope to its terminal score. The sum is exact where times are whole
 * microseconds, else to 1e-9 relative.
 */
import type { Plan } from "./model/plan/plan.ts";
import type { Rng } from "./model/rng.ts";
import type { Scenario } from "./model/scenario.ts";
import type { Outcome } from "./sim/evaluator/contract.ts";

export interface Space<T> {
  /** Kind of space, such as `Box` or `MultiDiscrete`. */
  readonly kind: string;
  /** A random element. A mask of the space's own shape rules elements out. */
  sample(rng: Rng, mask?: ActionMask): T;
  contains(value: unknown): value is T;
  /** Short text such as `MultiDiscrete([3, 3, 3])`. */
  describe(): string;
}

/**
 * 1 where legal, 0 where not. For MultiDiscrete it is the rows of all components, one after the
 * other.
 */
export type ActionMask = Uint8Array;

export interface Info {
  readonly actionMask: ActionMask;
  /** The evaluation behind this step's reward, where there was one. */
  readonly outcome?: Outcome;
  readonly [key: string]: unknown;
}

export interface Reset<O> {
  readonly observation: O;
  readonly info: Info;
}

export interface Step<O> extends Reset<O> {
  readonly reward: number;
  /** The episode ended by its own rules. */
  readonly terminated: boolean;
  /** The episode was cut off from outside, by a time limit for example. */
  readonly truncated: boolean;
}

export interface ResetOptions {
  /** Seeds the env's random numbers. Without it their stream goes on. */
  readonly seed?: number | string;
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface EnvMetadata {
  readonly id: string;
  /** The kinds of plan that `plan()` answers. `checkEnv` picks its laws by them. */
  readonly plans: readonly Plan["kind"][];
  readonly renderModes: readonly string[];
  readonly [key: string]: unknown;
}

export interface Env<O = unknown, A = unknown> {
  readonly metadata: EnvMetadata;
  readonly observationSpace: Space<O>;
  readonly actionSpace: Space<A>;
  /** The innermost env; itself where nothing wraps it. */
  readonly unwrapped: Env;
  readonly scenario: Scenario;
  /** Parts of the observation that are the same in all of them, where they are known. */
  readonly constant?: Partial<O>;
  reset(options?: ResetOptions): Reset<O>;
  step(action: A): Step<O>;
  /**
   * Asks that `reset` and `step` answer this one observation from now on. The env writes into it
   * what is new, and nobody else may write to it. It is a copy of one that the env has answered.
   * An env may go on with fresh ones.
   */
  observeInto?(observation: O): void;
  /** The current plan as text. */
  render(): string;
  close(): void;
  /** An independent copy in the same state. A step of one never changes the other. */
  clone(): Env<O, A>;
  /** JSON-safe state. An env that restores it goes on exactly as the original would. */
  state(): unknown;
  restore(state: unknown): void;
  /**
   * The complete plan so far. What no action has decided yet has its default. The plan may have an
   * `opPriority`. Then the env scored it with this order.
   */
  plan(): Plan;
}
