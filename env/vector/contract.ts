/**
 * Vector envs: several envs behind one call. The three autoreset modes are those of Gymnasium 1.x:
 *
 * - `next-step` (default): the step after an episode's end ignores that env's action and resets it.
 *   Its reward is 0, and it is not an end.
 * - `same-step`: the step that ends an episode also resets. The observation is that of the new
 *   episode. The last one is in `info.finalObservation` and `info.finalInfo`.
 * - `disabled`: nothing resets by itself; `resetEnv` resets the envs that ended.
 *
 * Env i is seeded with the child `env-i` of the vector's seed. So its stream depends neither on the
 * other envs nor on their number, nor on the worker that it runs on.
 */
import type { Env, Info, Reset, ResetOptions, Space } from "../contract.ts";
import { InputError } from "../model/errors.ts";

export const autoresetModes = ["next-step", "same-step", "disabled"] as const;
export type AutoresetMode = (typeof autoresetModes)[number];

export interface VectorReset<O> {
  readonly observations: readonly O[];
  readonly infos: readonly Info[];
}

export interface VectorStep<O> extends VectorReset<O> {
  readonly rewards: Float64Array;
  /** 1 where the env's episode ended by its own rules in this step. */
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
}

/** What every vector env tells of itself. */
export interface VectorShape<O, A> {
  readonly size: number;
  readonly autoreset: AutoresetMode;
  readonly singleObservationSpace: Space<O>;
  readonly singleActionSpace: Space<A>;
}

export interface VectorEnv<O, A> extends VectorShape<O, A> {
  readonly envs: readonly Env<O, A>[];
  reset(options?: ResetOptions): VectorReset<O>;
  /** Resets one env only. */
  resetEnv(index: number, options?: ResetOptions): Reset<O>;
  step(actions: readonly A[]): VectorStep<O>;
  /** Passes the request on to one env (env/contract.ts). Final observations are copies then. */
  observeInto(index: number, observation: O): void;
  close(): void;
  /** JSON-safe, like an env's. */
  state(): unknown;
  restore(state: unknown): void;
}

/** The same with answers that come later. One call at a time. */
export interface AsyncVectorEnv<O, A> extends VectorShape<O, A> {
  readonly workers: number;
  reset(options?: ResetOptions): Promise<VectorReset<O>>;
  resetEnv(index: number, options?: ResetOptions): Promise<Reset<O>>;
  step(actions: readonly A[]): Promise<VectorStep<O>>;
  /** Ends the workers; the vector env cannot be used afterwards. */
  close(): Promise<void>;
  state(): Promise<unknown>;
  restore(state: unknown): Promise<void>;
}

export function checkAutoreset(autoreset: string): void {
  if (!autoresetModes.includes(autoreset as AutoresetMode))
    throw new InputError(`autoreset is "${autoreset}", expected ${autoresetModes.join(", ")}.`);
}

export function checkActionCount(given: number, size: number): void {
  if (given === size) return;
  throw new InputError(`The vector env was given ${given} actions for ${size} envs.`);
}

export function checkIndex(index: number, size: number): void {
  if (Number.isInteger(index) && index >= 0 && index < size) return;
  throw new InputError(`The vector env has no env ${index}, expected 0..${size - 1}.`);
}
