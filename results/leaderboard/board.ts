/**
 * The board of verified entries: ranked within each track and budget class by the interquartile
 * mean of the scores. Equal scores share a rank. Entries and files alone decide it, so two builds
 * give the same bytes.
 */
import { interquartileMeanInterval, mean } from "../statistics/averages.ts";
import type { BestKnown, Board, BoardRow, Track } from "./contract.ts";
import { budgetKey } from "./tracks/tracks.ts";
import type { VerifiedEntry } from "./verify/entry.ts";

/** `bestKnown` gives the plan of a scenario of a track. */
export function boardOf(
  entries: readonly VerifiedEntry[],
  bestKnown: (track: Track, uri: string) => BestKnown | null,
  tracks: readonly Track[],
): Board {
  return {
    name: "board-v1",
    tracks: tracks.map((track) => ({
      track,
      groups: track.budgets.flatMap((budget) => {
        const own = entries.filter(
          ({ folder: { entry } }) =>
            entry.track === track.id && budgetKey(entry.budget) === budgetKey(budget),
        );
        return own.length === 0 ? [] : [{ budget, rows: rankedRows(own) }];
      }),
      bestKnown: track.scenarios.map(([uri]) => bestKnown(track, uri)),
    })),
  };
}

/** Pre: of one track and budget. */
export function rankedRows(entries: readonly VerifiedEntry[]): BoardRow[] {
  const rows = entries
    .map(rowOf)
    .sort((a, b) => b.iqm.value - a.iqm.value || (a.entry.id < b.entry.id ? -1 : 1));
  return rows.map((row) => ({
    ...row,
    rank: 1 + rows.filter(({ iqm }) => iqm.value > row.iqm.value).length,
  }));
}

function rowOf({ folder, isTrainedOnTest, scores, gaps }: VerifiedEntry): Omit<BoardRow, "rank"> {
  const known = gaps.flat().filter((gap) => gap !== null);
  const cells = scores.flat();
  return {
    entry: folder.entry,
    isTrainedOnTest,
    iqm: interquartileMeanInterval(scores),
    meanGap: known.length === 0 ? null : mean(known),
    feasibleCells: cells.filter((score) => score > 0).length,
    cells: cells.length,
    gaps: gaps.map((seeds) => (seeds.includes(null) ? null : mean(seeds as number[]))),
  };
}
