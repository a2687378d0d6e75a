/**
 * `leaderboard build`: the site of a board, from verified entries alone, and a picture of its top
 * rows.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../../../../results/files/atomic.ts";
import { cellIn } from "../../../../results/leaderboard/entry/entry-file.ts";
import { verifyBoard } from "../../../../results/leaderboard/verify/board.ts";
import { createJudge } from "../../../../results/leaderboard/verify/judge.ts";
import { boardPicture } from "../../../../results/page/board/picture.ts";
import { writeSite } from "../../../../results/page/board/site.ts";
import { writeOutput } from "../../../files.ts";
import { EXIT, type Terminal } from "../../../terminal/terminal.ts";
import { type FolderValues, foldersOf } from "./folders.ts";

export interface BuildValues extends FolderValues {
  readonly sample: number;
  readonly track?: string;
  readonly picture?: string;
}

/** A picture without a folder leaves the site alone. */
export async function build(
  path: string | undefined,
  values: BuildValues,
  terminal: Terminal,
): Promise<number> {
  const { entries, bestKnown } = foldersOf(values);
  const judge = createJudge();
  const verified = await verifyBoard({
    entries,
    bestKnown: existsSync(bestKnown) ? bestKnown : null,
    sample: values.sample,
    judge,
    onEntry: (id, number, count) => terminal.note(`${number} of ${count}: ${id}`),
  });
  const { board } = verified;
  if (values.picture !== undefined)
    writeOutput(values.picture, boardPicture(board, values.track ?? null), terminal);
  if (path === undefined && values.picture !== undefined) return EXIT.done;
  const folder = path ?? "board";
  const linesOf = new Map(verified.entries.map(({ folder: own }) => [own.entry.id, own.lines]));
  await writeSite({
    board,
    cellsOf: ({ id }) => linesOf.get(id)!.map((line, i) => cellIn(line, `Cell ${i + 1} of "${id}"`)),
    scenarioOf: async (track, index) => (await judge.judged(track, index)).scenario,
    path: folder,
  });
  writeAtomically(join(folder, "board.json"), `${JSON.stringify(board)}\n`);
  terminal.write(`Wrote ${join(folder, "index.html")}\n`);
  return EXIT.done;
}
