/**
 * `Terminal`: all that a command sees of the process. Results go to `write` (stdout) and nothing
 * else does; progress, notes and errors go to `note` (stderr). Tests pass one of their own, so that
 * commands run without a process each.
 */
import { performance } from "node:perf_hooks";

export interface Terminal {
  /** Writes results, as they are. */
  write(text: string): void;
  /** Writes one line for the person who watches. */
  note(line: string): void;
  /** True where stderr is a terminal, so that a bar can be drawn over itself. */
  readonly interactive: boolean;
  /** True where stdout is a terminal that shows colours. */
  readonly colour: boolean;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Aborted by the first interrupt. */
  readonly signal: AbortSignal;
  /** Seconds on a steady clock. */
  seconds(): number;
  /** User and system seconds of this process. */
  cpuSeconds(): number;
}

export const EXIT = { done: 0, failed: 1, badInput: 2, interrupted: 130 } as const;

/** npm passes on an interrupt that the terminal has sent us already; one person pressed once. */
const SAME_INTERRUPT_SECONDS = 0.5;

/**
 * The real one. The second interrupt ends the process at once; a reader that hangs up ends it
 * quietly.
 */
export function processTerminal(): Terminal {
  const interrupt = new AbortController();
  let interruptedAt = Number.POSITIVE_INFINITY;
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.on(name, () => {
      if (seconds() - interruptedAt > SAME_INTERRUPT_SECONDS) process.exit(EXIT.interrupted);
      interruptedAt = Math.min(interruptedAt, seconds());
      interrupt.abort();
    });
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(EXIT.done);
      throw error;
    });
  return {
    write: (text) => void process.stdout.write(text),
    note: (line) => void process.stderr.write(`${line}\n`),
    interactive: process.stderr.isTTY === true && process.env.TERM !== "dumb",
    colour: process.stdout.isTTY === true && process.env.NO_COLOR === undefined,
    variables: process.env,
    signal: interrupt.signal,
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
