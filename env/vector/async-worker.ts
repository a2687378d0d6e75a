/** The worker thread of `asyncVector`: steps its share of the envs and answers every call. */
import { parentPort, workerData } from "node:worker_threads";
import type { Env } from "../contract.ts";
import { makeEnv } from "../envs/registry.ts";
import { InputError } from "../model/errors.ts";
import { readScenario } from "../model/file.ts";
import type { FromEnvWorker, ToEnvWorker, WorkerSetup } from "./async-messages.ts";
import type { VectorEnv } from "./contract.ts";
import { loadEnvModule } from "./env-module.ts";
import { vectorOf } from "./sync.ts";

const { id, scenario: file, name, options, module, first, count, autoreset } = workerData as WorkerSetup;

/** Calls wait for the envs; the first of them hears why they cannot be made. */
const making = makeShare();
making.catch(() => undefined);
parentPort?.on("message", (message: ToEnvWorker) => {
  void answer(message).then((reply) => parentPort?.postMessage(reply));
});

async function makeShare(): Promise<VectorEnv<unknown, unknown>> {
  const scenario = { ...readScenario(file, name), name };
  const create = module === null ? null : await loadEnvModule(module);
  const make = (): Env =>
    create === null ? makeEnv(id, { ...options, scenario }) : create({ ...options, scenario });
  return vectorOf(Array.from({ length: count }, make), autoreset, first);
}

async function answer(message: ToEnvWorker): Promise<FromEnvWorker> {
  try {
    return { answer: perform(await making, message) };
  } catch (error) {
    const { message: text, stack } = error instanceof Error ? error : new Error(String(error));
    return { message: text, stack, isMistake: error instanceof InputError };
  }
}

function perform(vector: VectorEnv<unknown, unknown>, message: ToEnvWorker): unknown {
  switch (message.call) {
    case "reset":
      return vector.reset(message.options);
    case "resetEnv":
      return vector.resetEnv(message.index, message.options);
    case "step":
      return vector.step(message.actions);
    case "state":
      return vector.state();
    case "restore":
      return vector.restore(message.state);
  }
}
