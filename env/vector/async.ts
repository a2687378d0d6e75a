/**
 * `asyncVector`: the envs of a vector on worker threads (contract.ts). Each worker steps its share
 * as `syncVector` does, so every answer equals that of one thread, byte for byte.
 *
 * A thread takes no functions. So envs are named by id, or by a module that exports
 * `create({ scenario })`, and their options must be plain values.
 */
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { Env, Reset, ResetOptions } from "../contract.ts";
import { checkReset, shown } from "../envs/options.ts";
import { type EnvOf, makeEnv } from "../envs/registry.ts";
import { InputError } from "../model/errors.ts";
import { writeScenario } from "../model/file.ts";
import type { Scenario } from "../model/scenario.ts";
import { userModules } from "../model/user/modules.ts";
import type { WorkerSetup } from "./async-messages.ts";
import {
  type AsyncVectorEnv,
  type AutoresetMode,
  checkActionCount,
  checkAutoreset,
  checkIndex,
  type VectorReset,
  type VectorStep,
} from "./contract.ts";
import { loadEnvModule } from "./env-module.ts";
import { EnvWorker } from "./env-worker.ts";

export interface AsyncVectorOptions<Id extends string = string> {
  /** The id of a registered env; not given with `module`. */
  readonly id?: Id;
  /** Path of a module with `create({ scenario })`. */
  readonly module?: string;
  readonly scenario: Scenario;
  readonly size: number;
  /** Worker threads; default 2, and never more than envs. */
  readonly workers?: number;
  readonly autoreset?: AutoresetMode;
  /** Further options of the env; plain values only. */
  readonly options?: Readonly<Record<string, unknown>>;
}

type ObservationOf<E> = E extends Env<infer O, never> ? O : unknown;
type ActionOf<E> = E extends { step(action: infer A): unknown } ? A : unknown;

export async function asyncVector<Id extends string>(
  given: AsyncVectorOptions<Id>,
): Promise<AsyncVectorEnv<ObservationOf<EnvOf<Id>>, ActionOf<EnvOf<Id>>>> {
  const { size, workers = 2, autoreset = "next-step" } = given;
  checkCount("size", size);
  checkCount("workers", workers);
  checkAutoreset(autoreset);
  const sample = await sampleEnv(given);
  const threads = Math.min(workers, size);
  const file = writeScenario(given.scenario);
  const setups = Array.from({ length: threads }, (_, w): WorkerSetup => {
    const first = Math.floor((w * size) / threads);
    return {
      id: given.id ?? "",
      scenario: file,
      name: given.scenario.name,
      options: given.options ?? {},
      module: urlOf(given.module),
      first,
      count: Math.floor(((w + 1) * size) / threads) - first,
      autoreset,
    };
  });
  return new AsyncVector(sample, setups) as never;
}

/** An env of this thread tells the spaces, and refuses wrong options before any thread starts. */
async function sampleEnv({ id, module, scenario, options = {} }: AsyncVectorOptions): Promise<Env> {
  if ((id === undefined) === (module === undefined))
    throw new InputError("asyncVector needs either id or module, and not both.");
  const unfit = Object.entries(options).find(([, value]) => typeof value === "function");
  if (unfit !== undefined)
    throw new InputError(
      `asyncVector: the option "${unfit[0]}" is a function, which no worker takes; give a module that creates the env.`,
    );
  const url = urlOf(module);
  if (url === null) return makeEnv(id as string, { ...options, scenario });
  const create = await loadEnvModule(url);
  return create({ ...options, scenario });
}

const urlOf = (module: string | undefined): string | null =>
  module === undefined ? null : pathToFileURL(resolve(module)).href;

function checkCount(name: string, count: number): void {
  if (Number.isInteger(count) && count >= 1) return;
  throw new InputError(`asyncVector: ${name} is ${shown(count)}, expected a whole number of at least 1.`);
}

const isSource = import.meta.url.endsWith(".ts");
const WORKER_FILE = new URL(`./async-worker${isSource ? ".ts" : ".js"}`, import.meta.url).href;

/** Plain JavaScript, because a thread starts without the loader that TypeScript needs. */
const BOOTSTRAP = `
  const { workerData: { loader, file } } = require("node:worker_threads");
  if (loader === null) import(file);
  else import(loader).then(({ register }) => register?.()).then(() => import(file));
`;

