/**
 * Writes the cells of a comparison to a log as they finish. They survive a kill, a failing method
 * and a power cut, and they stay when the comparison is complete, so that it can be extended.
 *
 * `cells.jsonl`: a line with the format and the versions, then a line for each cell, all sealed. A
 * kept cell answers a cell of the same request. Where its scenario has another content now, the
 * log is refused. Cells that a fault or an interrupt ended are not kept. Nothing is written before
 * the first cell has finished.
 */
import { InputError } from "../../env/model/errors.ts";
import { type AppendLog, openLog, readLog } from "../files/append-log.ts";
import { objectIn, sealed, unsealed } from "../files/sealed.ts";
import type { CellOutcome, CellSpec, RunCell } from "./cell.ts";

export const CELLS_FORMAT = "placement-gym/cells@4";

interface Header {
  readonly format: string;
  readonly versions: Readonly<Record<string, string>>;
}

interface KeptCell {
  readonly spec: CellSpec;
  readonly outcome: CellOutcome;
}

export interface JournalParts {
  /** Of the log; the file need not exist. */
  readonly path: string;
  /** Versions of all programs that a cell's outcome may depend on. */
  readonly versions: Header["versions"];
  readonly runCell: RunCell;
  /** The content hash of a cell's scenario now. */
  readonly hashOf: (spec: CellSpec) => Promise<string>;
}

export interface CellJournal {
  /** Runs a cell and keeps it, or answers with the one that was kept. */
  readonly runCell: RunCell;
  /** The outcome that was kept of a cell. */
  readonly kept: (spec: CellSpec) => CellOutcome | undefined;
  /** Cells in the file. */
  readonly keptCount: number;
  close(): void;
}

/**
 * Throws `InputError` where the file is of another program or version, is damaged, or has cells of
 * a scenario that has changed.
 */
export async function openJournal({ path, versions, runCell, hashOf }: JournalParts): Promise<CellJournal> {
  const keptCells = keptIn(path, versions);
  await refuseChangedScenarios(path, keptCells.values(), hashOf);
  let log: AppendLog | null = null;

  const keep = (spec: CellSpec, outcome: CellOutcome) => {
    log ??= openLog(path);
    if (log.lengthBytes === 0) log.append(sealed({ format: CELLS_FORMAT, versions } satisfies Header));
    log.append(sealed({ spec, outcome } satisfies KeptCell));
    log.sync();
    keptCells.set(keyOf(spec), { spec, outcome });
  };
  const kept = (spec: CellSpec) => keptCells.get(keyOf(spec))?.outcome;
  return {
    async runCell(spec, hooks) {
      const known = kept(spec);
      if (known !== undefined) return known;
      const outcome = await runCell(spec, hooks);
      if (hooks.signal?.aborted !== true && outcome.result.ended !== "fault") keep(spec, outcome);
      return outcome;
    },
    kept,
    get keptCount() {
      return keptCells.size;
    },
    close: () => log?.close(),
  };
}

function keptIn(path: string, versions: Header["versions"]): Map<string, KeptCell> {
  const [header, ...lines] = readLog(path);
  const cells = new Map<string, KeptCell>();
  if (header === undefined) return cells;
  checkHeader(path, header, versions);
  for (const [index, line] of lines.entries()) {
    const where = `"${path}", line ${index + 2}`;
    // A seal that fits is of this format, and so is what it seals.
    const cell = unsealed(line, where) as unknown as KeptCell;
    if (cell.spec === undefined) throw new InputError(`${where} is no cell, but a second header.`);
    if (cells.has(keyOf(cell.spec)))
      throw new InputError(`${where} repeats a cell of a line before it; the log was changed from outside.`);
    cells.set(keyOf(cell.spec), cell);
  }
  return cells;
}

function checkHeader(path: string, line: unknown, versions: Header["versions"]): void {
  const where = `"${path}", line 1`;
  const { format } = objectIn(line, where);
  if (format !== CELLS_FORMAT)
    throw new InputError(
      `"${path}" is not the log of a comparison: its first line lacks the format "${CELLS_FORMAT}".`,
    );
  const header = unsealed(line, where) as unknown as Header;
  const told = (of: Header["versions"]) =>
    Object.entries(of)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ");
  if (told(header.versions) !== told(versions))
    throw new InputError(
      `The comparison in "${path}" was begun by ${told(header.versions)}, this is ${told(versions)}; ` +
        "name another folder with --out.",
    );
}

async function refuseChangedScenarios(
  path: string,
  cells: Iterable<KeptCell>,
  hashOf: JournalParts["hashOf"],
): Promise<void> {
  for (const { spec, outcome } of cells)
    if ((await hashOf(spec)) !== outcome.result.scenarioHash)
      throw new InputError(
        `Scenario "${spec.scenario}" has changed since its cells in "${path}" were kept; ` +
          "undo the change, or name another folder with --out.",
      );
}

function keyOf({ scenario, method, rootSeed, seedIndex, budget, objective, backend }: CellSpec): string {
  return JSON.stringify([scenario, method, rootSeed, seedIndex, budget, objective, backend]);
}
