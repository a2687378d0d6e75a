/** Ranks of a verified board, the same bytes each time, and the slow simulator's part. */
import { describe, expect, test } from "vitest";
import { readEntryFolder } from "../../../../results/leaderboard/entry/entry-file.ts";
import { verifyBoard } from "../../../../results/leaderboard/verify/board.ts";
import { verifyEntry } from "../../../../results/leaderboard/verify/entry.ts";
import { rowIn } from "../../../../results/leaderboard/verify/replay.ts";
import { verifySlowly } from "../../../../results/leaderboard/verify/slow.ts";
import { honest, judge, newFolder } from "../small-board.ts";

const board = newFolder();
for (const method of ["random", "heft", "single-device", "topo-blocks"]) await honest({ method }, board);
await honest({ method: "random", simulations: 40 }, board);
const verified = () => verifyBoard({ entries: board, bestKnown: null, sample: 3, judge });

describe("a verified board", () => {
  test("ranks the entries of a track and budget by score; equal scores share a rank", async () => {
    const { board: made } = await verified();
    const [{ groups }] = made.tracks;
    expect(groups.map(({ budget }) => budget.simulations)).toEqual([20, 40]);
    const rows = groups[0].rows.map(({ rank, entry, iqm, cells }) => [rank, entry.method, iqm.value, cells]);
    expect(rows.map(([rank]) => rank)).toEqual([1, 1, 3, 4]);
    expect(rows[0].slice(1)).toEqual(["random", 1, 4]);
    for (let i = 1; i < rows.length; i++) expect(rows[i][2]).toBeLessThanOrEqual(rows[i - 1][2] as number);
    const unfit = groups[0].rows.find(({ entry }) => entry.method === "single-device")!;
    expect(unfit).toMatchObject({ feasibleCells: 2, gaps: [null, expect.any(Number)] });
    expect(made.tracks[1].groups).toEqual([]);
  });

  test("is the same to the last byte when it is made again", async () => {
    expect(JSON.stringify((await verified()).board)).toBe(JSON.stringify((await verified()).board));
  });

  test("scores the top rows and the sample by the slow simulator too", async () => {
    // Two scenarios of the top row of each of two groups, and three others.
    expect(await verified()).toMatchObject({ cells: 20, slowly: 7 });
  });

  test("would be refused where the simulators disagree", async () => {
    const folder = readEntryFolder(`${board}/steps-heft-20-simulations`);
    await verifyEntry(folder, judge, (cell, plan, judged) => {
      expect(() => verifySlowly(plan!, cell.value, judged, "Here")).not.toThrow();
      expect(() => verifySlowly(plan!, cell.value! + 1e-3, judged, "Here")).toThrow(/by the slow simulator/);
      expect(() => verifySlowly(plan!, null, judged, "Here")).toThrow(/by the slow simulator/);
    });
  });
});

test("a row is a scenario and a seed", () => {
  expect(rowIn("nmt/test/2/4xP100#3")).toEqual({ scenario: "nmt/test/2/4xP100", seed: 3 });
  expect(rowIn("bert-base/4xK80?tokens=384")).toEqual({ scenario: "bert-base/4xK80?tokens=384", seed: 0 });
});
