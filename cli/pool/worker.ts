/**
 * The child process of `pool.ts`: runs one cell at a time, or scores plans, and answers with
 * messages. It ignores
 * interrupts, because the parent handles them and sends `stop`. It ends when the parent ends. What
 * a method throws outside of its calls, such as a rejection that nobody awaits, is its fault too.
 */

import { performance } from "node:perf_hooks";
import { InputError } from "../../env/model/errors.ts";
import type { ScoreRequest } from "../../results/training/actors/contract.ts";
import { cpuSeconds } from "../terminal/terminal.ts";
import type { FromWorker, ToWorker } from "./conversation.ts";
import { endWithParent } from "./parent-watch.ts";

const SECONDS_BETWEEN_MESSAGES = 0.2;
type RunMessage = Extract<ToWorker, { kind: "run" }>;
const clock = () => performance.now() / 1000;

export function serve(): void {
  let interrupt = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => undefined);
  process.on("disconnect", () => process.exit());
  endWithParent();
  for (const name of ["uncaughtException", "unhandledRejection"] as const)
    process.on(name, (error) => process.send?.(faultOf(error), undefined, undefined, () => process.exit(1)));
  process.on("message", (message: ToWorker) => {
    if (message.kind === "stop") return interrupt.abort();
    interrupt = new AbortController();
    void answer(message, interrupt.signal);
  });
}

async function answer(message: Exclude<ToWorker, { kind: "stop" }>, signal: AbortSignal): Promise<void> {
  try {
    say(message.kind === "run" ? await outcomeOf(message, signal) : await scoresOf(message.request));
  } catch (error) {
    say(error instanceof InputError ? { kind: "mistake", sentence: error.message } : faultOf(error));
  }
}

async function scoresOf(request: ScoreRequest): Promise<FromWorker> {
  const { scorePlans } = await import("../../results/training/actors/score-plans.ts");
  return { kind: "scores", scores: await scorePlans(request) };
}

async function outcomeOf({ cell, logTo }: RunMessage, signal: AbortSignal): Promise<FromWorker> {
  let toldAt = clock();
  const onEvaluation = (spent: number) => {
    if (clock() - toldAt < SECONDS_BETWEEN_MESSAGES) return;
    toldAt = clock();
    say({ kind: "progress", spent });
  };
  const { runCell } = await import("../../results/cells/cell.ts");
  return {
    kind: "outcome",
    outcome: await runCell(cell, { clock, cpuClock: cpuSeconds, signal, onEvaluation, logTo }),
  };
}

function faultOf(error: unknown): FromWorker {
  if (!(error instanceof Error)) return { kind: "fault", message: String(error), stack: String(error) };
  return { kind: "fault", message: error.message, stack: error.stack ?? error.message };
}

function say(message: FromWorker): void {
  process.send?.(message);
}
