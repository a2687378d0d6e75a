/**
 * The simulator against the tight C++ program next to the checkout. Both run the same cases with 64
 * rotated placements, interleaved over several rounds of one run. Rates are per CPU second; the
 * fastest of the C++ program's engines is the limit.
 *
 *     npx tsx test/bench/simulator.ts [ROUNDS]
 *
 * It prints one row per case, and says so where the compiler or the program is missing.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { simulatorRate } from "../../cli/commands/tools/bench.ts";

const folder = fileURLToPath(new URL("../../../shared/bench", import.meta.url));
const SECONDS = 0.1;

export function benchSimulator(rounds: number): void {
  const missing = ["simulator.cpp", "flatten.py", "cases"].find((name) => !existsSync(join(folder, name)));
  if (missing !== undefined) {
    console.log(`simulator: not compared, ../shared/bench/${missing} is not beside this checkout.`);
    return;
  }
  const work = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const program = build(work);
    if (program !== null) compare(program, rounds);
  } finally {
    rmSync(work, { recursive: true });
  }
}

interface Program {
  readonly path: string;
  readonly cases: string;
}

function build(work: string): Program | null {
  const program = { path: join(work, "simulator"), cases: join(work, "cases.flat") };
  const files = caseFiles();
  try {
    execFileSync("g++", ["-O3", "-march=native", "-o", program.path, join(folder, "simulator.cpp")]);
    execFileSync("python3", [join(folder, "flatten.py"), program.cases, ...files]);
    return program;
  } catch (error) {
    console.log(
      `simulator: not compared, the C++ program cannot be built here (${(error as Error).message}).`,
    );
    return null;
  }
}

function compare(program: Program, rounds: number): void {
  const ours = new Map<string, number[]>();
  const theirs = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const [name, rate] of ratesOf(program)) push(theirs, name, rate);
    for (const path of caseFiles())
      push(ours, nameOf(path), simulatorRate(path, SECONDS, 0).simulationsPerCpuSecond);
  }
  console.log(`simulations per CPU second, medians of ${rounds} interleaved rounds`);
  console.log(`${"case".padEnd(26)}${"ours".padStart(12)}${"C++".padStart(12)}${"ratio".padStart(8)}`);
  for (const [name, rates] of [...ours].sort((a, b) => sizeOf(a[0]) - sizeOf(b[0]))) {
    const [mine, limit] = [median(rates), median(theirs.get(name)!)];
    const cells = [
      format(mine).padStart(12),
      format(limit).padStart(12),
      (mine / limit).toFixed(2).padStart(8),
    ];
    console.log(name.padEnd(26) + cells.join(""));
  }
}

/** One round of the C++ program: for each case the rate of its fastest engine. */
function ratesOf({ path, cases }: Program): Map<string, number> {
  const env = { ...process.env, ROTATE: "64" };
  const output = execFileSync(path, [cases, String(SECONDS)], { encoding: "utf8", env });
  const best = new Map<string, number>();
  for (const [, name, rate] of output.matchAll(/^BENCH \S+ (\S+) .*?sims\/s=([\d.]+)/gm))
    best.set(name, Math.max(best.get(name) ?? 0, Number(rate)));
  return best;
}

const caseFiles = (): string[] =>
  readdirSync(join(folder, "cases"))
    .filter((name) => name.endsWith(".json"))
    .map((name) => join(folder, "cases", name));
const nameOf = (path: string): string => JSON.parse(readFileSync(path, "utf8")).name;
const sizeOf = (name: string): number =>
  Number(/n(\d+)/.exec(name)?.[1]) * 100 + Number(/k(\d+)/.exec(name)?.[1]);
const format = (rate: number): string => Math.round(rate).toLocaleString("en");

function push(lists: Map<string, number[]>, key: string, value: number): void {
  lists.set(key, [...(lists.get(key) ?? []), value]);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) benchSimulator(Number(process.argv[2] ?? 5));
