/**
 * Writes the cells of a comparison to a log as they finish. They survive a kill, a failing method
 * and a power cut, and they stay when the comparison is complete, so that it can be extended.
 *
 * `cells.jsonl`: a line with the format and the versions, then a line for each cell, all sealed. A
 * cell is kept by its content (`cell-content.ts`) and answers every cell of the same content,
 * however its scenario and method are spelled there. Where a name now has another content, the log
 * is refused. Cells that a fault or an interrupt ended are not kept. Nothing is written before the
 * first cell has finished.
 */
import { InputError } from "../../env/model/errors.ts";
import { type AppendLog, openLog, readLog } from "../files/append-log.ts";
import { objectIn, sealed, unsealed } from "../files/sealed.ts";
import type { CellHooks, CellOutcome, CellSpec, RunCell } from "./cell.ts";
import type { CellContents } from "./cell-content.ts";

export const CELLS_FORMAT = "placement-gym/cells@5";

interface Header {
  readonly format: string;
  readonly versions: Readonly<Record<string, string>>;
}

export interface KeptCell {
  /** Digest of all that the outcome depends on. */
  readonly key: string;
  readonly spec: CellSpec;
  readonly outcome: CellOutcome;
}

/** A cell with the folder that it was found in. */
export interface FoundCell {
  readonly cell: KeptCell;
  readonly path: string;
}

export interface JournalParts {
  /** Of the log; the file need not exist. */
  readonly path: string;
  /** Versions of all programs that a cell's outcome may depend on. */
  readonly versions: Header["versions"];
  readonly runCell: RunCell;
  /** Of all scenarios and methods that cells will be asked of. */
  readonly contents: Pick<CellContents, "keyOf" | "scenarioHash">;
}

export interface CellJournal {
  /** Runs a cell and keeps it, or answers with the one that was kept. */
  readonly runCell: RunCell;
  /** The outcome that was kept of a cell. */
  readonly kept: (spec: CellSpec) => CellOutcome | undefined;
  /** Cells in the file. */
  readonly keptCount: number;
  /**
   * Keeps cells of another log, those that are kept already left out. Throws `InputError` for one
   * of a scenario or a method that has changed.
   */
  adopt(found: readonly FoundCell[]): void;
  close(): void;
}

/**
 * Throws `InputError` where the file is of another program or version, is damaged, or has cells of
 * a scenario or a method that has changed.
 */
export async function openJournal({ path, versions, runCell, contents }: JournalParts): Promise<CellJournal> {
  const keptCells = keptIn(path, versions);
  for (const cell of keptCells.values()) refuseChanged(path, cell, contents);
  const running = new Map<string, Promise<CellOutcome>>();
  let log: AppendLog | null = null;

  const keyOf = (spec: CellSpec): string => {
    const key = contents.keyOf(spec);
    if (key === null) throw new Error(`"${spec.method}" on "${spec.scenario}" is unknown to "${path}".`);
    return key;
  };
  const keep = (...cells: readonly KeptCell[]) => {
    log ??= openLog(path);
    if (log.lengthBytes === 0) log.append(sealed({ format: CELLS_FORMAT, versions } satisfies Header));
    for (const cell of cells) log.append(sealed(cell));
    log.sync();
    for (const cell of cells) keptCells.set(cell.key, cell);
  };
  const runAndKeep = async (key: string, spec: CellSpec, hooks: CellHooks): Promise<CellOutcome> => {
    const outcome = await runCell(spec, hooks);
    if (hooks.signal?.aborted !== true && outcome.result.ended !== "fault") keep({ key, spec, outcome });
    return outcome;
  };
  const kept = (spec: CellSpec) => {
    const cell = keptCells.get(keyOf(spec));
    return cell === undefined ? undefined : spelled(cell.outcome, spec);
  };
  return {
    async runCell(spec, hooks) {
      const known = kept(spec);
      if (known !== undefined) return known;
      const key = keyOf(spec);
      const outcome = running.get(key) ?? runAndKeep(key, spec, hooks);
      running.set(key, outcome);
      try {
        return spelled(await outcome, spec);
      } finally {
        running.delete(key);
      }
    },
    kept,
    get keptCount() {
      return keptCells.size;
    },
    adopt(found) {
      for (const { cell, path: from } of found) refuseChanged(from, cell, contents);
      const strange = found.map(({ cell }) => cell).filter(({ key }) => !keptCells.has(key));
      if (strange.length > 0) keep(...strange);
    },
    close: () => log?.close(),
  };
}

/** The outcome under the names that it is asked for by. */
function spelled({ result, times }: CellOutcome, { scenario, method }: CellSpec): CellOutcome {
  return { result: { ...result, scenario, method }, times };
}

/** The cells of a log by their keys. Throws `InputError` where it is damaged or does not fit. */
export function keptIn(path: string, versions: Header["versions"]): Map<string, KeptCell> {
  const [header, ...lines] = readLog(path);
  const cells = new Map<string, KeptCell>();
  if (header === undefined) return cells;
  checkHeader(path, header, versions);
  for (const [index, line] of lines.entries()) {
    const where = `"${path}", line ${index + 2}`;
    // A seal that fits is of this format, and so is what it seals.
    const cell = unsealed(line, where) as unknown as KeptCell;
    if (cell.key === undefined) throw new InputError(`${where} is no cell, but a second header.`);
    if (cells.has(cell.key))
      throw new InputError(`${where} repeats a cell of a line before it; the log was changed from outside.`);
    cells.set(cell.key, cell);
  }
  return cells;
}

function checkHeader(path: string, line: unknown, versions: Header["versions"]): void {
  const where = `"${path}", line 1`;
  const { format } = objectIn(line, where);
  if (format !== CELLS_FORMAT)
    throw new InputError(
      `"${path}" is not a log of cells: its first line lacks the format "${CELLS_FORMAT}".`,
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

/** What a cell was made from has the same content now, where its names are asked for. */
function refuseChanged(
  path: string,
  { key, spec, outcome }: KeptCell,
  contents: JournalParts["contents"],
): void {
  const now = contents.keyOf(spec);
  if (now === null || now === key) return;
  const isScenario = contents.scenarioHash(spec.scenario) !== outcome.result.scenarioHash;
  const what = isScenario ? `Scenario "${spec.scenario}"` : `Method "${spec.method}"`;
  throw new InputError(
    `${what} has changed since its cells in "${path}" were kept; undo the change, or name another folder with --out.`,
  );
}
