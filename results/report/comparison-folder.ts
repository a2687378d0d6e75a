/**
 * The folder of a comparison while it runs. A folder that holds none begins one. A folder that
 * holds one goes on with it and grows by methods, scenarios and seeds that are new. The report is
 * then of the whole. Whatever does not fit with what is there is refused, and nothing is
 * overwritten.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../env/model/errors.ts";
import type { CompareReport, CompareRequest } from "../comparison/compare.ts";
import { type FolderLock, openLocked } from "../files/folder-lock.ts";
import { shaped } from "../files/sealed.ts";
import type { Origin } from "../page/origin.ts";
import {
  descriptionIn,
  RUN,
  type RunDescription,
  type RunInputs,
  refuseOther,
  runNames,
  writeDescription,
} from "../training/run-description.ts";
import { refuseStrayFiles } from "../training/run-directory.ts";
import { sharedConfig } from "../training/train-config.ts";
import { CELLS, type KeptCells, openCells } from "./kept-cells.ts";
import { writeComparison } from "./write-comparison.ts";

export interface ComparisonParts {
  readonly path: string;
  readonly request: CompareRequest;
  readonly versions: RunDescription["versions"];
  /** What methods are made from, of any methods. */
  readonly inputsOf: (methods: readonly string[]) => Promise<RunInputs>;
}

export interface ComparisonFolder extends KeptCells {
  /** As asked for, and what the folder held before. */
  readonly request: CompareRequest;
  /** Returns the path of the page. */
  write(report: CompareReport, origin?: Origin | null): Promise<string>;
}

export const openComparison = (parts: ComparisonParts): Promise<ComparisonFolder> =>
  openLocked(parts.path, (lock) => opened(parts, lock));

async function opened(parts: ComparisonParts, lock: FolderLock): Promise<ComparisonFolder> {
  const { path, versions } = parts;
  const begun = descriptionIn(path);
  if (begun === null) refuseStrayFiles(path);
  const request = begun === null ? parts.request : extended(path, begun, parts.request);
  const inputs = await parts.inputsOf(request.methods);
  if (begun !== null) refuseOther(path, begun, { ...inputs, versions });
  if (existsSync(join(path, "report.json")) && !existsSync(join(path, CELLS)))
    throw new InputError(
      `"${path}" holds a report without its cells.jsonl, so it cannot be extended; name another folder with --out.`,
    );
  const cells = await openCells(path, versions);
  if (begun === null || !isSame(begun, request))
    writeDescription(path, describe(request, versions, inputs, begun));
  return {
    request,
    keeping: cells.keeping,
    kept: cells.kept,
    get keptCount() {
      return cells.keptCount;
    },
    writeFault: cells.writeFault,
    write: (report, origin = null) => writeComparison(path, report, versions, origin, inputs),
    close() {
      cells.close();
      lock.release();
    },
  };
}

const schema = z.strictObject({
  scenarios: z.array(z.string()).min(1),
  methods: z.array(z.string()).min(1),
  seeds: z.int().min(1),
  ...sharedConfig,
});

/** The request of the folder with what the new one adds. */
function extended(path: string, begun: RunDescription, asked: CompareRequest): CompareRequest {
  if (begun.kind !== "compare")
    throw new InputError(
      `"${path}" holds ${runNames[begun.kind]}, not a comparison; name another folder with --out.`,
    );
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
