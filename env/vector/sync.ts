/**
 * `syncVector`: several envs behind one call, stepped one after the other. It has the three
 * autoreset modes of Gymnasium 1.x:
 *
 * - `next-step` (default): the step after an episode's end ignores that env's action and resets it.
 *   Its reward is 0, and it is not an end.
 * - `same-step`: the step that ends an episode also resets. The observation is that of the new
 *   episode. The last one is in `info.finalObservation` and `info.finalInfo`.
 * - `disabled`: nothing resets by itself; `resetEnv` resets the envs that ended.
 *
 * Env i is seeded with the child `env-i` of the vector's seed. So its stream depends neither on the
 * other envs nor on their number. An error of one env, such as a spent budget, passes through. The
 * envs before it have taken their steps then.
 */
import type { Env, Info, Reset, ResetOptions, Space, Step } from "../contract.ts";
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

export interface VectorEnv<O, A> {
  readonly size: number;
  readonly autoreset: AutoresetMode;
  readonly singleObservationSpace: Space<O>;
  readonly singleActionSpace: Space<A>;
  readonly envs: readonly Env<O, A>[];
  reset(options?: ResetOptions): VectorReset<O>;
  /** Resets one env only. */
  resetEnv(index: number, options?: ResetOptions): Reset<O>;
  step(actions: readonly A[]): VectorStep<O>;
  close(): void;
  /** JSON-safe, like an env's. */
  state(): unknown;
  restore(state: unknown): void;
}

export interface SyncVectorOptions {
  readonly autoreset?: AutoresetMode;
}

export function syncVector<O, A>(
  makers: readonly (() => Env<O, A>)[],
  { autoreset = "next-step" }: SyncVectorOptions = {},
): VectorEnv<O, A> {
  if (makers.length === 0) throw new InputError("A vector env needs at least one env.");
  if (!autoresetModes.includes(autoreset))
    throw new InputError(`autoreset is "${autoreset}", expected ${autoresetModes.join(", ")}.`);
  const envs = makers.map((make) => make());
  checkSameSpaces(envs);
  return new SyncVector(envs, autoreset);
}

class SyncVector<O, A> implements VectorEnv<O, A> {
  readonly envs: readonly Env<O, A>[];
  readonly autoreset: AutoresetMode;
  /** 1 where the next step resets instead. */
  private readonly due: Uint8Array;

  constructor(envs: readonly Env<O, A>[], autoreset: AutoresetMode) {
    this.envs = envs;
    this.autoreset = autoreset;
    this.due = new Uint8Array(envs.length);
  }

  get size(): number {
    return this.envs.length;
  }

  get singleObservationSpace(): Space<O> {
    return this.envs[0].observationSpace;
  }

  get singleActionSpace(): Space<A> {
    return this.envs[0].actionSpace;
  }

  reset({ seed, options }: ResetOptions = {}): VectorReset<O> {
    const resets = this.envs.map((env, i) =>
      env.reset(seed === undefined ? { options } : { seed: childSeed(seed, i), options }),
    );
    this.due.fill(0);
    return { observations: resets.map((r) => r.observation), infos: resets.map((r) => r.info) };
  }

  resetEnv(index: number, options?: ResetOptions): Reset<O> {
    if (this.envs[index] === undefined)
      throw new InputError(`The vector env has no env ${index}, expected 0..${this.size - 1}.`);
    const reset = this.envs[index].reset(options);
    this.due[index] = 0;
    return reset;
  }

  step(actions: readonly A[]): VectorStep<O> {
    if (actions.length !== this.size)
      throw new InputError(`The vector env was given ${actions.length} actions for ${this.size} envs.`);
    const steps = this.envs.map((_, i) => this.stepOne(i, actions[i]));
    return {
      observations: steps.map((step) => step.observation),
      rewards: Float64Array.from(steps, (step) => step.reward),
      terminated: Uint8Array.from(steps, (step) => Number(step.terminated)),
      truncated: Uint8Array.from(steps, (step) => Number(step.truncated)),
      infos: steps.map((step) => step.info),
    };
  }

  close(): void {
    for (const env of this.envs) env.close();
  }

  state(): unknown {
    return { due: [...this.due], envs: this.envs.map((env) => env.state()) };
  }

  restore(state: unknown): void {
    const { due, envs } = (state ?? {}) as { due?: number[]; envs?: unknown[] };
    if (!Array.isArray(due) || !Array.isArray(envs) || due.length !== this.size || envs.length !== this.size)
      throw new InputError(`The saved state is not one of a vector of ${this.size} envs.`);
    this.envs.forEach((env, i) => {
      env.restore(envs[i]);
    });
    this.due.set(due);
  }

  private stepOne(i: number, action: A): Step<O> {
    const env = this.envs[i];
    if (this.due[i] === 1) {
      const reset = env.reset();
      this.due[i] = 0;
      return { ...reset, reward: 0, terminated: false, truncated: false };
    }
    const step = env.step(action);
    if (!step.terminated && !step.truncated) return step;
    if (this.autoreset === "next-step") this.due[i] = 1;
    if (this.autoreset !== "same-step") return step;
    const { observation, info } = env.reset();
    return {
      ...step,
      observation,
      info: { ...info, finalObservation: step.observation, finalInfo: step.info },
    };
  }
}

const childSeed = (seed: number | string, i: number) => `${seed}/env-${i}`;

function checkSameSpaces<O, A>(envs: readonly Env<O, A>[]): void {
  const [first, ...others] = envs;
  for (const env of others) {
    if (env.actionSpace.describe() !== first.actionSpace.describe())
      throw new InputError(
        `The envs of a vector must share one action space, but have ${first.actionSpace.describe()} and ${env.actionSpace.describe()}.`,
      );
    if (env.observationSpace.describe() !== first.observationSpace.describe())
      throw new InputError(
        `The envs of a vector must share one observation space, but have ${first.observationSpace.describe()} and ${env.observationSpace.describe()}.`,
      );
  }
}
