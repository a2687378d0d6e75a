import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { boardOf as rankedBoard } from "../../../../results/leaderboard/board.ts";
import {
  cellIn,
  type EntryFolder,
  readEntryFolder,
} from "../../../../results/leaderboard/entry/entry-file.ts";
import { tracks } from "../../../../results/leaderboard/tracks/tracks.ts";
import type { VerifiedEntry } from "../../../../results/leaderboard/verify/entry.ts";
import { boardPicture } from "../../../../results/page/board/picture.ts";
import { scoreText } from "../../../../results/page/board/ranked-table.ts";
import { scoreOf } from "../../../../results/statistics/scores.ts";
import { fixtureSite } from "./site-fixture.ts";

const committed = fileURLToPath(new URL("../../../../docs/leaderboard.svg", import.meta.url));

describe("the picture of a board", () => {
  const { board } = fixtureSite();

  test("shows the rows of the largest budget with their scores, under a title that names both", () => {
    const svg = boardPicture(board);
    const { rows } = board.tracks[0].groups[1];
    expect(svg).toContain(">Track makespan at 1,000 simulations</text>");
    const numbers = [...svg.matchAll(/<text class="number"[^>]*>([^<]*)</g)].map(([, text]) => text);
    expect(numbers).toEqual(rows.map(({ iqm }) => scoreText(iqm.value)));
    expect(svg).not.toMatch(/NaN|undefined|<img|<script/);
    expect(boardPicture(board)).toBe(svg);
  });

  test("is of the track that is asked for, and refuses one without entries", () => {
    expect(boardPicture(board, "max-load")).toContain(">Track max-load at 100 simulations</text>");
    expect(() => boardPicture(board, "latency")).toThrow(
      'The board has no entries in the track "latency", so there is no picture.',
    );
  });
});

test.skipIf(!existsSync(committed))("the committed picture is that of the committed entries", () => {
  const folder = fileURLToPath(new URL("../../../../results/leaderboard/board-v1/", import.meta.url));
  const entries = readdirSync(folder).map((id) => claimed(readEntryFolder(join(folder, id))));
  expect(boardPicture(rankedBoard(entries, () => null, tracks))).toBe(readFileSync(committed, "utf8"));
});

/** What the cells of an entry say; `leaderboard verify` holds them to it. */
function claimed(folder: EntryFolder): VerifiedEntry {
  const track = tracks.find(({ id }) => id === folder.entry.track)!;
  const cells = folder.lines.map((line, i) => cellIn(line, `cell ${i}`));
  const seeds = track.scenarios.map(([uri]) => cells.filter(({ scenario }) => scenario === uri));
  return {
    folder,
    track,
    isTrainedOnTest: false,
    scores: seeds.map((own) => own.map(({ value, bound }) => scoreOf(value, bound))),
    gaps: seeds.map((own) => own.map(({ gap }) => gap)),
  };
}
