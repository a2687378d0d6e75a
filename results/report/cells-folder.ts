/**
 * The folder of a comparison or of an evaluation while it runs. A folder that holds none begins
 * one. A folder that holds one goes on with it and grows by what is new. The report is then of the
 * whole. Whatever does not fit with what is there is refused, and nothing is overwritten.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import type { BackendName } from "../../agents/contract.ts";
import { InputError } from "../../env/model/errors.ts";
import type { Objective } from "../../env/model/scenario.ts";
import { budgetText, type CellContents, cellContents } from "../cells/cell-content.ts";
import type { CellJournal } from "../cells/journal.ts";
import { type FolderLock, openLocked } from "../files/folder-lock.ts";
import { shaped } from "../files/sealed.ts";
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
import { CELLS, type KeptCells, openCells } from "./kept-cells.ts";

/** What comparisons and evaluations are asked alike. */
export interface CellsRequest {
  readonly scenarios: readonly string[];
  readonly methods: readonly string[];
  readonly seeds: number;
  readonly seed: number | string;
  readonly objective?: Objective;
  readonly backend?: BackendName;
}

export interface CellsFolderParts<Request> {
  readonly path: string;
  readonly request: Request;
  readonly versions: RunDescription["versions"];
  /** What methods are made from, of any methods. */
  readonly inputsOf: (methods: readonly string[]) => Promise<RunInputs>;
}

/** How the folders of one kind differ from others. */
export interface FolderRules<Request extends CellsRequest> {
  readonly kind: "compare" | "evaluate";
  /** Of `config` in `run.json`: the request without its seed. */
  readonly schema: z.ZodType<Omit<Request, "seed">>;
  /** What may not be another in an extension. */
  readonly fixed: readonly (keyof Request & string)[];
  /** What grows besides scenarios, methods and seeds. */
  readonly grown?: (before: Request, asked: Request) => Partial<Request>;
  /** The request once the contents of its scenarios and methods are known. */
  readonly settled?: (request: Request, contents: CellContents) => Request;
}

export interface CellsFolder<Request> extends KeptCells {
  /** As asked for, and what the folder held before. */
  readonly request: Request;
  readonly inputs: RunInputs;
  readonly contents: CellContents;
  /** Keeps cells of other folders. */
  readonly adopt: CellJournal["adopt"];
}

export const openCellsFolder = <Request extends CellsRequest>(
  parts: CellsFolderParts<Request>,
  rules: FolderRules<Request>,
): Promise<CellsFolder<Request>> => openLocked(parts.path, (lock) => opened(parts, rules, lock));

async function opened<Request extends CellsRequest>(
  parts: CellsFolderParts<Request>,
  rules: FolderRules<Request>,
  lock: FolderLock,
): Promise<CellsFolder<Request>> {
  const { path, versions } = parts;
  const begun = descriptionIn(path);
  if (begun === null) refuseStrayFiles(path);
  const whole = begun === null ? parts.request : extended(path, begun, parts.request, rules);
  const contents = await cellContents({ ...whole, versions });
  const request = rules.settled?.(whole, contents) ?? whole;
  const inputs = await parts.inputsOf(request.methods);
  if (begun !== null) refuseOther(path, begun, { ...inputs, versions });
  if (existsSync(join(path, "report.json")) && !existsSync(join(path, CELLS)))
    throw new InputError(
      `"${path}" holds a report without its cells.jsonl, so it cannot be extended; name another folder with --out.`,
    );
  const cells = await openCells(path, versions, contents);
  const { backend, scenarios } = begun ?? { backend: null, scenarios: {} };
  const described = describe(rules.kind, request, { versions, backend, scenarios, ...inputs });
  if (begun === null || !isSame(begun, described)) writeDescription(path, described);
  return {
    request,
    inputs,
    contents,
    keeping: cells.keeping,
    kept: cells.kept,
    get keptCount() {
      return cells.keptCount;
    },
    adopt: cells.adopt,
    writeFault: cells.writeFault,
    close() {
      cells.close();
      lock.release();
    },
  };
}

/** The request of the folder with what the new one adds. */
function extended<Request extends CellsRequest>(
  path: string,
  begun: RunDescription,
  asked: Request,
  { kind, schema, fixed, grown }: FolderRules<Request>,
): Request {
  if (begun.kind !== kind)
    throw new InputError(
      `"${path}" holds ${runNames[begun.kind]}, not ${runNames[kind]}; name another folder with --out.`,
    );
  const config = shaped(schema, begun.config, `"${join(path, RUN)}": config`);
  const before = { ...config, seed: begun.seed } as Request;
  for (const field of fixed) {
    const [then, now] = [before, asked].map((request) => settingText(request[field]));
    if (then !== now)
      throw new InputError(
        `"${path}" holds ${runNames[kind]} with ${field} ${then}, this one has ${now}; name another folder with --out.`,
      );
  }
  return {
    ...asked,
    scenarios: [...new Set([...before.scenarios, ...asked.scenarios])],
    methods: [...new Set([...before.methods, ...asked.methods])],
    seeds: Math.max(before.seeds, asked.seeds),
    ...grown?.(before, asked),
  };
}

/** Limits of a budget in one order. */
function settingText(setting: unknown): string {
  if (setting === undefined) return "unset";
  return typeof setting === "object" && setting !== null ? budgetText(setting) : JSON.stringify(setting);
}

export function describe(
  kind: FolderRules<CellsRequest>["kind"],
  { seed, ...config }: CellsRequest,
  known: Omit<RunDescription, "kind" | "config" | "seed">,
): RunDescription {
  return { kind, config, seed, ...known };
}

/** What is not set is not in a file. */
const isSame = ({ config }: RunDescription, now: RunDescription): boolean =>
  JSON.stringify(config) === JSON.stringify(now.config);
