/**
 * What a pool and one of its children say to each other: one question, then progress, then the
 * answer. A mistake or a fault that the child tells of rejects as the same kind of error. So does
 * the death of its process, in one sentence.
 */
import type { ChildProcess } from "node:child_process";
import { InputError } from "../../env/model/errors.ts";
import type { PlanScore } from "../../env/sim/evaluator/scored-ahead.ts";
import type { CellHooks, CellOutcome, CellSpec } from "../../results/cells/cell.ts";
import type { ScoreRequest } from "../../results/training/actors/contract.ts";
import type { WorkerStderr } from "./worker-stderr.ts";

export type ToWorker =
  | { readonly kind: "run"; readonly cell: CellSpec; readonly logTo: string | undefined }
  | { readonly kind: "score"; readonly request: ScoreRequest }
  | { readonly kind: "stop" };
export type FromWorker =
  | { readonly kind: "progress"; readonly spent: number }
  | { readonly kind: "outcome"; readonly outcome: CellOutcome }
  | { readonly kind: "scores"; readonly scores: readonly PlanScore[] | null }
  | { readonly kind: "mistake"; readonly sentence: string }
  | { readonly kind: "fault"; readonly message: string; readonly stack: string };

export interface ChildWorker {
  readonly child: ChildProcess;
  readonly stderr: WorkerStderr;
}

export interface Conversation {
  readonly onEvaluation?: CellHooks["onEvaluation"];
  /** A stop that the child is told of; it is ended where it does not answer. */
  readonly stop?: { readonly signal: AbortSignal; readonly stopMs: number; readonly stopped: () => Error };
}

/** Sends one message to a child and waits for its answer. */
export function converse(
  worker: ChildWorker,
  asked: ToWorker,
  { onEvaluation, stop }: Conversation = {},
): Promise<FromWorker> {
  const { child } = worker;
  return new Promise<FromWorker>((resolve, reject) => {
    let deadline: NodeJS.Timeout | undefined;
    const say = (message: ToWorker) => {
      if (child.connected) child.send(message, () => undefined);
    };
    const onAbort = () => {
      say({ kind: "stop" });
      deadline = setTimeout(() => child.kill("SIGKILL"), stop!.stopMs);
    };
    const settle = (finish: () => void) => {
      child.off("message", onMessage).off("close", onClose).off("error", onError);
      stop?.signal.removeEventListener("abort", onAbort);
      clearTimeout(deadline);
      finish();
    };
    const onMessage = (message: FromWorker) => {
      if (message.kind === "progress") onEvaluation?.(message.spent);
      else if (message.kind === "mistake" || message.kind === "fault") settle(() => reject(errorIn(message)));
      else settle(() => resolve(message));
    };
    // Not `exit`: what the child wrote last comes before `close`.
    const onClose = (code: number | null, killedBy: NodeJS.Signals | null) =>
      settle(() =>
        reject(deadline === undefined ? deathOf(worker, killedBy ?? `exit code ${code}`) : stop!.stopped()),
      );
    const onError = (error: Error) => settle(() => reject(error));

    child.on("message", onMessage).on("close", onClose).on("error", onError);
    stop?.signal.addEventListener("abort", onAbort);
    say(asked);
    if (stop?.signal.aborted) onAbort();
  });
}

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
function deathOf({ stderr }: ChildWorker, reason: string): Error {
  const ofMemory = /heap out of memory|Allocation failed/.test(stderr.tail);
  const error = new Error(
    ofMemory
      ? `its process ran out of memory (${reason}) before it answered.`
      : `its process died (${reason}) before it answered.`,
  );
  error.stack = `${error.message}\n\n${stderr.tail}`.trim();
  return error;
}
