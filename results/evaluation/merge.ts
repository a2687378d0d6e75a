/**
 * Unites the folders of one evaluation that several machines ran. Cells are named by their content,
 * so folders may overlap, repeat each other and hold what a crash left. The merged folder has the
 * bytes of one undisturbed run, clock readings apart, in whichever order folders are named.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../env/model/errors.ts";
import type { CellSpec } from "../cells/cell.ts";
import { type FoundCell, type KeptCell, keptIn } from "../cells/journal.ts";
import { CELLS } from "../report/kept-cells.ts";
import { RUN, type RunDescription, refuseOther } from "../training/run-description.ts";
import type { EvaluationRequest } from "./contract.ts";
import { type Evaluated, evaluate, evaluationCells } from "./evaluate.ts";
import { askedIn, type EvaluationFolder, type EvaluationParts, openEvaluation } from "./evaluation-folder.ts";

export interface MergeParts extends Pick<EvaluationParts, "versions" | "inputsOf"> {
  /** Of folders that hold the evaluation, or a part of it. */
  readonly paths: readonly string[];
  /** Of the merged folder, which may hold a part of it already. */
  readonly out: string;
}

export interface Merged {
  readonly folder: EvaluationFolder;
  readonly evaluated: Evaluated;
  /** Cells that no folder has, in the order of the report. */
  readonly missing: readonly CellSpec[];
}

/**
 * Opens the merged folder with all cells in it; the caller writes the report and closes. Throws
 * `InputError` where folders are of different requests, files or versions, where one is damaged,
 * and where two hold different results of one cell.
 */
export async function openMerged({ paths, out, versions, inputsOf }: MergeParts): Promise<Merged> {
  const request = requestOfAll(paths, out, versions);
  const found = united(existsSync(join(out, RUN)) ? [out, ...paths] : paths, versions);
  const folder = await openEvaluation({ path: out, request, versions, inputsOf });
  try {
    refuseOtherInputs(paths, folder, versions);
    folder.adopt(inOrder(found, request));
    return { folder, ...(await reported(folder)) };
  } catch (error) {
    folder.close();
    throw error;
  }
}

/** What all folders were asked alike. */
function requestOfAll(
  paths: readonly string[],
  out: string,
  versions: MergeParts["versions"],
): EvaluationRequest {
  const [first, ...others] = existsSync(join(out, RUN)) ? [...paths, out] : paths;
  const asked = askedIn(first);
  refuseOtherVersions(first, asked.description, versions);
  for (const path of others) {
    const { request, description } = askedIn(path);
    refuseOtherVersions(path, description, versions);
    const field = fields.find((name) => !isSame(asked.request[name], request[name]));
    if (field !== undefined)
      throw new InputError(
        `"${first}" and "${path}" hold evaluations with different ${field}; merge parts of one evaluation.`,
      );
  }
  return asked.request;
}

const fields = [
  "scenarios",
  "methods",
  "seeds",
  "seed",
  "budgets",
  "objective",
  "backend",
  "track",
  "trainedOn",
] as const satisfies readonly (keyof EvaluationRequest)[];

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function refuseOtherVersions(
  path: string,
  description: RunDescription,
  versions: MergeParts["versions"],
): void {
  for (const [name, version] of Object.entries(versions))
    if (description.versions[name] !== version)
      throw new InputError(
        `"${path}" was run by ${name} ${description.versions[name] ?? "of no version"}, this is ` +
          `${name} ${version}; merge with the version that ran it.`,
      );
}

/** Files and options of the user's methods are those of all folders. */
function refuseOtherInputs(
  paths: readonly string[],
  { inputs }: EvaluationFolder,
  versions: MergeParts["versions"],
): void {
  for (const path of paths) refuseOther(path, askedIn(path).description, { ...inputs, versions });
}

/**
 * All cells, each once. Of one that a clock ended somewhere, any result may stay, but always the
 * same.
 */
function united(paths: readonly string[], versions: MergeParts["versions"]): FoundCell[] {
  const found = new Map<string, FoundCell>();
  for (const path of paths)
    for (const cell of keptIn(join(path, CELLS), versions).values()) {
      const before = found.get(cell.key);
      if (before !== undefined) refuseContradiction(before, { cell, path });
      if (before === undefined || isBetter(cell, before.cell)) found.set(cell.key, { cell, path });
    }
  return [...found.values()];
}

function refuseContradiction(before: FoundCell, { cell, path }: FoundCell): void {
  if (resultText(before.cell) === resultText(cell) || isClocked(before.cell) || isClocked(cell)) return;
  const { method, scenario, seedIndex } = cell.spec;
  throw new InputError(
    `"${before.path}" and "${path}" hold different results of "${method}" on "${scenario}", ` +
      `seed ${seedIndex}; run it again in a new folder, and leave out the one that is wrong.`,
  );
}

/** One that no clock ended, then the smaller text. */
const isBetter = (cell: KeptCell, than: KeptCell): boolean =>
  isClocked(cell) === isClocked(than) ? resultText(cell) < resultText(than) : isClocked(than);

/** Without the names by which a cell was asked for, which do not count. */
const resultText = ({ outcome: { result } }: KeptCell): string =>
  JSON.stringify({ ...result, scenario: null, method: null });

const isClocked = ({ outcome: { result } }: KeptCell): boolean => result.ended === "clock";

/** In the order of the report, so that the order of folders does not show. */
function inOrder(found: readonly FoundCell[], request: EvaluationRequest): FoundCell[] {
  const places = new Map(evaluationCells(request).map((cell, place) => [nameOf(cell), place]));
  const placeOf = ({ cell }: FoundCell) => places.get(nameOf(cell.spec)) ?? places.size;
  return [...found].sort((a, b) => placeOf(a) - placeOf(b) || (a.cell.key < b.cell.key ? -1 : 1));
}

const nameOf = ({ scenario, method, seedIndex, budget }: CellSpec): string =>
  JSON.stringify([scenario, method, seedIndex, budget]);

/** The report of what is kept; no cell runs. */
async function reported(folder: EvaluationFolder): Promise<Omit<Merged, "folder">> {
  const clock = () => 0;
  const hooks = {
    runCell: folder.keeping(neverRun),
    kept: folder.kept,
    clock,
    cpuClock: clock,
    signal: AbortSignal.abort(),
  };
  const { report, times } = await evaluate(folder.request, hooks, (cells) => cells);
  const seconds = times.cells.reduce((sum, cell) => sum + cell.seconds, 0);
  const missing = evaluationCells(folder.request).filter((cell) => folder.kept(cell) === undefined);
  return { evaluated: { report, times: { ...times, seconds } }, missing };
}

const neverRun = async (): Promise<never> => {
  throw new Error("A merge was asked to run a cell.");
};
