/**
 * `Terminal`: all that a command sees of the process. Only results go to `write` (stdout).
 * Progress, notes and errors go to `note` (stderr). Tests pass a terminal of their own and need no
 * process for each command.
 */
import { performance } from "node:perf_hooks";
import { visible } from "../../results/text/visible.ts";

export interface Terminal {
  /** Writes results. `paint` adds colours, which the text itself cannot have. */
  write(text: string, paint?: (text: string) => string): void;
  /** Writes one line for the user. */
  note(line: string): void;
  /** True where stderr is a terminal, which can redraw a bar in place. */
  readonly interactive: boolean;
  /** Columns of a line on stdout, undefined where stdout is no terminal. */
  readonly columns?: number;
  /** True where stdout is a terminal that shows colours. */
  readonly colour: boolean;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /**
   * Aborted by the first interrupt. Who never asks for it is ended by an interrupt at once, as any
   * process; who does must look at it several times a second.
   */
  readonly signal: AbortSignal;
  /** Whether an interrupt came; does not ask for the signal. */
  readonly interrupted: boolean;
  /** Seconds on a steady clock. */
  seconds(): number;
  /** User and system seconds of this process. */
  cpuSeconds(): number;
}

export const EXIT = { done: 0, failed: 1, badInput: 2, interrupted: 130 } as const;

/**
 * npm passes on an interrupt that the terminal has already sent: within this time it is the same.
 */
const SAME_INTERRUPT_SECONDS = 0.5;

/** Where the terminal does not say how wide it is; also the widest line of a text. */
const WIDEST_LINE = 100;
const NARROWEST_LINE = 40;

/** Columns of a line of text: those of the terminal, or of the variable COLUMNS, within limits. */
export function lineWidth({ columns, variables }: Pick<Terminal, "columns" | "variables">): number {
  const asked = columns ?? (Number(variables.COLUMNS) || WIDEST_LINE);
  return Math.min(WIDEST_LINE, Math.max(NARROWEST_LINE, Math.floor(asked)));
}

/**
 * The terminal of this process. A reader that hangs up ends nothing: what the user asked for is
 * done to its end, and what nobody reads is dropped.
 */
export function processTerminal(): Terminal {
  let interrupt: AbortController | undefined;
  // Progress and notes are worth nothing without a reader, whatever became of it.
  process.stderr.on("error", () => undefined);
  process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
    if (code === "EPIPE") return;
    process.stderr.write(`placement-gym: The results could not be written to stdout (${code}).\n`);
    process.once("exit", () => {
      process.exitCode = EXIT.failed;
    });
  });
  return {
    write: (text) => void process.stdout.write(text),
    note: (line) => void process.stderr.write(`${line}\n`),
    interactive: process.stderr.isTTY === true && process.env.TERM !== "dumb",
    columns: process.stdout.columns,
    colour: process.stdout.isTTY === true && process.env.NO_COLOR === undefined,
    variables: process.env,
    get signal() {
      interrupt ??= interruptOfProcess();
      return interrupt.signal;
    },
    get interrupted() {
      return interrupt?.signal.aborted === true;
    },
    seconds,
    cpuSeconds,
  };
}

/** The second interrupt ends the process at once. */
function interruptOfProcess(): AbortController {
  const interrupt = new AbortController();
  let interruptedAt = Number.POSITIVE_INFINITY;
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.on(name, () => {
      if (seconds() - interruptedAt > SAME_INTERRUPT_SECONDS) process.exit(EXIT.interrupted);
      interruptedAt = Math.min(interruptedAt, seconds());
      interrupt.abort();
    });
  return interrupt;
}

/**
 * The same terminal for text that quotes files of others: what could control it is written as a
 * visible escape. JSON keeps its meaning. Commands get no other.
 */
export function guarded(terminal: Terminal): Terminal {
  const { interactive, colour, variables, seconds, cpuSeconds } = terminal;
  return {
    write: (text, paint = (shown) => shown) => terminal.write(paint(visible(text))),
    note: (line) => terminal.note(visible(line)),
    interactive,
    colour,
    variables,
    get signal() {
      return terminal.signal;
    },
    get interrupted() {
      return terminal.interrupted;
    },
    seconds,
    cpuSeconds,
  };
}

const seconds = () => performance.now() / 1000;

/** User and system seconds of this process. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
