/** A terminal that remembers, so that a test runs a command line without a process. */
import { execute } from "../../cli/main.ts";
import type { Terminal } from "../../cli/terminal/terminal.ts";

export interface Recording {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function pgym(
  args: readonly string[],
  given: {
    readonly variables?: Record<string, string>;
    readonly signal?: AbortSignal;
    /** The clock, the real one by default. */
    readonly seconds?: () => number;
  } = {},
): Promise<Recording> {
  let stdout = "";
  let stderr = "";
  const signal = given.signal ?? new AbortController().signal;
  const terminal: Terminal = {
    write: (text) => {
      stdout += text;
    },
    note: (line) => {
      stderr += `${line}\n`;
    },
    interactive: false,
    colour: false,
    variables: given.variables ?? {},
    signal,
    get interrupted() {
      return signal.aborted;
    },
    seconds: given.seconds ?? (() => performance.now() / 1000),
    cpuSeconds: () => process.cpuUsage().user / 1e6,
  };
  const code = await execute(args, terminal);
  return { code, stdout, stderr };
}
