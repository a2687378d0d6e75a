/**
 * A run directory: everything about one run, safe to kill at any time.
 *
 *   run.json        configuration, seed, versions, backend, scenario hash; written once
 *   metrics.jsonl   one line per update; append-only
 *   plans.jsonl     one line per improvement; append-only
 *   checkpoint/     the newest state to resume from, replaced atomically
 *   policy.json     what an agent learned, written when the run ends
 *   result.json     what a finished run came to
 *   times.json      every wall-clock figure, so that all else can be compared byte for byte
 *
 * Whole files are written atomically. Logs are append-only, and a resumed run cuts them back to the
 * lengths in its checkpoint. An interrupted and an uninterrupted run thereby leave the same bytes.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../env/model/errors.ts";
import { type AppendLog, openLog } from "../files/append-log.ts";
import { writeAtomically } from "../files/atomic.ts";

export const RUN_FORMAT = "placement-gym/run@1";

/** What a run was asked to do and with what; JSON-safe. */
export interface RunDescription {
  readonly kind: "train" | "compare";
  readonly config: Readonly<Record<string, unknown>>;
  readonly seed: number | string;
  /** Versions by name: of the package, the runtime and all else that the numbers may depend on. */
  readonly versions: Readonly<Record<string, string>>;
  readonly backend: string | null;
  /** Content hash by scenario name. */
  readonly scenarios: Readonly<Record<string, string>>;
}

export interface RunDirectory {
  readonly path: string;
  readonly description: RunDescription;
  readonly metrics: AppendLog;
  readonly plans: AppendLog;
  /** Replaces a file of the run in one step; `name` may be in a folder of the run. */
  write(name: string, text: string): void;
  writeJson(name: string, value: unknown): void;
  close(): void;
}

/** Starts a run in a directory that holds none. */
export function createRunDirectory(path: string, description: RunDescription): RunDirectory {
  refuseExistingRun(path);
  const run = open(path, description);
  run.writeJson("run.json", { format: RUN_FORMAT, ...description });
  return run;
}

/**
 * Throws `InputError` where a directory already holds a run, or logs that a new run would continue.
 */
export function refuseExistingRun(path: string): void {
  if (existsSync(join(path, "run.json")))
    throw new InputError(`"${path}" already holds a run; resume it, or give another directory.`);
  for (const log of ["metrics.jsonl", "plans.jsonl"])
    if (existsSync(join(path, log)))
      throw new InputError(`"${path}" holds a ${log} but no run.json; give an empty directory.`);
}

/** Opens an existing run to go on with it. */
export function openRunDirectory(path: string): RunDirectory {
  return open(path, readDescription(path));
}

/** What the run in a directory was asked to do. */
export function readDescription(path: string): RunDescription {
  const stored = readRunFile(path, "run.json");
  if (stored === undefined) throw new InputError(`"${path}" holds no run to resume: run.json is missing.`);
  const { format, ...description } = (stored ?? {}) as RunDescription & { format?: string };
  if (format !== RUN_FORMAT)
    throw new InputError(
      `"${join(path, "run.json")}": format is ${JSON.stringify(format)}, expected "${RUN_FORMAT}".`,
    );
  return description;
}

/** A parsed file of the run in a directory, undefined where there is none. */
export function readRunFile(path: string, name: string): unknown {
  return existsSync(join(path, name)) ? parseJson(join(path, name)) : undefined;
}

function open(path: string, description: RunDescription): RunDirectory {
  const metrics = openLog(join(path, "metrics.jsonl"));
  const plans = openLog(join(path, "plans.jsonl"));
  return {
    path,
    description,
    metrics,
    plans,
    write: (name, text) => writeAtomically(join(path, name), text),
    writeJson: (name, value) => writeAtomically(join(path, name), `${JSON.stringify(value, null, 1)}\n`),
    close() {
      metrics.close();
      plans.close();
    },
  };
}

function parseJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new InputError(`"${path}" is not readable JSON: ${(error as Error).message}`);
  }
}
