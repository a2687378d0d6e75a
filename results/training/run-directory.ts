/**
 * A run directory: everything about one run, safe to kill at any time.
 *
 *   run.json        configuration, seed, versions, digests of all inputs; written once
 *   metrics.jsonl   one line per update; append-only
 *   metrics.csv, events.out.tfevents...   copies of it for other programs
 *   plans.jsonl     one line per improvement; append-only
 *   checkpoint/     the newest state to resume from, replaced atomically
 *   policy.json     what an agent learned, written when the run ends
 *   policy-best.json  the best policy by evaluation during training, where there is any
 *   result.json     what a finished run came to
 *   times.json      every wall-clock figure, so that all else can be compared byte for byte
 *
 * Whole files are written atomically. Logs are append-only, and a resumed run cuts them back to the
 * lengths in its checkpoint. An interrupted and an uninterrupted run thereby leave the same bytes.
 */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../env/model/errors.ts";
import { type AppendLog, openLog } from "../files/append-log.ts";
import { writeAtomically } from "../files/atomic.ts";
import { readJson } from "../files/sealed.ts";
import { EVENTS } from "./copies/event-file.ts";
import { type MetricsCopies, openCopies, removeCopies } from "./copies/metrics-copies.ts";
import { CSV } from "./copies/metrics-csv.ts";
import { METRICS, type MetricsRow } from "./copies/metrics-row.ts";
import { descriptionIn, RUN, type RunDescription, writeDescription } from "./run-description.ts";

export interface RunDirectory {
  readonly path: string;
  readonly description: RunDescription;
  readonly metrics: AppendLog;
  readonly plans: AppendLog;
  /** Appends a row to `metrics` and to the copies of it. */
  logMetrics(row: MetricsRow): void;
  /** Replaces a file of the run in one step; `name` may be in a folder of the run. */
  write(name: string, text: string): void;
  writeJson(name: string, value: unknown): void;
  close(): void;
}

/**
 * Starts a run in a directory that holds none. `run.json` comes first: a disk that is full at any
 * moment leaves a folder that can be started or resumed.
 */
export function createRunDirectory(path: string, description: RunDescription): RunDirectory {
  refuseExistingRun(path);
  writeDescription(path, description);
  return open(path, description);
}

/** Files that a run keeps, of both kinds. */
const FILES = [
  ...[
    METRICS,
    CSV,
    EVENTS,
    "plans.jsonl",
    "checkpoint/state.json",
    "policy.json",
    "policy-best.json",
    "result.json",
  ],
  ...["cells.jsonl", "report.json", "times.json", "index.html"],
];

/** Throws `InputError` where a directory already holds a run, or files that a run would replace. */
export function refuseExistingRun(path: string): void {
  if (existsSync(join(path, RUN)))
    throw new InputError(`"${path}" already holds a run; resume it, or give another directory.`);
  refuseStrayFiles(path);
}

/** Empty logs hold nothing that could be lost. */
export function refuseStrayFiles(path: string): void {
  const stray = FILES.find((name) => existsSync(join(path, name)) && statSync(join(path, name)).size > 0);
  if (stray !== undefined)
    throw new InputError(`"${path}" holds a ${stray} but no ${RUN}; give an empty directory.`);
}

/** Lengths of the logs of a run, as a checkpoint has them. */
export interface LogLengths {
  readonly metricsBytes: number;
  readonly plansBytes: number;
}

/** Opens an existing run to go on with it, from where its logs had these lengths. */
export function openRunDirectory(path: string, lengths?: LogLengths): RunDirectory {
  return open(path, readDescription(path), lengths);
}

/** What the run in a directory was asked to do. */
export function readDescription(path: string): RunDescription {
  const description = descriptionIn(path);
  if (description === null) throw new InputError(`"${path}" holds no run to resume: ${RUN} is missing.`);
  return description;
}

/** A parsed file of the run in a directory, undefined where there is none. */
export const readRunFile = (path: string, name: string): unknown => readJson(join(path, name));

function open(path: string, description: RunDescription, lengths?: LogLengths): RunDirectory {
  const pathOf = (name: string) => join(path, name);
  const metrics = openLog(pathOf(METRICS));
  const plans = openLog(pathOf("plans.jsonl"));
  if (lengths !== undefined) {
    metrics.cutTo(lengths.metricsBytes);
    plans.cutTo(lengths.plansBytes);
  }
  // A run without rows has none.
  let copies = lengths === undefined ? null : copiesAsOf(metrics, pathOf);
  return {
    path,
    description,
    metrics,
    plans,
    logMetrics(row) {
      metrics.append(row);
      if (copies === null) copies = openCopies(pathOf);
      else copies.append(row);
    },
    write: (name, text) => writeAtomically(pathOf(name), text),
    writeJson: (name, value) => writeAtomically(pathOf(name), `${JSON.stringify(value, null, 1)}\n`),
    close() {
      metrics.close();
      plans.close();
      copies?.close();
    },
  };
}

/** The copies of a log that was cut back. */
function copiesAsOf({ lengthBytes }: AppendLog, pathOf: (name: string) => string): MetricsCopies | null {
  if (lengthBytes > 0) return openCopies(pathOf);
  removeCopies(pathOf);
  return null;
}
