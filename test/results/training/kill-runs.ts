/** Runs in processes that are killed, and what they must leave. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { compiledFile } from "../../compiled.ts";
import type { Training } from "./killed.ts";

const TRAINER = "test/results/training/killed.ts";

interface Ended {
  readonly signal: NodeJS.Signals | null;
  /** Moments of the whole run, where the process lived to count them. */
  readonly moments: number;
}

/** Trains in a process of its own, until that has ended. */
export const trainApart = (training: Training): Promise<Ended> => runApart(TRAINER, training);

/**
 * Runs a program that takes its task in JSON and prints its moments, until that has ended. Its path
 * is from the root.
 */
export async function runApart(program: string, task: object): Promise<Ended> {
  const child = spawn(process.execPath, [await compiledFile(program), JSON.stringify(task)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0 || signal !== null) resolve({ signal, moments: Number(stdout) });
      else reject(new Error(`The run ended with code ${code}: ${stderr}`));
    });
  });
}

/** Every file below a folder, by path; wall-clock times are the only ones that may differ. */
export function bytesOf(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile() && !name.endsWith("times.json"));
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), "latin1")]));
}

/** Runs `work` with an empty folder that is removed after it. */
export async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "placement-gym-kill-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Files of two trainings are the same, told by name where they are not. */
export function expectSameBytes(actual: string, expected: string): void {
  const [ours, whole] = [bytesOf(actual), bytesOf(expected)];
  expect(Object.keys(ours)).toEqual(Object.keys(whole));
  expect(Object.keys(whole).filter((name) => ours[name] !== whole[name])).toEqual([]);
}
