/**
 * Whether an entry is true: complete, in order, within its budget, and each cell as its plan says.
 * The fast simulator scores every plan. Loads no TensorFlow.
 */

import { methods } from "../../../agents/registry/registry.ts";
import { parseSpec } from "../../../agents/registry/spec.ts";
import { InputError } from "../../../env/model/errors.ts";
import type { Plan } from "../../../env/model/plan/plan.ts";
import { interquartileMeanInterval } from "../../statistics/averages.ts";
import type { ScoreTable } from "../../statistics/contract.ts";
import { scoreOf } from "../../statistics/scores.ts";
import type { Entry, EntryCell, Track } from "../contract.ts";
import { cellIn, type EntryFolder } from "../entry/entry-file.ts";
import { entryId } from "../entry/entry-id.ts";
import { budgetText, classOf } from "../tracks/tracks.ts";
import { isTrainedOnTest } from "../tracks/trained-on.ts";
import { verifyCell } from "./cell.ts";
import type { Judge, Judged } from "./judge.ts";

export interface VerifiedEntry {
  readonly folder: EntryFolder;
  readonly track: Track;
  readonly isTrainedOnTest: boolean;
  /** By scenario in the track's order, then by seed. */
  readonly scores: ScoreTable;
  readonly gaps: readonly (readonly (number | null)[])[];
}

/** Told each cell that is true, with its plan. */
export type OnCell = (cell: EntryCell, plan: Plan | null, judged: Judged) => void;

/** Throws one `InputError` sentence at the first thing that is not true. */
export async function verifyEntry(
  folder: EntryFolder,
  judge: Judge,
  onCell?: OnCell,
): Promise<VerifiedEntry> {
  const { entry, lines, path } = folder;
  const where = `"${path}"`;
  const track = judge.track(entry.track);
  const onTest = verifyHead(entry, track, where);
  const scores: number[][] = [];
  const gaps: (number | null)[][] = [];
  for (const scenario of track.scenarios.keys()) {
    const judged = await judge.judged(track, scenario);
    const cells = Array.from({ length: entry.seeds }, (_, seed) =>
      cellAt(lines, scenario * entry.seeds + seed, { judged, seed, entry, track, where }),
    );
    for (const [seed, cell] of cells.entries()) {
      const own = `${where}, "${judged.uri}", seed ${seed}`;
      const plan = verifyCell(cell, { judged, track, budget: entry.budget, where: own });
      onCell?.(cell, plan, judged);
    }
    scores.push(cells.map(({ value }) => scoreOf(value, judged.bound.value)));
    gaps.push(cells.map(({ gap }) => gap));
  }
  const expected = track.scenarios.length * entry.seeds;
  if (lines.length > expected)
    throw new InputError(
      `${where} has ${lines.length} cells, expected ${expected}: the last ones are too many.`,
    );
  verifyScore(entry, scores, where);
  return { folder, track, isTrainedOnTest: onTest, scores, gaps };
}

/** Whether it is trained on scenarios of the track. */
function verifyHead(entry: Entry, track: Track, where: string): boolean {
  if (classOf(track, entry.budget) === null)
    throw new InputError(
      `${where}: the budget is ${budgetText(entry.budget)}, expected a class of the track "${track.id}": ` +
        `${track.budgets.map(budgetText).join(", ")}.`,
    );
  if (entry.seeds !== track.seeds)
    throw new InputError(`${where} has ${entry.seeds} seeds, expected the ${track.seeds} of the track.`);
  if (entry.id !== entryId(entry))
    throw new InputError(
      `${where}: the id is "${entry.id}", expected "${entryId(entry)}" for what it holds.`,
    );
  verifyMethod(entry, where);
  return isTrainedOnTest(track, entry.trainedOn);
}

function verifyMethod({ method, kind, policySha256, trainedOn }: Entry, where: string): void {
  const { target, isPath, policy } = parseSpec(method);
  const known = methods.find(({ card }) => card.id === target);
  if (known === undefined && !isPath)
    throw new InputError(`${where}: method "${target}" is neither one of this package nor a file.`);
  if (known !== undefined && known.kind !== kind)
    throw new InputError(`${where} says that "${target}" is a ${kind}, but it is a ${known.kind}.`);
  if ((policy === null) !== (policySha256 === null))
    throw new InputError(
      policy === null
        ? `${where} has the hash of a policy, but its method "${method}" begins with none.`
        : `${where}: method "${method}" begins with a policy, but its hash is missing.`,
    );
  const learned = policy !== null || known?.card.weights !== undefined;
  if (learned && trainedOn.length === 0)
    throw new InputError(
      `${where}: "${method}" begins with what it has learned, but trainedOn declares nothing.`,
    );
}

interface Place {
  readonly judged: Judged;
  readonly seed: number;
  readonly entry: Entry;
  readonly track: Track;
  readonly where: string;
}

/** The cell that belongs at a place of the file. */
function cellAt(lines: readonly string[], index: number, place: Place): EntryCell {
  const { judged, seed, where } = place;
  if (index >= lines.length)
    throw new InputError(
      `${where} ends after ${lines.length} cells: seed ${seed} of "${judged.uri}" is missing.`,
    );
  const cell = cellIn(lines[index], `${where}, cell ${index + 1}`);
  if (cell.scenario !== judged.uri || cell.seedIndex !== seed)
    throw new InputError(`${where}, cell ${index + 1}: ${misplaced(cell, place)}.`);
  if (cell.scenarioHash !== judged.hash)
    throw new InputError(
      `${where}, cell ${index + 1} is of a scenario with the hash ${cell.scenarioHash}, but "${judged.uri}" has ${judged.hash}.`,
    );
  return cell;
}

/** What is wrong with a cell that is not the one of its place. */
function misplaced({ scenario, seedIndex }: EntryCell, { judged, seed, entry, track }: Place): string {
  const at = track.scenarios.findIndex(([uri]) => uri === scenario);
  const own = track.scenarios.findIndex(([uri]) => uri === judged.uri);
  if (at === -1) return `"${scenario}" is no scenario of the track "${track.id}"`;
  if (seedIndex >= entry.seeds)
    return `seed ${seedIndex} of "${scenario}" is one too many, expected ${entry.seeds}`;
  if (at < own || (at === own && seedIndex < seed))
    return `seed ${seedIndex} of "${scenario}" is there twice`;
  return `seed ${seed} of "${judged.uri}" is missing or out of order, seed ${seedIndex} of "${scenario}" is in its place`;
}

function verifyScore({ iqm }: Entry, scores: ScoreTable, where: string): void {
  const { value } = interquartileMeanInterval(scores);
  if (iqm !== value) throw new InputError(`${where} claims the score ${iqm}, but its cells have ${value}.`);
}
