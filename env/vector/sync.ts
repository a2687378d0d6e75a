/**
 * `syncVector`: several envs in this thread, stepped one after the other (contract.ts). An error of
 * one env, such as a spent budget, passes through. The envs before it have taken their steps then.
 */
import type { Env, Info, Reset, ResetOptions, Space, Step } from "../contract.ts";
import { checkReset } from "../envs/options.ts";
import { InputError } from "../model/errors.ts";
import {
  type AutoresetMode,
  checkActionCount,
  checkAutoreset,
  checkIndex,
  type VectorEnv,
  type VectorReset,
  type VectorStep,
} from "./contract.ts";

export interface SyncVectorOptions {
  readonly autoreset?: AutoresetMode;
}

/** An env, or what makes one now. */
export type EnvSource<O, A> = Env<O, A> | (() => Env<O, A>);
/** The same, or what makes one later, as `make` does. */
export type LaterEnvSource<O, A> = EnvSource<O, A> | Promise<Env<O, A>> | (() => Promise<Env<O, A>>);

/** The vector env, or a promise of it where an env is made later. */
export function syncVector<O, A>(
  sources: readonly EnvSource<O, A>[],
  options?: SyncVectorOptions,
): VectorEnv<O, A>;
export function syncVector<O, A>(
  sources: readonly LaterEnvSource<O, A>[],
  options?: SyncVectorOptions,
): Promise<VectorEnv<O, A>>;
export function syncVector<O, A>(
  sources: readonly LaterEnvSource<O, A>[],
  { autoreset = "next-step" }: SyncVectorOptions = {},
): VectorEnv<O, A> | Promise<VectorEnv<O, A>> {
  if (sources.length === 0) throw new InputError("A vector env needs at least one env.");
  checkAutoreset(autoreset);
  const envs = sources.map((source) => (typeof source === "function" ? source() : source));
  const isLater = (env: Env<O, A> | Promise<Env<O, A>>): env is Promise<Env<O, A>> => env instanceof Promise;
  if (envs.some(isLater)) return Promise.all(envs).then((made) => vectorOf(made, autoreset));
  return vectorOf(envs as Env<O, A>[], autoreset);
}

/** `first` is the number of the first env where these are some of a larger vector. */
export function vectorOf<O, A>(
  envs: readonly Env<O, A>[],
  autoreset: AutoresetMode,
  first = 0,
): VectorEnv<O, A> {
  envs.forEach((env, i) => {
    if (typeof (env as Partial<Env> | null)?.step !== "function")
      throw new InputError(
        `Entry ${i} of the vector env is no env, expected an env or a function that makes one.`,
      );
  });
  if (new Set(envs).size < envs.length)
    throw new InputError("The vector env was given one env twice, expected another env for each entry.");
  checkSameSpaces(envs);
  return new SyncVector(envs, autoreset, first);
}

class SyncVector<O, A> implements VectorEnv<O, A> {
  readonly envs: readonly Env<O, A>[];
  readonly autoreset: AutoresetMode;
  /** 1 where the next step resets instead. */
  private readonly due: Uint8Array;
  private readonly first: number;
  /** What envs write each observation into, where they were asked to. */
  private readonly kept: (O | undefined)[];

  constructor(envs: readonly Env<O, A>[], autoreset: AutoresetMode, first: number) {
    this.envs = envs;
    this.first = first;
    this.autoreset = autoreset;
    this.due = new Uint8Array(envs.length);
    this.kept = new Array(envs.length).fill(undefined);
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

  reset(given?: ResetOptions): VectorReset<O> {
    checkReset("The vector env", given);
    const { seed, options } = given ?? {};
    const resets = this.envs.map((env, i) =>
      env.reset(seed === undefined ? { options } : { seed: childSeed(seed, this.first + i), options }),
    );
    this.due.fill(0);
    return { observations: resets.map((r) => r.observation), infos: resets.map((r) => r.info) };
  }

  resetEnv(index: number, options?: ResetOptions): Reset<O> {
    checkIndex(index, this.size);
    const reset = this.envs[index].reset(options);
    this.due[index] = 0;
    return reset;
  }

  step(actions: readonly A[]): VectorStep<O> {
    checkActionCount(actions.length, this.size);
    const rewards = new Float64Array(this.size);
    const [terminated, truncated] = [new Uint8Array(this.size), new Uint8Array(this.size)];
    const observations: O[] = [];
    const infos: Info[] = [];
    for (let i = 0; i < this.size; i++) {
      const step = this.stepOne(i, actions[i]);
      observations.push(step.observation);
      infos.push(step.info);
      rewards[i] = step.reward;
      terminated[i] = Number(step.terminated);
      truncated[i] = Number(step.truncated);
    }
    return { observations, rewards, terminated, truncated, infos };
  }

  observeInto(index: number, observation: O): void {
    checkIndex(index, this.size);
    this.kept[index] = observation;
    this.envs[index].observeInto?.(observation);
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
    const isKept = step.observation === this.kept[i];
    const finalObservation = isKept ? copied(step.observation) : step.observation;
    const { observation, info } = env.reset();
    return { ...step, observation, info: { ...info, finalObservation, finalInfo: step.info } };
  }
}

/** An observation that the next one does not overwrite. */
function copied<T>(observation: T): T {
  if (ArrayBuffer.isView(observation)) return (observation as unknown as Uint8Array).slice() as T;
  if (typeof observation !== "object" || observation === null || Array.isArray(observation))
    return observation;
  return Object.fromEntries(Object.entries(observation).map(([key, part]) => [key, copied(part)])) as T;
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
