/**
 * The process that the watchdog watches: runs the command lines of some scenarios one after the
 * other. Every line of its stdout is one JSON message. A command that computes for ever cannot end
 * itself, so a thread ends the process when a command uses more CPU time than it may.
 *
 *     child.ts SEED FROM TO LIMIT_S
 */
import { mkdtempSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { pgym } from "../cli/recorded-terminal.ts";
import { commandLines } from "./command-lines.ts";
import { hostileScenario } from "./hostile-scenario.ts";
import type { WatchdogMessage } from "./messages.ts";

const STDOUT = 1;
const OTHER_NUMBERS = /\b(NaN|undefined|Infinity)\b|\[object/;

const [seed, from, to, limitSeconds] = process.argv.slice(2).map(Number);
const progress = new Int32Array(new SharedArrayBuffer(4));
watch(progress, limitSeconds);
const folder = mkdtempSync(join(tmpdir(), "placement-gym-watchdog-"));
try {
  for (const [number, scenario] of fc.sample(hostileScenario, { seed, numRuns: to }).entries())
    if (number >= from)
      for (const line of commandLines(scenario, number, folder)) await run(number, line, scenario.file);
} finally {
  rmSync(folder, { recursive: true });
}
process.exit();

async function run(number: number, line: readonly string[], file: unknown): Promise<void> {
  Atomics.add(progress, 0, 1);
  tell({ kind: "begins", number, line, file });
  const before = process.cpuUsage();
  const { code, stdout, stderr } = await pgym(line);
  const { user, system } = process.cpuUsage(before);
  tell({
    kind: "ends",
    number,
    code,
    cpuSeconds: (user + system) / 1e6,
    fault: faultOf(code, stdout, stderr),
  });
}

/** What no command may print or do; null where all is well. */
function faultOf(code: number, stdout: string, stderr: string): string | null {
  if (/\n\s+at .*\d+:\d+/.test(stderr)) return stderr.slice(0, 2000);
  const odd = OTHER_NUMBERS.exec(`${stdout}\n${stderr}`);
  if (odd !== null)
    return `prints ${odd[0]}: ${`${stdout}\n${stderr}`.slice(Math.max(0, odd.index - 100), odd.index + 100)}`;
  return code === 2 && stderr.trim().split("\n").length > 3 ? `more than one sentence: ${stderr}` : null;
}

function tell(message: WatchdogMessage): void {
  writeSync(STDOUT, `${JSON.stringify(message)}\n`);
}

function watch(counter: Int32Array, limit: number): void {
  const worker = new Worker(
    `const { workerData: { counter, limit } } = require("node:worker_threads");
     const cpuSeconds = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6; };
     let seen = -1, since = 0;
     for (;;) {
       Atomics.wait(counter, 0, counter[0], 250);
       if (counter[0] !== seen) { seen = counter[0]; since = cpuSeconds(); }
       else if (cpuSeconds() - since > limit) process.kill(process.pid, "SIGKILL");
     }`,
    { eval: true, workerData: { counter, limit } },
  );
  worker.unref();
}
