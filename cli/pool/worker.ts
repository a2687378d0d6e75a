/**
 * The child process of `pool.ts`: runs one cell at a time and answers with messages. It ignores
 * interrupts, because the parent handles them and sends `stop`. It ends when the parent ends. What
 * a method throws outside of its calls, such as a rejection that nobody awaits, is its fault too.
 */

import { performance } from "node:perf_hooks";
import { InputError } from "../../env/model/errors.ts";
import { cpuSeconds } from "../terminal/terminal.ts";
import { endWithParent } from "./parent-watch.ts";
import type { FromWorker, ToWorker } from "./pool.ts";

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

async function answer({ cell, logTo }: RunMessage, signal: AbortSignal): Promise<void> {
  let toldAt = clock();
  const onEvaluation = (spent: number) => {
    if (clock() - toldAt < SECONDS_BETWEEN_MESSAGES) return;
    toldAt = clock();
    say({ kind: "progress", spent });
  };
  try {
    const { runCell } = await import("../../results/cells/cell.ts");
    say({
      kind: "outcome",
      outcome: await runCell(cell, { clock, cpuClock: cpuSeconds, signal, onEvaluation, logTo }),
    });
  } catch (error) {
    say(error instanceof InputError ? { kind: "mistake", sentence: error.message } : faultOf(error));
  }
}

function faultOf(error: unknown): FromWorker {
  if (!(error instanceof Error)) return { kind: "fault", message: String(error), stack: String(error) };
  return { kind: "fault", message: error.message, stack: error.stack ?? error.message };
}

function say(message: FromWorker): void {
  process.send?.(message);
}
