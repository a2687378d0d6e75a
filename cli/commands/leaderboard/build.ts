/** `leaderboard build`: the site of a board, from verified entries alone. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../../../results/files/atomic.ts";
import type { Board } from "../../../results/leaderboard/contract.ts";
import { verifyBoard } from "../../../results/leaderboard/verify/board.ts";
import { EXIT, type Terminal } from "../../terminal/terminal.ts";
import { type FolderValues, foldersOf } from "./folders.ts";

export interface BuildValues extends FolderValues {
  readonly sample: number;
}

export async function build(
  path: string | undefined,
  values: BuildValues,
  terminal: Terminal,
): Promise<number> {
  const { entries, bestKnown } = foldersOf(values);
  const { board } = await verifyBoard({
    entries,
    bestKnown: existsSync(bestKnown) ? bestKnown : null,
    sample: values.sample,
    onEntry: (id, number, count) => terminal.note(`${number} of ${count}: ${id}`),
  });
  const folder = path ?? "board";
  writeSite(board, folder);
  terminal.write(`Wrote ${folder}\n`);
  return EXIT.done;
}

/** The board as data. */
function writeSite(board: Board, folder: string): void {
  writeAtomically(join(folder, "board.json"), `${JSON.stringify(board)}\n`);
}
