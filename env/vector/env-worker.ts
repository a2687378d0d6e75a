/**
 * `EnvWorker`: one worker thread of an asynchronous vector env as calls with answers. One call at a
 * time; a call on a thread that has ended, or ends meanwhile, rejects with a sentence.
 */
import type { Worker } from "node:worker_threads";
import { InputError } from "../model/errors.ts";
import type { FromEnvWorker, ToEnvWorker } from "./async-messages.ts";

export class EnvWorker {
  readonly #worker: Worker;
  /** Why no further call can be answered; null while the thread runs. */
  #ended: Error | null = null;
  #waiting: { resolve(answer: unknown): void; reject(error: Error): void } | null = null;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on("message", (reply: FromEnvWorker) => this.#settle(reply));
    worker.on("error", (error) => this.#end(error));
    worker.on("exit", (code) =>
      this.#end(new Error(`A worker of the vector env ended (exit code ${code}).`)),
    );
    // A vector env that nobody closes does not keep the process alive.
    worker.unref();
  }

  call<T>(message: ToEnvWorker): Promise<T> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    if (this.#waiting !== null)
      return Promise.reject(new InputError("The vector env is still busy; await each call before the next."));
    this.#worker.ref();
    return new Promise<T>((resolve, reject) => {
      this.#waiting = { resolve: resolve as (answer: unknown) => void, reject };
      try {
        this.#worker.postMessage(message);
      } catch (error) {
        this.#waiting = null;
        this.#worker.unref();
        reject(new InputError(`The vector env cannot send this to a worker: ${(error as Error).message}`));
      }
    });
  }

  async end(): Promise<void> {
    this.#ended ??= new InputError("The vector env is closed; make a new one.");
    await this.#worker.terminate();
  }

  #settle(reply: FromEnvWorker): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    this.#worker.unref();
    if ("answer" in reply) waiting?.resolve(reply.answer);
    else waiting?.reject(errorIn(reply));
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#waiting?.reject(this.#ended);
    this.#waiting = null;
  }
}

function errorIn({ message, stack, isMistake }: Exclude<FromEnvWorker, { answer: unknown }>): Error {
  if (isMistake) return new InputError(message);
  const error = new Error(message);
  error.stack = stack;
  return error;
}