/** The module form of tsx, which is beside the form that `require` resolves to. */
function loaderUrl(): string {
  const required = createRequire(import.meta.url).resolve("tsx/esm/api");
  return pathToFileURL(required.replace(/\.cjs$/, ".mjs")).href;
}

function startThread(setup: WorkerSetup): EnvWorker {
  const needsLoader = isSource || setup.module?.endsWith(".ts") === true;
  const loader = needsLoader ? (userModules.loader ?? loaderUrl()) : null;
  const workerData = { ...setup, loader, file: WORKER_FILE };
  return new EnvWorker(new Worker(BOOTSTRAP, { eval: true, workerData }));
}

class AsyncVector implements AsyncVectorEnv<unknown, unknown> {
  readonly size: number;
  readonly workers: number;
  readonly autoreset: AutoresetMode;
  readonly singleObservationSpace: Env["observationSpace"];
  readonly singleActionSpace: Env["actionSpace"];
  private readonly threads: readonly EnvWorker[];
  private readonly setups: readonly WorkerSetup[];

  constructor({ observationSpace, actionSpace }: Env, setups: readonly WorkerSetup[]) {
    this.setups = setups;
    this.size = setups.reduce((sum, { count }) => sum + count, 0);
    this.workers = setups.length;
    this.autoreset = setups[0].autoreset;
    this.singleObservationSpace = observationSpace;
    this.singleActionSpace = actionSpace;
    this.threads = setups.map(startThread);
  }

  async reset(options?: ResetOptions): Promise<VectorReset<unknown>> {
    checkReset("The vector env", options);
    const shares = await this.all((thread) => thread.call<VectorReset<unknown>>({ call: "reset", options }));
    return {
      observations: shares.flatMap((share) => share.observations),
      infos: shares.flatMap((share) => share.infos),
    };
  }

  async resetEnv(index: number, options?: ResetOptions): Promise<Reset<unknown>> {
    checkIndex(index, this.size);
    const w = this.setups.findLastIndex(({ first }) => first <= index);
    return this.threads[w].call({ call: "resetEnv", index: index - this.setups[w].first, options });
  }

  async step(actions: readonly unknown[]): Promise<VectorStep<unknown>> {
    checkActionCount(actions.length, this.size);
    const shares = await this.all((thread, { first, count }) =>
      thread.call<VectorStep<unknown>>({ call: "step", actions: actions.slice(first, first + count) }),
    );
    return {
      observations: shares.flatMap((share) => share.observations),
      rewards: Float64Array.from(shares.flatMap(({ rewards }) => [...rewards])),
      terminated: Uint8Array.from(shares.flatMap(({ terminated }) => [...terminated])),
      truncated: Uint8Array.from(shares.flatMap(({ truncated }) => [...truncated])),
      infos: shares.flatMap((share) => share.infos),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.end()));
  }

  /** The form of a vector env of one thread, so that either can restore it. */
  async state(): Promise<unknown> {
    const shares = await this.all((thread) => thread.call<SavedVector>({ call: "state" }));
    return { due: shares.flatMap(({ due }) => due), envs: shares.flatMap(({ envs }) => envs) };
  }

  async restore(state: unknown): Promise<void> {
    const { due, envs } = (state ?? {}) as Partial<SavedVector>;
    if (!Array.isArray(due) || !Array.isArray(envs) || due.length !== this.size || envs.length !== this.size)
      throw new InputError(`The saved state is not one of a vector of ${this.size} envs.`);
    await this.all((thread, { first, count }) => {
      const share = { due: due.slice(first, first + count), envs: envs.slice(first, first + count) };
      return thread.call({ call: "restore", state: share });
    });
  }

  /** All workers at once; waits for all, also where one fails. */
  private async all<T>(ask: (thread: EnvWorker, setup: WorkerSetup) => Promise<T>): Promise<T[]> {
    const answers = await Promise.allSettled(this.threads.map((thread, w) => ask(thread, this.setups[w])));
    return answers.map((answer) => {
      if (answer.status === "rejected") throw answer.reason;
      return answer.value;
    });
  }
}

interface SavedVector {
  readonly due: readonly number[];
  readonly envs: readonly unknown[];
}
