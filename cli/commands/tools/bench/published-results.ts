/**
 * Published optima of dnn-partitioning workloads: a JSON file of the format
 * dnn-partitioning-golden/1.
 */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { InputError } from "../../../../env/model/errors.ts";
import { readText } from "../../../files.ts";
import type { ExactCase } from "./exact-case.ts";

const GOLDEN = join("golden", "dnn-partitioning.json");
const LEVELS_UP = 4;

export interface PublishedRow {
  readonly workload: string;
  readonly nodes: number;
  readonly accelerators: number;
  readonly cpus: number;
  readonly ideals: number;
  readonly optimalContiguousDp: { readonly maxLoad: number } | null;
}

/** The file of published results in the folder or in one above it; null where there is none. */
export function goldenAbove(folder: string): string | null {
  let at = resolve(folder);
  for (let level = 0; level <= LEVELS_UP; level++, at = dirname(at))
    if (existsSync(join(at, GOLDEN))) return join(at, GOLDEN);
  return null;
}

/** No rows where there is no file. */
export function publishedRows(path: string | null): readonly PublishedRow[] {
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
export function isOf(
  row: PublishedRow,
  path: string,
  { ops, accelerators, cpus }: Pick<ExactCase, "ops" | "accelerators" | "cpus">,
): boolean {
  return (
    resolve(path).replaceAll("\\", "/").endsWith(`/${row.workload}.json`) &&
    row.nodes === ops &&
    row.accelerators === accelerators &&
    row.cpus === cpus
  );
}
