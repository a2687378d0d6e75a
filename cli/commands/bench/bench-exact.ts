/**
 * `bench exact`: one table of the exact contiguous optimum of every dnn-partitioning workload below
 * a folder. Each file has a process of its own, one after the other, so that its peak memory is its
 * own.
 *
 * Published optima come from a file of the format dnn-partitioning-golden/1. A row shows the one
 * for the same graph and devices. The exit code is 1 where an answer is not proven, is refuted, or
 * differs from the published one by more than 1e-6 of it.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "../../../env/model/errors.ts";
import { formatCount } from "../../../results/format.ts";
import { readText } from "../../files.ts";
import { table } from "../../reports/columns.ts";
import { EXIT, type Terminal } from "../../terminal/terminal.ts";
import { type CaseFormat, caseFiles } from "./case-files.ts";
import type { ExactCase } from "./exact-case.ts";

export interface ExactFlags {
  readonly cases: string;
  readonly golden: string | undefined;
  readonly certificateSteps: number;
  readonly enumerate: "all" | "needed";
}

export interface ExactRow extends Omit<ExactCase, "device"> {
  readonly file: string;
  /** Published optimum in us, null where none is known for this graph on these devices. */
  readonly publishedUs: number | null;
  readonly publishedIdeals: number | null;
}

const GOLDEN = join("golden", "dnn-partitioning.json");
const LEVELS_UP = 4;
const AGREES = 1e-6;

export async function benchExact(flags: ExactFlags, terminal: Terminal): Promise<ExactRow[]> {
  const published = publishedRows(flags.golden ?? goldenAbove(flags.cases));
  const rows: ExactRow[] = [];
  for (const path of caseFiles(flags.cases, WORKLOADS)) {
    if (terminal.signal.aborted) break;
    terminal.note(`${relative(flags.cases, path)} ...`);
    const measured = await measure(path, flags, terminal.signal);
    if (measured === null) break;
    const { device: _, ...figures } = measured;
    const known = published.find((row) => isOf(row, path, figures));
    rows.push({
      file: relative(flags.cases, path),
      ...figures,
      publishedUs: known?.optimalContiguousDp ? known.optimalContiguousDp.maxLoad * 1000 : null,
      publishedIdeals: known?.ideals ?? null,
    });
  }
  return rows;
}

export function exactExit(rows: readonly ExactRow[]): number {
  return rows.every((row) => row.proven && row.certificate !== "refuted" && agrees(row))
    ? EXIT.done
    : EXIT.failed;
}

function agrees({ publishedUs, valueUs, publishedIdeals, allIdeals }: ExactRow): boolean {
  if (allIdeals !== null && publishedIdeals !== null && allIdeals !== publishedIdeals) return false;
  return publishedUs === null || (valueUs !== null && Math.abs(valueUs / publishedUs - 1) <= AGREES);
}

export function exactText(rows: readonly ExactRow[]): string {
  const enumerated = rows.some(({ allIdeals }) => allIdeals !== null);
  const ms = (us: number | null) => (us === null ? "-" : (us / 1000).toFixed(6));
  const titles = [
    "file",
    "devices",
    "published ms",
    "ours ms",
    "proven",
    "elements",
    "ideals",
    "transitions",
  ];
  const body = rows.map((row) => [
    row.file,
    `${row.accelerators}+${row.cpus}`,
    ms(row.publishedUs),
    row.valueUs === null && row.proven ? "infeasible" : ms(row.valueUs),
    row.proven ? "yes" : `no, >= ${ms(row.boundUs)}`,
    formatCount(row.elements),
    formatCount(row.ideals),
    formatCount(row.transitions),
    ...(enumerated ? [row.allIdeals === null ? "-" : formatCount(row.allIdeals)] : []),
    ...(enumerated ? [row.publishedIdeals === null ? "-" : formatCount(row.publishedIdeals)] : []),
    row.seconds.toFixed(2),
    row.cpuSeconds.toFixed(2),
    Math.round(row.peakMegabytes).toString(),
    row.certificate,
    row.certificateSteps === 0 ? "-" : formatCount(row.certificateSteps),
  ]);
  const head = [
    ...titles,
    ...(enumerated ? ["all ideals", "published"] : []),
    "s",
    "CPU s",
    "peak MB",
    "certificate",
    "its steps",
  ];
  const differ = rows.filter((row) => !agrees(row)).length;
  const lines = [
    ...table([head, ...body]),
    `${rows.filter(({ proven }) => proven).length} of ${rows.length} proven optimal by the search, ` +
      `${rows.filter(({ certificate }) => certificate === "certified").length} of them certified by the plain search, ` +
      `${differ} unlike what was published.`,
  ];
  return `${lines.join("\n")}\n`;
}

const WORKLOADS: CaseFormat = {
  marker: '"maxFPGAs"',
  what: "dnn-partitioning workload",
  folders: "all below",
};

/** The program's entry, relative to the sources and to the compiled files. */
const ownProgram = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../../bin.js" : "../../../../cli/bin.js", import.meta.url),
);

/** One file in a process of its own; null after an interrupt. */
function measure(path: string, flags: ExactFlags, signal: AbortSignal): Promise<ExactCase | null> {
  const args = [
    "bench",
    "exact",
    "--case",
    path,
    "--certificate-steps",
    `${flags.certificateSteps}`,
    "--json",
  ];
  if (flags.enumerate === "all") args.push("--enumerate");
  return new Promise((settle, reject) => {
    const child = spawn(process.execPath, [ownProgram, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    const end = () => void child.kill("SIGKILL");
    signal.addEventListener("abort", end);
    const said = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => {
      said.stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      said.stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      signal.removeEventListener("abort", end);
      if (signal.aborted) return settle(null);
      if (code === EXIT.done) return settle(JSON.parse(said.stdout) as ExactCase);
      const sentence = said.stderr.trim().replace(/^placement-gym: /, "");
      reject(code === EXIT.badInput ? new InputError(sentence) : new Error(`${path}: ${sentence}`));
    });
  });
}

interface PublishedRow {
  readonly workload: string;
  readonly nodes: number;
  readonly accelerators: number;
  readonly cpus: number;
  readonly ideals: number;
  readonly optimalContiguousDp: { readonly maxLoad: number } | null;
}

function goldenAbove(folder: string): string | null {
  let at = resolve(folder);
  for (let level = 0; level <= LEVELS_UP; level++, at = dirname(at))
    if (existsSync(join(at, GOLDEN))) return join(at, GOLDEN);
  return null;
}

function publishedRows(path: string | null): readonly PublishedRow[] {
  if (path === null) return [];
  try {
    const file = JSON.parse(readText(path, "File of published results")) as { throughput?: PublishedRow[] };
    if (Array.isArray(file.throughput)) return file.throughput;
  } catch (error) {
    if (error instanceof InputError) throw error;
  }
  throw new InputError(`"${path}" is not a file of published results (dnn-partitioning-golden/1).`);
}

/**
 * Pre: a case with other memory limits has another name, because the published file does not hold
 * limits.
 */
function isOf(
  row: PublishedRow,
  path: string,
  { ops, accelerators, cpus }: Omit<ExactCase, "device">,
): boolean {
  return (
    resolve(path).replaceAll("\\", "/").endsWith(`/${row.workload}.json`) &&
    row.nodes === ops &&
    row.accelerators === accelerators &&
    row.cpus === cpus
  );
}
