/**
 * Writes the cells of a comparison to a log as they finish. They survive a kill, a failing method
 * and a power cut. The same comparison in the same folder then runs only the cells that it lacks.
 *
 * `cells.jsonl`: a line with the format and the versions, then a line for each cell. A kept cell
 * answers a cell of the same request where the scenario has the same content. Cells of a method
 * from a file always run again, because the file may have changed. So do those that begin with the
 * policy of a run. Cells that an interrupt ended are not kept. Nothing is written before the first
 * cell has finished.
 */
import { parseSpec } from "../../agents/registry/spec.ts";
import { InputError } from "../../env/model/errors.ts";
import { type AppendLog, openLog, readLog } from "../files/append-log.ts";
import type { CellOutcome, CellSpec, RunCell } from "./cell.ts";

export const CELLS_FORMAT = "placement-gym/cells@2";

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
  /** Cells in the file. */
  readonly keptCount: number;
  close(): void;
}

/** Throws `InputError` where the file is of another program or version. */
export function openJournal({ path, versions, runCell, hashOf }: JournalParts): CellJournal {
  const keptCells = keptIn(path, versions);
  let log: AppendLog | null = null;

  const keep = (spec: CellSpec, outcome: CellOutcome) => {
    log ??= openLog(path);
    if (log.lengthBytes === 0) log.append({ format: CELLS_FORMAT, versions } satisfies Header);
    log.append({ spec, outcome } satisfies KeptCell);
    log.sync();
    keptCells.set(keyOf(spec), outcome);
  };
  return {
    async runCell(spec, hooks) {
      const kept = keptCells.get(keyOf(spec));
      const { isPath, policy } = parseSpec(spec.method);
      const mayAnswer = kept !== undefined && !isPath && policy === null;
      if (mayAnswer && kept.result.scenarioHash === (await hashOf(spec))) return kept;
      const outcome = await runCell(spec, hooks);
      if (hooks.signal?.aborted !== true) keep(spec, outcome);
      return outcome;
    },
    get keptCount() {
      return keptCells.size;
    },
    close: () => log?.close(),
  };
}

/** Outcomes by request. The later one counts where a cell was kept twice. */
function keptIn(path: string, versions: Header["versions"]): Map<string, CellOutcome> {
  const [header, ...cells] = readLog(path) as [Header | undefined, ...KeptCell[]];
  if (header === undefined) return new Map();
  if (header.format !== CELLS_FORMAT)
    throw new InputError(
      `"${path}" is not the log of a comparison: its first line lacks the format "${CELLS_FORMAT}".`,
    );
  const told = (of: Header["versions"]) =>
    Object.entries(of)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ");
  if (told(header.versions) !== told(versions))
    throw new InputError(
      `The comparison in "${path}" was begun by ${told(header.versions)}, this is ${told(versions)}; ` +
        "name another folder with --out.",
    );
  return new Map(cells.map(({ spec, outcome }) => [keyOf(spec), outcome]));
}

function keyOf({ scenario, method, rootSeed, seedIndex, budget, objective, backend }: CellSpec): string {
  return JSON.stringify([scenario, method, rootSeed, seedIndex, budget, objective, backend]);
}
