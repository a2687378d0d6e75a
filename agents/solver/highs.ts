/**
 * The HiGHS adapter (Huangfu and Hall, "Parallelizing the dual revised simplex method", 2018), the
 * only file that loads the solver. A solve runs in a worker thread, because HiGHS in WebAssembly
 * cannot be interrupted from the thread it runs in: here the thread that waits stays free, receives
 * every better solution at once, and ends the worker where it overruns.
 *
 * Deterministic limits (nodes and simplex iterations) are the normal ones; the wall clock is a
 * guard, and a solve that it ended says so. The same program, start and limits give the same
 * solutions.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import type { LinearProgram } from "./linear-program.ts";

export interface MipLimits {
  readonly nodes: number;
  /** Simplex iterations over all nodes. */
  readonly iterations: number;
  readonly seconds: number;
  /** Ends where the solution is proven to be within this share of the optimum. */
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
   * `solved` to the asked gap, `infeasible`, ended by a deterministic `limit`, or by `time` or by
   * `stopped`.
   */
  readonly end: "solved" | "infeasible" | "limit" | "time" | "stopped";
  /** The best proven lower bound on the program's optimum, -Infinity where there is none. */
  readonly bound: number;
  readonly nodes: number;
  readonly iterations: number;
  /**
   * The dual value of each row of a program without integer columns, where the solver has one; not
   * proven by itself.
   */
  readonly rowDuals?: Float64Array;
  /** The value of each column of such a program, where it was solved. */
  readonly columns?: Float64Array;
}

type Message =
  | { readonly kind: "solution"; readonly value: number; readonly columns: Float64Array }
  | { readonly kind: "bound"; readonly bound: number; readonly nodes: number; readonly iterations: number }
  | { readonly kind: "end"; readonly result: MipResult }
  | { readonly kind: "error"; readonly message: string };

/**
 * Beyond its own time limit the solver gets this share more, and some seconds to load, before its
 * thread is ended.
 */
const GRACE = 1.25;
const GRACE_SECONDS = 5;
const POLL_MS = 100;

/** Yields the solver's solutions, each better than the last; returns how the solve ended. */
export async function* solveMip(
  program: LinearProgram,
  { limits, start, stopped }: MipOptions,
): AsyncGenerator<MipSolution, MipResult> {
  const worker = new Worker(WORKER, {
    eval: true,
    execArgv: [],
    workerData: { ...(await loadSolver()), program, limits, start },
  });
  const inbox: Message[] = [];
  let wake = () => {};
  const post = (message: Message) => {
    inbox.push(message);
    wake();
  };
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
      while (inbox.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      const message = inbox.shift()!;
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

/** What TypeScript declares only among the browser's types. */
const { compile } = (
  globalThis as unknown as { WebAssembly: { compile(bytes: Uint8Array): Promise<object> } }
).WebAssembly;
const { resolve } = createRequire(import.meta.url);
let compiled: Promise<object> | null = null;

/**
 * Where the solver is, and its code, compiled once for all workers: more than half of a small
 * solve's time.
 */
async function loadSolver(): Promise<{ solver: string; wasmModule: object }> {
  compiled ??= readFile(resolve("highs/runtime")).then(compile);
  return { solver: resolve("highs"), wasmModule: await compiled };
}

/**
 * Runs in the worker as plain JavaScript, so that it needs no compiler there; `require` resolves
 * from any folder.
 */
const WORKER = `
const { parentPort, workerData } = require("node:worker_threads");
const { solver, wasmModule, program, limits, start } = workerData;
const FEASIBLE = 2;

require(solver)({ wasmModule }).then((highs) => {
  const { callbackType, modelStatus } = highs.constants;
  const model = highs.createModel({
    numCols: program.columns,
    numRows: program.rows,
    colCost: program.cost,
    colLower: program.lower,
    colUpper: program.upper,
    rowLower: program.rowLower,
    rowUpper: program.rowUpper,
    integrality: program.integer,
    matrix: {
      format: "csr",
      numRows: program.rows,
      numCols: program.columns,
      starts: program.rowStart,
      indices: program.rowColumn,
      values: program.rowValue,
    },
  });
  model.options.set({
    output_flag: false,
    random_seed: 0,
    time_limit: limits.seconds,
    mip_max_nodes: limits.nodes,
    mip_rel_gap: limits.relativeGap,
    mip_abs_gap: 0,
    mip_feasibility_tolerance: 1e-9,
    primal_feasibility_tolerance: 1e-9,
  });
  const isLinear = program.integer.every((whole) => whole === 0);
  if (isLinear) model.options.set({ simplex_iteration_limit: limits.iterations });
  if (start) model.setSolution(start);
  let bound = -Infinity;
  let best = Infinity;
  const postSolution = (value, columns) => {
    best = value;
    parentPort.postMessage({ kind: "solution", value, columns });
  };
  model.run({
    [callbackType.mipImprovingSolution]({ data }) {
      postSolution(data.objective_function_value, data.mip_solution);
    },
    [callbackType.mipInterrupt](event) {
      const iterations = Number(event.data.mip_total_lp_iterations);
      if (iterations > limits.iterations) event.interrupt();
      if (!(event.data.mip_dual_bound > bound)) return;
      bound = event.data.mip_dual_bound;
      parentPort.postMessage({ kind: "bound", bound, nodes: Number(event.data.mip_node_count), iterations });
    },
  });
  const status = model.getModelStatus();
  const ends = new Map([
    [modelStatus.optimal, "solved"],
    [modelStatus.infeasible, "infeasible"],
    [modelStatus.timeLimit, "time"],
    [modelStatus.solutionLimit, "limit"],
    [modelStatus.interrupted, "limit"],
    [modelStatus.iterationLimit, "limit"],
  ]);
  if (!ends.has(status)) throw new Error("model status " + status);
  const result = {
    end: ends.get(status),
    bound: model.info.get("mip_dual_bound"),
    nodes: Number(model.info.get("mip_node_count")),
    iterations: Number(model.info.get("simplex_iteration_count")),
  };
  // The solver does not tell of every solution as it finds it, the last one included.
  if (!isLinear && model.info.get("primal_solution_status") === FEASIBLE && model.getObjectiveValue() < best)
    postSolution(model.getObjectiveValue(), model.getSolution().colValue);
  if (isLinear) {
    const { rowDual, colValue } = model.getSolution();
    result.rowDuals = rowDual;
    if (result.end === "solved") result.columns = colValue;
  }
  parentPort.postMessage({ kind: "end", result });
}).catch((error) => {
  parentPort.postMessage({ kind: "error", message: String((error && error.message) || error) });
});
`;
