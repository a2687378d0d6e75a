/**
 * Runs every command on random hostile scenarios in watched processes. It collects what went wrong:
 * a stack, a number that is none, or more CPU time than a command may use. After a process that had
 * to be ended, another one goes on with the next scenario.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { compiledFile } from "../compiled.ts";
import type { WatchdogMessage } from "./messages.ts";

export interface WatchdogFault {
  readonly number: number;
  readonly line: string;
  readonly file: unknown;
  readonly fault: string;
}

export interface WatchdogReport {
  readonly commands: number;
  readonly slowestSeconds: number;
  readonly slowestLine: string;
  readonly faults: readonly WatchdogFault[];
}

export interface WatchdogOptions {
  /** Every command on each of some hostile scenarios, or fuzzed command lines. */
  readonly mode: "scenarios" | "lines";
  readonly seed: number;
  /** How many scenarios or lines. */
  readonly count: number;
  /** CPU seconds that one command may use. */
  readonly limitSeconds: number;
  readonly onNext?: (number: number) => void;
}

const CHILD = "test/watchdog/child.ts";

export async function watch({
  mode,
  seed,
  count,
  limitSeconds,
  onNext,
}: WatchdogOptions): Promise<WatchdogReport> {
  const faults: WatchdogFault[] = [];
  let commands = 0;
  let slowestSeconds = 0;
  let slowestLine = "";
  for (let from = 0; from < count; ) {
    let now: Extract<WatchdogMessage, { kind: "begins" }> | null = null;
    const fault = (text: string) => {
      if (now !== null)
        faults.push({ number: now.number, line: now.line.join(" "), file: now.file, fault: text });
    };
    const ended = await follow([mode, seed, from, count, limitSeconds], (message) => {
      if (message.kind === "begins") {
        if (now?.number !== message.number) onNext?.(message.number);
        now = message;
        commands++;
        return;
      }
      if (message.fault !== null) fault(message.fault);
      if (message.cpuSeconds <= slowestSeconds) return;
      slowestSeconds = message.cpuSeconds;
      slowestLine = now?.line.join(" ") ?? "";
    });
    const last = now as Extract<WatchdogMessage, { kind: "begins" }> | null;
    if (ended === "done") break;
    fault(`its process ended: ${ended}`);
    from = (last?.number ?? from) + 1;
  }
  return { commands, slowestSeconds, slowestLine, faults };
}

/** `done`, or why the process ended early. */
async function follow(
  args: readonly (string | number)[],
  heard: (message: WatchdogMessage) => void,
): Promise<string> {
  const running = spawn(
    process.execPath,
    ["--max-old-space-size=1024", await compiledFile(CHILD), ...args.map(String)],
    {
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let complaint = "";
  running.stderr.on("data", (text) => {
    complaint = `${complaint}${text}`.slice(-2000);
  });
  const ended = new Promise<string>((resolve) => {
    running.once("close", (code, signal) =>
      resolve(code === 0 ? "done" : `${signal ?? `exit code ${code}`} ${complaint}`),
    );
  });
  for await (const line of createInterface({ input: running.stdout }))
    heard(JSON.parse(line) as WatchdogMessage);
  return ended;
}
