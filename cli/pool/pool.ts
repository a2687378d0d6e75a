/**
 * Child processes that run the cells of a comparison. Each is this program with the command
 * `pool-worker`, runs one cell at a time and sends the messages below. An agent thereby has a
 * process and a TensorFlow of its own. The outcome of a cell cannot depend on how many run at once.
 *
 * A cell that throws rejects its promise with the same kind of error. A cell whose process dies
 * rejects its promise with one sentence.
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { InputError } from "../../env/model/errors.ts";
import type { CellHooks, CellOutcome, CellSpec, RunCell } from "../../results/comparison/cell.ts";

export type ToWorker = { readonly kind: "run"; readonly cell: CellSpec } | { readonly kind: "stop" };
export type FromWorker =
  | { readonly kind: "progress"; readonly spent: number }
  | { readonly kind: "outcome"; readonly outcome: CellOutcome }
  | { readonly kind: "mistake"; readonly sentence: string }
  | { readonly kind: "fault"; readonly message: string; readonly stack: string };

export interface Pool {
  /** Runs a cell in an idle child, or in a new one. An abort asks the child for its best so far. */
  readonly runCell: RunCell;
  /** Ends all children at once. */
  close(): void;
}

/** The program's entry, relative to the sources and to the compiled files. */
const ownProgram = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../bin.js" : "../../../cli/bin.js", import.meta.url),
);

export function createPool(program: string = ownProgram): Pool {
  const idle: ChildProcess[] = [];
  const children = new Set<ChildProcess>();

  const start = (): ChildProcess => {
    // A child's stdout is our stderr, so that no library can print into the results.
    const child = fork(program, ["pool-worker"], {
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", 2, 2, "ipc"],
    });
    children.add(child);
    child.once("exit", () => {
      children.delete(child);
      if (idle.includes(child)) idle.splice(idle.indexOf(child), 1);
    });
    return child;
  };

  return {
    async runCell(cell, hooks) {
      const child = idle.pop() ?? start();
      const outcome = await converse(child, cell, hooks);
      idle.push(child);
      return outcome;
    },
    close() {
      for (const child of children) child.kill("SIGKILL");
    },
  };
}

/** Sends one cell to a child and waits for its outcome. */
function converse(
  child: ChildProcess,
  cell: CellSpec,
  { signal, onEvaluation }: CellHooks,
): Promise<CellOutcome> {
  return new Promise<CellOutcome>((resolve, reject) => {
    const say = (message: ToWorker) => {
      if (child.connected) child.send(message, () => undefined);
    };
    const onAbort = () => say({ kind: "stop" });
    const settle = (finish: () => void) => {
      child.off("message", onMessage).off("exit", onExit).off("error", onError);
      signal?.removeEventListener("abort", onAbort);
      finish();
    };
    const onMessage = (message: FromWorker) => {
      if (message.kind === "progress") onEvaluation?.(message.spent);
      else if (message.kind === "outcome") settle(() => resolve(message.outcome));
      else settle(() => reject(errorIn(message)));
    };
    const onExit = (code: number | null, killedBy: NodeJS.Signals | null) =>
      settle(() => reject(deathOf(killedBy ?? `exit code ${code}`)));
    const onError = (error: Error) => settle(() => reject(error));

    child.on("message", onMessage).on("exit", onExit).on("error", onError);
    signal?.addEventListener("abort", onAbort);
    say({ kind: "run", cell });
    if (signal?.aborted) onAbort();
  });
}

function errorIn(message: Extract<FromWorker, { kind: "mistake" | "fault" }>): Error {
  if (message.kind === "mistake") return new InputError(message.sentence);
  const error = new Error(message.message);
  error.stack = message.stack;
  return error;
}

/** The fault is in another process, so a stack of this one would not help. */
function deathOf(reason: string): Error {
  const error = new Error(`its process died (${reason}) before it answered.`);
  error.stack = error.message;
  return error;
}
