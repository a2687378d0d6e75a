/**
 * Makes entries from the cells of an evaluation: one for each method and budget class. What is made
 * is verified like a stranger's before anything is written.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseSpec } from "../../../agents/registry/spec.ts";
import { gapOf } from "../../../env/sim/evaluator/contract.ts";
import type { CellResult } from "../../cells/cell.ts";
import { writeAtomically } from "../../files/atomic.ts";
import { sealed } from "../../files/sealed.ts";
import { interquartileMeanInterval } from "../../statistics/averages.ts";
import { scoreOf } from "../../statistics/scores.ts";
import { ENTRY_FORMAT, type Entry, type EntryCell, type Track } from "../contract.ts";
import { deflated } from "../untrusted/inflate.ts";
import type { Judge } from "../verify/judge.ts";
import { CELLS, ENTRY, type EntryFolder, POLICY, sha256 } from "./entry-file.ts";
import { entryId } from "./entry-id.ts";
import { packed, ranked } from "./packed-plan.ts";

/** What all cells of an entry have in common. */
export type EntryHead = Omit<
  Entry,
  "format" | "id" | "board" | "cellsSha256" | "iqm" | "methodName" | "kind" | "backend"
>;

export interface EntryParts {
  readonly head: EntryHead;
  readonly track: Track;
  /** By scenario in the track's order, then by seed. */
  readonly cells: readonly CellResult[];
  readonly policy: Uint8Array | null;
  /** Folder of entries, in which the entry gets its own. */
  readonly folder: string;
}

export async function makeEntry(
  { head, track, cells, policy, folder }: EntryParts,
  judge: Judge,
): Promise<EntryFolder> {
  const lines: string[] = [];
  const scores: number[][] = track.scenarios.map(() => []);
  for (const cell of cells) {
    const index = track.scenarios.findIndex(([uri]) => uri === cell.scenario);
    const { bound } = await judge.judged(track, Math.max(0, index));
    lines.push(JSON.stringify(lineOf(cell, bound)));
    scores[Math.max(0, index)].push(scoreOf(cell.value, bound.value));
  }
  const [{ methodName, kind, backend }] = cells;
  const id = entryId(head);
  const entry: Entry = {
    format: ENTRY_FORMAT,
    id,
    board: "board-v1",
    ...head,
    methodName,
    kind,
    backend,
    cellsSha256: sha256(textOf(lines)),
    iqm: interquartileMeanInterval(scores).value,
  };
  return { path: join(folder, id), entry, lines, policy };
}

/** What was at the path is replaced, file by file. */
export function writeEntry({ path, entry, lines, policy }: EntryFolder): void {
  mkdirSync(path, { recursive: true });
  writeAtomically(join(path, CELLS), deflated(textOf(lines)));
  if (policy !== null) writeAtomically(join(path, POLICY), policy);
  writeAtomically(join(path, ENTRY), `${JSON.stringify(sealed(entry), null, 1)}\n`);
}

/** The method as an entry names it: its policy is the file beside, not a path of the author. */
export function methodOf(spec: string): string {
  const { target, policy } = parseSpec(spec);
  const options = spec.includes("?") ? spec.slice(spec.indexOf("?")) : "";
  return policy === null ? spec : `${target}@${POLICY}${options}`;
}

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

/** A cell with what can be verified, its plan packed. */
export function lineOf(
  cell: CellResult,
  bound: { readonly value: number; readonly argument: string },
): EntryCell {
  const { scenario, scenarioHash, seedIndex, value, feasible, evaluations, simulations } = cell;
  return {
    scenario,
    scenarioHash,
    seedIndex,
    value,
    feasible,
    bound: bound.value,
    boundArgument: bound.argument,
    gap: gapOf(value, bound.value),
    evaluations,
    simulations,
    bestEvaluation: cell.bestEvaluation,
    bestSimulation: cell.bestSimulation,
    plan: cell.plan === null ? null : packed(ranked(cell.plan)),
    curve: cell.curve,
    failure: cell.failure,
    ended: cell.ended,
  };
}
