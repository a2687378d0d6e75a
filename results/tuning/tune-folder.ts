/**
 * The folder of a tuning. It is begun once; the same request goes on with it after a kill, with the
 * cells that were kept. Another request is refused, and nothing is overwritten.
 */
import { join } from "node:path";
import { InputError } from "../../env/model/errors.ts";
import { type CellContents, cellContents } from "../cells/cell-content.ts";
import { writeAtomically } from "../files/atomic.ts";
import { type FolderLock, openLocked } from "../files/folder-lock.ts";
import { type KeptCells, openCells } from "../report/kept-cells.ts";
import {
  descriptionIn,
  type RunDescription,
  type RunInputs,
  refuseOther,
  runNames,
  writeDescription,
} from "../training/run-description.ts";
import { refuseStrayFiles } from "../training/run-directory.ts";
import type { TuneReport, TuneRequest } from "./tune.ts";

export interface TuneFolderParts {
  readonly path: string;
  readonly request: TuneRequest;
  readonly versions: RunDescription["versions"];
  readonly inputs: RunInputs;
  /** All that may be tried. */
  readonly specs: readonly string[];
}

export interface TuneFolder extends KeptCells {
  /** Of all scenarios and trials. */
  readonly contents: CellContents;
  write(report: TuneReport): void;
}

export const openTuning = (parts: TuneFolderParts): Promise<TuneFolder> =>
  openLocked(parts.path, (lock) => opened(parts, lock));

async function opened(parts: TuneFolderParts, lock: FolderLock): Promise<TuneFolder> {
  const { path, request, versions, inputs, specs } = parts;
  const { seed, ...config } = request;
  const now: RunDescription = {
    kind: "tune",
    config,
    seed,
    versions,
    backend: null,
    scenarios: {},
    ...inputs,
  };
  const begun = descriptionIn(path);
  if (begun === null) {
    refuseStrayFiles(path);
    writeDescription(path, now);
  } else refuseAnother(path, begun, now);
  const { scenarios, objective } = request;
  const contents = await cellContents({ scenarios, objective, methods: specs, versions });
  const cells = await openCells(path, versions, contents);
  return {
    contents,
    keeping: cells.keeping,
    kept: cells.kept,
    get keptCount() {
      return cells.keptCount;
    },
    writeFault: cells.writeFault,
    write: (report) => writeAtomically(join(path, "result.json"), `${JSON.stringify(report, null, 1)}\n`),
    close() {
      cells.close();
      lock.release();
    },
  };
}

function refuseAnother(path: string, begun: RunDescription, now: RunDescription): void {
  if (begun.kind !== "tune")
    throw new InputError(
      `"${path}" holds ${runNames[begun.kind]}, not a tuning; name another folder with --out.`,
    );
  refuseOther(path, begun, now);
  // What is not set is not in a file.
  const plain = JSON.parse(JSON.stringify({ ...now.config, seed: now.seed })) as Record<string, unknown>;
  const before: Record<string, unknown> = { ...begun.config, seed: begun.seed };
  const other = [...new Set([...Object.keys(plain), ...Object.keys(before)])].find(
    (name) => JSON.stringify(plain[name]) !== JSON.stringify(before[name]),
  );
  if (other !== undefined)
    throw new InputError(
      `"${path}" holds a tuning with ${other} ${told(before[other])}, this one has ${told(plain[other])}; name another folder with --out.`,
    );
}

const told = (setting: unknown): string => (setting === undefined ? "unset" : JSON.stringify(setting));
