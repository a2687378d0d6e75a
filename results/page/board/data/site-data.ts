/**
 * What the site shows, gathered once: tracks with their scenarios, and groups of ranked entries
 * with their cells. Of each scenario an entry keeps the plan of its best seed.
 */
import type { Budget } from "../../../../env/sim/evaluator/budget.ts";
import type { ObjectiveUnit } from "../../../../env/sim/evaluator/contract.ts";
import { objectiveSpecs } from "../../../../env/sim/objectives/evaluator.ts";
import type { BestKnown, Board, BoardRow, Entry, EntryCell, Track } from "../../../leaderboard/contract.ts";
import { budgetName } from "./budget-text.ts";
import { fileNames } from "./file-names.ts";

export interface SiteScenario {
  readonly uri: string;
  readonly hash: string;
  /** From the site's folder, without the ending. */
  readonly file: string;
  readonly unit: ObjectiveUnit;
  /** The simulator's, which scores and gaps of entries are against. */
  readonly bound: number;
  readonly boundArgument: string;
  readonly bestKnown: BestKnown | null;
}

export interface SiteRow {
  readonly row: BoardRow;
  /** Its method, or its id where another entry of the group has the same method. */
  readonly label: string;
  /** From the site's folder, without the ending. */
  readonly file: string;
  /** By scenario, then by seed. One seed of a scenario has its plan, the others none. */
  readonly cells: readonly (readonly EntryCell[])[];
}

export interface SiteGroup {
  /** An id that the site uses nowhere else. */
  readonly id: string;
  readonly budget: Budget;
  readonly rows: readonly SiteRow[];
}

export interface SiteTrack {
  readonly track: Track;
  readonly scenarios: readonly SiteScenario[];
  readonly groups: readonly SiteGroup[];
}

/** Cells of an entry by scenario in the track's order, then by seed. */
export type CellsOf = (entry: Entry) => readonly EntryCell[] | Promise<readonly EntryCell[]>;

export async function siteTracks(board: Board, cellsOf: CellsOf): Promise<readonly SiteTrack[]> {
  const tracks: SiteTrack[] = [];
  const folders = fileNames(board.tracks.map(({ track }) => track.id));
  const entries = board.tracks.flatMap(({ groups }) => groups.flatMap(({ rows }) => rows));
  const entryFiles = fileNames(entries.map(({ entry }) => entry.id));
  for (const { track, groups, bestKnown } of board.tracks) {
    const folder = folders.get(track.id)!;
    const shown: SiteGroup[] = [];
    for (const { budget, rows } of groups) {
      const siteRows: SiteRow[] = [];
      for (const row of rows) {
        const cells = cellsByScenario(track, await cellsOf(row.entry));
        const file = `entries/${entryFiles.get(row.entry.id)}`;
        siteRows.push({ row, label: labelOf(row, rows), file, cells });
      }
      shown.push({ id: `${folder}-${budgetName(budget)}`, budget, rows: siteRows });
    }
    const files = fileNames(track.scenarios.map(([uri]) => uri));
    const scenarios = track.scenarios.map(([uri, hash], s) => ({
      uri,
      hash,
      file: `tracks/${folder}/${files.get(uri)}`,
      bestKnown: bestKnown[s],
      unit: objectiveSpecs[track.objective].unit,
      ...boundOf(shown.flatMap(({ rows }) => rows.flatMap(({ cells }) => cells[s]))[0], bestKnown[s]),
    }));
    tracks.push({ track, scenarios, groups: shown });
  }
  return tracks;
}

function labelOf({ entry }: BoardRow, rows: readonly BoardRow[]): string {
  const isAlone = rows.every((row) => row.entry === entry || row.entry.method !== entry.method);
  return isAlone ? entry.method : entry.id;
}

/** Plans but those of the best seeds are let go, because they are most of the bytes. */
function cellsByScenario({ scenarios }: Track, cells: readonly EntryCell[]): EntryCell[][] {
  const own = new Map<string, EntryCell[]>(scenarios.map(([uri]) => [uri, []]));
  for (const cell of cells) own.get(cell.scenario)?.push(cell);
  return [...own.values()].map((seeds) => {
    const best = bestSeed(seeds);
    return seeds.map((cell) => (cell === best ? cell : { ...cell, plan: null }));
  });
}

/** The lowest value; where no seed fits, the first plan. */
function bestSeed(seeds: readonly EntryCell[]): EntryCell | null {
  const planned = seeds.filter(({ plan }) => plan !== null);
  const valueOrWorst = ({ value }: EntryCell) => value ?? Number.POSITIVE_INFINITY;
  return planned.reduce<EntryCell | null>(
    (best, next) => (best === null || valueOrWorst(next) < valueOrWorst(best) ? next : best),
    null,
  );
}

/** All cells of a scenario have the same; without one the best known plan brings a bound. */
function boundOf(cell: EntryCell | undefined, known: BestKnown | null) {
  const { bound = 0, boundArgument = "none" } = cell ?? known ?? {};
  return { bound, boundArgument };
}
