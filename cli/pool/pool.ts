/**
 * Child processes that run the cells of a comparison. Each is this program with the command
 * `pool-worker`, runs one cell at a time and sends the messages below. An agent thereby has a
 * process and a TensorFlow of its own. The outcome of a cell cannot depend on how many run at once.
 *
 * A cell that throws rejects its promise with the same kind of error. A cell whose process dies
 * rejects its promise with one sentence. After a stop a child has a short time to answer with its
 * best so far, then it is ended. No child outlives this process.
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { InputError } from "../../env/model/errors.ts";
import {
  type CellHooks,
  type CellOutcome,
  type CellSpec,
  CellStopped,
  type RunCell,
} from "../../results/cells/cell.ts";
import { type WorkerStderr, workerStderr } from "./worker-stderr.ts";

export type ToWorker =
  | { readonly kind: "run"; readonly cell: CellSpec; readonly logTo: string | undefined }
  | { readonly kind: "stop" };
export type FromWorker =
  | { readonly kind: "progress"; readonly spent: number }
  | { readonly kind: "outcome"; readonly outcome: CellOutcome }
  | { readonly kind: "mistake"; readonly sentence: string }
  | { readonly kind: "fault"; readonly message: string; readonly stack: string };

export interface Pool {
  /** Runs a cell in an idle child, or in a new one. An abort asks the child for its best so far. */
  readonly runCell: RunCell;
  /** Cells that it takes at once, some of which wait; without it no cell waits. */
  readonly inFlight?: number;
  /** Ends all children at once. */
  close(): void | Promise<void>;
}

/** The program's entry, relative to the sources and to the compiled files. */
const ownProgram = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../bin.js" : "../../../cli/bin.js", import.meta.url),
);

/** An interrupt should end all within a second. */
const STOP_MS = 600;

interface Worker {
  readonly child: ChildProcess;
  readonly stderr: WorkerStderr;
}

export interface PoolOptions {
  readonly program?: string;
  /** How long a child may take to answer a stop. */
  readonly stopMs?: number;
  /** Takes what children write to their stderr, line by line. */
  readonly passOn?: (text: string) => void;
}

export function createPool({
  program = ownProgram,
  stopMs = STOP_MS,
  passOn = toOurStderr,
}: PoolOptions = {}): Pool {
  const idle: Worker[] = [];
  const workers = new Set<Worker>();

  const start = (): Worker => {
    // A child's stdout is our stderr, so that no library can print into the results.
    const child = fork(program, ["pool-worker"], {
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", 2, "pipe", "ipc"],
    });
    const worker: Worker = { child, stderr: workerStderr(passOn) };
    child.stderr!.setEncoding("utf8").on("data", worker.stderr.take);
    workers.add(worker);
    child.once("exit", () => {
      workers.delete(worker);
      if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
    });
    return worker;
  };

  const endAll = () => {
    for (const { child } of workers) child.kill("SIGKILL");
  };
  process.on("exit", endAll);
  return {
    async runCell(cell, hooks) {
      const worker = idle.pop() ?? start();
      try {
        const outcome = await converse(worker, cell, hooks, stopMs);
        idle.push(worker);
        return outcome;
      } catch (error) {
        // Whatever a method broke in its process, the next cell shall not meet it.
        worker.child.kill("SIGKILL");
        throw error;
      }
    },
    close() {
      process.off("exit", endAll);
      endAll();
    },
  };
}

const toOurStderr = (text: string): void => void process.stderr.write(text);

/** Sends one cell to a child and waits for its outcome. */
function converse(
  worker: Worker,
  cell: CellSpec,
  { signal, onEvaluation, logTo }: CellHooks,
  stopMs: number,
): Promise<CellOutcome> {
  const { child } = worker;
  return new Promise<CellOutcome>((resolve, reject) => {
    let deadline: NodeJS.Timeout | undefined;
    const say = (message: ToWorker) => {
      if (child.connected) child.send(message, () => undefined);
    };
    const onAbort = () => {
      say({ kind: "stop" });
      deadline = setTimeout(() => child.kill("SIGKILL"), stopMs);
    };
    const settle = (finish: () => void) => {
      child.off("message", onMessage).off("close", onClose).off("error", onError);
      signal?.removeEventListener("abort", onAbort);
      clearTimeout(deadline);
      finish();
    };
    const onMessage = (message: FromWorker) => {
      if (message.kind === "progress") onEvaluation?.(message.spent);
      else if (message.kind === "outcome") settle(() => resolve(message.outcome));
      else settle(() => reject(errorIn(message)));
    };
    // Not `exit`: what the child wrote last comes before `close`.
    const onClose = (code: number | null, killedBy: NodeJS.Signals | null) =>
      settle(() =>
        reject(deadline === undefined ? deathOf(worker, killedBy ?? `exit code ${code}`) : stopped(cell)),
      );
    const onError = (error: Error) => settle(() => reject(error));

    child.on("message", onMessage).on("close", onClose).on("error", onError);
    signal?.addEventListener("abort", onAbort);
    say({ kind: "run", cell, logTo });
    if (signal?.aborted) onAbort();
  });
}

const stopped = ({ method, scenario }: CellSpec): CellStopped =>
  new CellStopped(`"${method}" on "${scenario}" was stopped before it had an answer.`);

function errorIn(message: Extract<FromWorker, { kind: "mistake" | "fault" }>): Error {
  if (message.kind === "mistake") return new InputError(message.sentence);
  const error = new Error(message.message);
  error.stack = message.stack;
  return error;
}

/**
 * The fault is in another process, so a stack of this one would not help. What that process wrote
 * last stands in for it.
 */
function deathOf({ stderr }: Worker, reason: string): Error {
  const ofMemory = /heap out of memory|Allocation failed/.test(stderr.tail);
  const error = new Error(
    ofMemory
      ? `its process ran out of memory (${reason}) before it answered.`
      : `its process died (${reason}) before it answered.`,
  );
  error.stack = `${error.message}\n\n${stderr.tail}`.trim();
  return error;
}
