/** `leaderboard show`: the ranked rows of tracks and budgets, as text or as Markdown. */
import { existsSync } from "node:fs";
import { InputError } from "../../../../env/model/errors.ts";
import { boardText, tableLines } from "../../../../results/leaderboard/board-text.ts";
import { trackNamed } from "../../../../results/leaderboard/tracks/tracks.ts";
import { verifyBoard } from "../../../../results/leaderboard/verify/board.ts";
import { jsonText } from "../../../json.ts";
import { EXIT, type Terminal } from "../../../terminal/terminal.ts";
import { type FolderValues, foldersOf } from "./folders.ts";

export interface ShowValues extends FolderValues {
  readonly track?: string;
  readonly top: number;
  readonly markdown: boolean;
  readonly json: boolean;
}

export async function show(
  path: string | undefined,
  values: ShowValues,
  terminal: Terminal,
): Promise<number> {
  if (values.track !== undefined) trackNamed(values.track);
  const { entries, bestKnown } = foldersOf(values);
  const folder = path ?? entries;
  if (!existsSync(folder)) throw new InputError(`There is no board at "${folder}".`);
  const { board } = await verifyBoard({
    entries: folder,
    bestKnown: existsSync(bestKnown) ? bestKnown : null,
    sample: 0,
  });
  const shown = board.tracks.filter(({ track }) => values.track === undefined || track.id === values.track);
  if (values.json) terminal.write(jsonText({ ...board, tracks: shown }));
  else
    terminal.write(
      values.markdown ? `${tableLines(shown, values.top).join("\n")}\n` : boardText(shown, values.top),
    );
  return EXIT.done;
}
