/**
 * The cells that the folder of a comparison, an evaluation or a tuning keeps while it is worked on.
 * What is known of cells that failed goes to files of their own.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { CellOutcome, CellSpec, RunCell } from "../cells/cell.ts";
import { faultText } from "../cells/failed-cell.ts";
import { type CellJournal, type JournalParts, openJournal } from "../cells/journal.ts";
import { writeAtomically } from "../files/atomic.ts";
import type { RunDescription } from "../training/run-description.ts";

export const CELLS = "cells.jsonl";

export interface KeptCells {
  /** Runs a cell and keeps it. */
  readonly keeping: (runCell: RunCell) => RunCell;
  readonly kept: (spec: CellSpec) => CellOutcome | undefined;
  /** Cells that are kept. */
  readonly keptCount: number;
  /** Writes what is known of a fault; returns the path. */
  writeFault(spec: CellSpec, error: unknown): string;
  close(): void;
}

export async function openCells(
  path: string,
  versions: RunDescription["versions"],
  contents: JournalParts["contents"],
): Promise<KeptCells & Pick<CellJournal, "adopt">> {
  let run: RunCell = neverRun;
  const journal = await openJournal({
    path: join(path, CELLS),
    versions,
    runCell: (...of) => run(...of),
    contents,
  });
  return {
    keeping(runCell) {
      run = runCell;
      return journal.runCell;
    },
    kept: journal.kept,
    get keptCount() {
      return journal.keptCount;
    },
    adopt: journal.adopt,
    writeFault(spec, error) {
      const file = join(path, failureFile(spec));
      writeAtomically(file, faultText(spec, error));
      return file;
    },
    close: journal.close,
  };
}

const neverRun: RunCell = async () => {
  throw new Error("A folder was asked for a cell before it was told how to run one.");
};

/** Of a cell in the folder: readable, and unlike for unlike cells. */
function failureFile({ scenario, method, seedIndex, budget }: CellSpec): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([scenario, method, seedIndex, budget]))
    .digest("hex");
  const plain = `${method} on ${scenario} seed ${seedIndex}`
    .replace(/[^A-Za-z0-9.=]+/g, "-")
    .replace(/^[.-]+/, "");
  return join("failures", `${plain.slice(0, LONGEST_NAME)}-${digest.slice(0, 8)}.txt`);
}

const LONGEST_NAME = 160;
