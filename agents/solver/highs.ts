/**
 * The HiGHS adapter (Huangfu and Hall, "Parallelizing the dual revised simplex method", 2018), the
 * only place that loads the solver. A solve runs in a worker thread (highs-worker.ts), because
 * HiGHS in WebAssembly cannot be interrupted from its own thread. The waiting thread stays free,
 * receives every better solution at once, and ends the worker when it overruns.
 *
 * Deterministic limits (nodes and simplex iterations) are the normal ones. The wall clock is a
 * guard, and a solve that it ended says so. The same program, start and limits give the same
 * solutions.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { WORKER_PROGRAM } from "./highs-worker.ts";
import type { LinearProgram } from "./linear-program.ts";

export interface MipLimits {
  readonly nodes: number;
  /** Simplex iterations over all nodes. */
  readonly iterations: number;
  readonly seconds: number;
  /** The solve ends when its solution is proven to be within this share of the optimum. */
  readonly relativeGap: number;
}

export interface MipOptions {
  readonly limits: MipLimits;
  /** Values of the integer columns of a feasible point to start from. */
  readonly start?: { readonly indices: Int32Array; readonly values: Float64Array };
  /** Asked a few times a second; `true` ends the solve. */
  readonly stopped?: () => boolean;
}

export interface MipSolution {
  readonly value: number;
  readonly columns: Float64Array;
}

export interface MipResult {
  /**
   * `solved` to the asked gap, `infeasible`, or ended early: by a deterministic `limit`, by `time`
   * or by `stopped`.
   */
  readonly end: "solved" | "infeasible" | "limit" | "time" | "stopped";
  /** The best proven lower bound on the program's optimum; -Infinity if there is none. */
  readonly bound: number;
  readonly nodes: number;
  readonly iterations: number;
  /**
   * Of a program without integer columns: the dual value of each row, if the solver has one. It
   * proves nothing by itself; dual-bound.ts makes a proven bound of it.
   */
  readonly rowDuals?: Float64Array;
  /** Of a solved program without integer columns: the value of each column. */
  readonly columns?: Float64Array;
}

type Message =
  | { readonly kind: "solution"; readonly value: number; readonly columns: Float64Array }
  | { readonly kind: "bound"; readonly bound: number; readonly nodes: number; readonly iterations: number }
  | { readonly kind: "end"; readonly result: MipResult }
  | { readonly kind: "error"; readonly message: string };

/** What a solve returns when its caller gives up. */
export const STOPPED: MipResult = {
  end: "stopped",
  bound: Number.NEGATIVE_INFINITY,
  nodes: 0,
  iterations: 0,
};

/** The solver's thread is ended after this multiple of its time limit, and seconds to load. */
const GRACE = 1.25;
const GRACE_SECONDS = 5;
const POLL_MS = 100;

/** Yields the solver's solutions, each better than the last; returns how the solve ended. */
export async function* solveMip(
  program: LinearProgram,
  { limits, start, stopped }: MipOptions,
): AsyncGenerator<MipSolution, MipResult> {
  const worker = new Worker(WORKER_PROGRAM, {
    eval: true,
    execArgv: [],
    workerData: { ...(await loadSolver()), program, limits, start },
  });
  const { post, next } = createInbox();
  let last = { bound: Number.NEGATIVE_INFINITY, nodes: 0, iterations: 0 };
  worker.on("message", post);
  worker.on("error", (error) => post({ kind: "error", message: String(error) }));
  worker.on("exit", (code) => post({ kind: "error", message: `its thread ended with code ${code}` }));
  const guard = setTimeout(
    () => post({ kind: "end", result: { end: "time", ...last } }),
    1000 * (GRACE * limits.seconds + GRACE_SECONDS),
  );
  const poll = setInterval(() => {
    if (stopped?.()) post({ kind: "end", result: { end: "stopped", ...last } });
  }, POLL_MS);

  try {
    for (;;) {
      const message = await next();
      if (message.kind === "error") throw new Error(`HiGHS failed: ${message.message}`);
      if (message.kind === "end") return message.result;
      if (message.kind === "solution") yield { value: message.value, columns: message.columns };
      else last = { bound: message.bound, nodes: message.nodes, iterations: message.iterations };
    }
  } finally {
    clearTimeout(guard);
    clearInterval(poll);
    await worker.terminate();
  }
}

/** How the solve ends, for callers that need no solution before that. */
export async function solveToEnd(program: LinearProgram, options: MipOptions): Promise<MipResult> {
  const solver = solveMip(program, options);
  let step = await solver.next();
  while (step.done !== true) step = await solver.next();
  return step.value;
}

/** Messages in the order of their arrival; `next` waits for one. */
function createInbox() {
  const arrived: Message[] = [];
  let wake = () => {};
  return {
    post(message: Message): void {
      arrived.push(message);
      wake();
    },
    async next(): Promise<Message> {
      while (arrived.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      return arrived.shift()!;
    },
  };
}

/** TypeScript declares `WebAssembly` among the browser's types only. */
const { compile } = (
  globalThis as unknown as { WebAssembly: { compile(bytes: Uint8Array): Promise<object> } }
).WebAssembly;
const { resolve } = createRequire(import.meta.url);
let compiled: Promise<object> | null = null;

/**
 * The solver's path and its code. The code is compiled once for all workers: compiling takes more
 * than half of a small solve's time.
 */
async function loadSolver(): Promise<{ solver: string; wasmModule: object }> {
  compiled ??= readFile(resolve("highs/runtime")).then(compile);
  return { solver: resolve("highs"), wasmModule: await compiled };
}
