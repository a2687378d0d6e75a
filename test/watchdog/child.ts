/**
 * The process that the watchdog watches: runs command lines one after the other, those of hostile
 * scenarios or fuzzed ones. Every line of its stdout is one JSON message. A command that computes
 * for ever cannot end itself, so a thread ends the process when a command uses more CPU time than
 * it may.
 *
 *     child.ts scenarios|lines SEED FROM TO LIMIT_S
 */
import { mkdtempSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { createRng } from "../../env/index.ts";
import { pgym } from "../cli/recorded-terminal.ts";
import { commandLines } from "./command-lines.ts";
import { fuzzedLine, writeFuzzFiles } from "./fuzzed-line.ts";
import { hostileScenario } from "./hostile-scenario.ts";
import type { WatchdogMessage } from "./messages.ts";

const STDOUT = 1;
const LONGEST_SENTENCE = 1200;
const OTHER_NUMBERS = /\b(NaN|undefined|Infinity)\b|\[object/;

const [mode, ...numbers] = process.argv.slice(2);
const [seed, from, to, limitSeconds] = numbers.map(Number);
const progress = new Int32Array(new SharedArrayBuffer(4));
watch(progress, limitSeconds);
const folder = mkdtempSync(join(tmpdir(), "placement-gym-watchdog-"));
try {
  if (mode === "scenarios") await runScenarios();
  else await runFuzzedLines();
} finally {
  rmSync(folder, { recursive: true });
}
process.exit();

async function runScenarios(): Promise<void> {
  for (const [number, scenario] of fc.sample(hostileScenario, { seed, numRuns: to }).entries())
    if (number >= from)
      for (const line of commandLines(scenario, number, folder)) await run(number, line, scenario.file);
}

async function runFuzzedLines(): Promise<void> {
  process.chdir(folder);
  for (let number = from; number < to; number++) {
    const line = await fuzzedLine(createRng(`line ${seed}/${number}`), writeFuzzFiles(folder));
    await run(number, line, null);
  }
}

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
    fault: faultOf(line, code, stdout, stderr),
  });
}

/** What no command may print or do; null where all is well. */
function faultOf(line: readonly string[], code: number, stdout: string, stderr: string): string | null {
  if (/\n\s+at .*\d+:\d+/.test(stderr)) return stderr.slice(0, 2000);
  const said = `${stdout}\n${stderr}`;
  // What is quoted, or was typed, was given by the user.
  const typed = line.some((word) => OTHER_NUMBERS.test(word));
  const odd = typed ? null : OTHER_NUMBERS.exec(said.replace(/"[^"]*"/g, '""'));
  if (odd !== null) return `prints ${odd[0]}: ${said.slice(0, 500)}`;
  if (![0, 1, 2].includes(code)) return `exit code ${code}: ${stderr}`;
  const mistakes = stderr.split("\n").filter((text) => text.startsWith("placement-gym: "));
  if (code === 2 && !stdout.startsWith("Usage") && mistakes.length !== 1)
    return `not one sentence: ${stderr}`;
  return code === 2 && mistakes.some((text) => text.length > LONGEST_SENTENCE) ? `too long: ${stderr}` : null;
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
