/**
 * The folder of a comparison while it runs. A folder that holds none begins one. A folder that
 * holds one goes on with it and grows by methods, scenarios and seeds that are new. The report is
 * then of the whole. Whatever does not fit with what is there is refused, and nothing is
 * overwritten.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../env/model/errors.ts";
import { scenarioHash } from "../../env/model/file.ts";
import { resolveScenario } from "../../scenarios/resolve.ts";
import type { CellOutcome, CellSpec, RunCell } from "../comparison/cell.ts";
import { openJournal } from "../comparison/cell-journal.ts";
import type { CompareReport, CompareRequest } from "../comparison/compare.ts";
import { faultText } from "../comparison/failed-cell.ts";
import { writeAtomically } from "../files/atomic.ts";
import { type FolderLock, lockFolder } from "../files/folder-lock.ts";
import { shaped } from "../files/sealed.ts";
import type { Origin } from "../page/origin.ts";
import {
  descriptionIn,
  RUN,
  type RunDescription,
  type RunInputs,
  refuseOther,
  writeDescription,
} from "../training/run-description.ts";
import { refuseStrayFiles } from "../training/run-directory.ts";
import { sharedConfig } from "../training/train-config.ts";
import { writeComparison } from "./write-comparison.ts";

export interface ComparisonParts {
  readonly path: string;
  readonly request: CompareRequest;
  readonly versions: RunDescription["versions"];
  /** What methods are made from, of any methods. */
  readonly inputsOf: (methods: readonly string[]) => Promise<RunInputs>;
}

export interface ComparisonFolder {
  /** As asked for, and what the folder held before. */
  readonly request: CompareRequest;
  /** Runs a cell and keeps it. */
  readonly keeping: (runCell: RunCell) => RunCell;
  readonly kept: (spec: CellSpec) => CellOutcome | undefined;
  /** Cells that are kept. */
  readonly keptCount: number;
  /** Writes what is known of a fault; returns the path. */
  writeFault(spec: CellSpec, error: unknown): string;
  /** Returns the path of the page. */
  write(report: CompareReport, origin?: Origin | null): Promise<string>;
  close(): void;
}

export async function openComparison(parts: ComparisonParts): Promise<ComparisonFolder> {
  const lock = lockFolder(parts.path);
  try {
    return await opened(parts, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function opened(parts: ComparisonParts, lock: FolderLock): Promise<ComparisonFolder> {
  const { path, versions } = parts;
  const begun = descriptionIn(path);
  if (begun === null) refuseStrayFiles(path);
  const request = begun === null ? parts.request : extended(path, begun, parts.request);
  const inputs = await parts.inputsOf(request.methods);
  if (begun !== null) refuseOther(path, begun, { ...inputs, versions });
  const log = join(path, "cells.jsonl");
  if (existsSync(join(path, "report.json")) && !existsSync(log))
    throw new InputError(
      `"${path}" holds a report without its cells.jsonl, so it cannot be extended; name another folder with --out.`,
    );
  let run: RunCell = neverRun;
  const journal = await openJournal({
    path: log,
    versions,
    runCell: (...of) => run(...of),
    hashOf: hashes(),
  });
  if (begun === null || !isSame(begun, request))
    writeDescription(path, describe(request, versions, inputs, begun));
  return {
    request,
    keeping(runCell) {
      run = runCell;
      return journal.runCell;
    },
    kept: journal.kept,
    get keptCount() {
      return journal.keptCount;
    },
    writeFault(spec, error) {
      const file = join(path, "failures", `${fileName(spec)}.txt`);
      writeAtomically(file, faultText(spec, error));
      return file;
    },
    write: (report, origin = null) => writeComparison(path, report, versions, origin, inputs),
    close() {
      journal.close();
      lock.release();
    },
  };
}

const neverRun: RunCell = async () => {
  throw new Error("A comparison folder was asked for a cell before it was told how to run one.");
};

const schema = z.strictObject({
  scenarios: z.array(z.string()).min(1),
  methods: z.array(z.string()).min(1),
  seeds: z.int().min(1),
  ...sharedConfig,
});

/** The request of the folder with what the new one adds. */
function extended(path: string, begun: RunDescription, asked: CompareRequest): CompareRequest {
  if (begun.kind !== "compare")
    throw new InputError(`"${path}" holds a training run, not a comparison; name another folder with --out.`);
  const before: CompareRequest = {
    ...shaped(schema, begun.config, `"${join(path, RUN)}": config`),
    seed: begun.seed,
  };
  for (const field of ["seed", "budget", "objective", "backend"] as const) {
    const [then, now] = [before, asked].map((request) => settingText(request[field]));
    if (then !== now)
      throw new InputError(
        `"${path}" holds a comparison with ${field} ${then}, this one has ${now}; name another folder with --out.`,
      );
  }
  return {
    ...asked,
    scenarios: [...new Set([...before.scenarios, ...asked.scenarios])],
    methods: [...new Set([...before.methods, ...asked.methods])],
    seeds: Math.max(before.seeds, asked.seeds),
  };
}

/** Limits in one order, those that are not set left out. */
function settingText(setting: CompareRequest["seed" | "budget" | "objective" | "backend"]): string {
  if (setting === undefined) return "unset";
  if (typeof setting !== "object") return JSON.stringify(setting);
  const limits = Object.entries(setting).filter(([, limit]) => limit !== undefined);
  return limits
    .map(([unit, limit]) => `${limit} ${unit}`)
    .sort()
    .join(" and ");
}

function describe(
  { seed, ...config }: CompareRequest,
  versions: RunDescription["versions"],
  inputs: RunInputs,
  begun: RunDescription | null,
): RunDescription {
  const { backend, scenarios } = begun ?? { backend: null, scenarios: {} };
  return { kind: "compare", config, seed, versions, backend, scenarios, ...inputs };
}

const isSame = ({ config }: RunDescription, { scenarios, methods, seeds }: CompareRequest): boolean =>
  JSON.stringify([config.scenarios, config.methods, config.seeds]) ===
  JSON.stringify([scenarios, methods, seeds]);

/** The content hash of a cell's scenario; each scenario is read once. */
function hashes(): (spec: CellSpec) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  return ({ scenario, objective }) => {
    const hash = known.get(scenario) ?? resolveScenario(scenario, { objective }).then(scenarioHash);
    known.set(scenario, hash);
    return hash;
  };
}

/** Readable, and unlike for unlike cells. */
function fileName({ scenario, method, seedIndex }: CellSpec): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([scenario, method, seedIndex]))
    .digest("hex");
  const plain = `${method} on ${scenario} seed ${seedIndex}`
    .replace(/[^A-Za-z0-9.=]+/g, "-")
    .replace(/^[.-]+/, "");
  return `${plain.slice(0, LONGEST_NAME)}-${digest.slice(0, 8)}`;
}

const LONGEST_NAME = 160;
