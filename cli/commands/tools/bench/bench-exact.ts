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
import { relative } from "node:path";
import { InputError } from "../../../../env/model/errors.ts";
import { formatCount } from "../../../../results/text/format.ts";
import { table } from "../../../reports/columns.ts";
import { ownProgram } from "../../../start/program.ts";
import { EXIT, type Terminal } from "../../../terminal/terminal.ts";
import { type CaseFormat, caseFiles } from "./case-files.ts";
import type { ExactCase } from "./exact-case.ts";
import { goldenAbove, isOf, publishedRows } from "./published-results.ts";

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

interface Column {
  readonly title: string;
  readonly text: (row: ExactRow) => string;
}

export function exactText(rows: readonly ExactRow[]): string {
  const columns = columnsOf(rows.some(({ allIdeals }) => allIdeals !== null));
  const count = (holds: (row: ExactRow) => boolean) => rows.filter(holds).length;
  const lines = [
    ...table([columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ text }) => text(row)))]),
    `${count(({ proven }) => proven)} of ${rows.length} proven optimal by the search, ` +
      `${count(({ certificate }) => certificate === "certified")} of them certified by the plain search, ` +
      `${count((row) => !agrees(row))} unlike what was published.`,
  ];
  return `${lines.join("\n")}\n`;
}

function columnsOf(enumerated: boolean): readonly Column[] {
  const allIdeals: readonly Column[] = [
    { title: "all ideals", text: (row) => orDash(row.allIdeals) },
    { title: "published", text: (row) => orDash(row.publishedIdeals) },
  ];
  return [
    { title: "file", text: ({ file }) => file },
    { title: "devices", text: ({ accelerators, cpus }) => `${accelerators}+${cpus}` },
    { title: "published ms", text: ({ publishedUs }) => ms(publishedUs) },
    {
      title: "ours ms",
      text: (row) => (row.valueUs === null && row.proven ? "infeasible" : ms(row.valueUs)),
    },
    { title: "proven", text: ({ proven, boundUs }) => (proven ? "yes" : `no, >= ${ms(boundUs)}`) },
    { title: "elements", text: ({ elements }) => formatCount(elements) },
    { title: "ideals", text: ({ ideals }) => formatCount(ideals) },
    { title: "transitions", text: ({ transitions }) => formatCount(transitions) },
    ...(enumerated ? allIdeals : []),
    { title: "s", text: ({ seconds }) => seconds.toFixed(2) },
    { title: "CPU s", text: ({ cpuSeconds }) => cpuSeconds.toFixed(2) },
    { title: "peak MB", text: ({ peakMegabytes }) => Math.round(peakMegabytes).toString() },
    { title: "certificate", text: ({ certificate }) => certificate },
    { title: "its steps", text: ({ certificateSteps }) => orDash(certificateSteps || null) },
  ];
}

const ms = (us: number | null): string => (us === null ? "-" : (us / 1000).toFixed(6));

const orDash = (count: number | null): string => (count === null ? "-" : formatCount(count));

const WORKLOADS: CaseFormat = {
  marker: '"maxFPGAs"',
  what: "dnn-partitioning workload",
  folders: "all below",
};

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
