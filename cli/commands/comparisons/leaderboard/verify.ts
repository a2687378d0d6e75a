/**
 * `leaderboard verify`: recomputes a board, an entry or the run of an evaluation. With `--replay` a
 * cell is run again from its seed.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../../../env/model/errors.ts";
import { type EntryFolder, readEntryFolder } from "../../../../results/leaderboard/entry/entry-file.ts";
import {
  entriesOfRun,
  isRun,
  type RunChoice,
  readRun,
} from "../../../../results/leaderboard/submit/evaluation-run.ts";
import { verifyBoard, verifyPlaceSlowly } from "../../../../results/leaderboard/verify/board.ts";
import { verifyEntry } from "../../../../results/leaderboard/verify/entry.ts";
import { createJudge } from "../../../../results/leaderboard/verify/judge.ts";
import { sampleOf } from "../../../../results/leaderboard/verify/slow.ts";
import { formatCount, formatSeconds } from "../../../../results/text/format.ts";
import { jsonText } from "../../../json.ts";
import { EXIT, type Terminal } from "../../../terminal/terminal.ts";
import { type FolderValues, foldersOf } from "./folders.ts";

export interface VerifyValues extends FolderValues, RunChoice {
  readonly sample: number;
  readonly replay?: string;
  readonly entry?: string;
  readonly json: boolean;
}

export async function verify(
  path: string | undefined,
  values: VerifyValues,
  terminal: Terminal,
): Promise<number> {
  const isEntry = path !== undefined && existsSync(join(path, "entry.json"));
  if (values.replay !== undefined)
    return replayRow(entryFolderOf(path, isEntry, values), values.replay, terminal);
  if (isEntry) return verifyOne([readEntryFolder(path)], values, terminal);
  if (path !== undefined && isRun(path)) {
    const entries = await entriesOfRun(readRun(path), values, foldersOf(values).entries, createJudge());
    return verifyOne(entries, values, terminal);
  }
  return verifyWhole(path, values, terminal);
}

/** The board of a folder; the package's own with its best known plans. */
async function verifyWhole(
  path: string | undefined,
  values: VerifyValues,
  terminal: Terminal,
): Promise<number> {
  const startedAt = terminal.cpuSeconds();
  const folders = foldersOf(values);
  const isOther = (path ?? values.board) !== undefined && values["best-known"] === undefined;
  const { board, entries, cells, slowly } = await verifyBoard({
    entries: path ?? folders.entries,
    bestKnown: isOther || !existsSync(folders.bestKnown) ? null : folders.bestKnown,
    sample: values.sample,
    onEntry: (id, number, count) => terminal.note(`${number} of ${count}: ${id}`),
  });
  const known = board.tracks.flatMap(({ bestKnown }) => bestKnown.filter((best) => best !== null)).length;
  const told = { entries: entries.length, cells, bestKnown: known, slowly };
  terminal.write(
    values.json
      ? jsonText(told)
      : `All true: ${formatCount(entries.length)} entries, ${formatCount(cells)} cells, ${formatCount(known)} best known plans; ` +
          `${formatCount(slowly)} plans by the slow simulator too. ${formatSeconds(terminal.cpuSeconds() - startedAt)} CPU seconds.\n`,
  );
  return EXIT.done;
}

async function verifyOne(
  folders: readonly EntryFolder[],
  values: VerifyValues,
  terminal: Terminal,
): Promise<number> {
  const judge = createJudge();
  const told: { id: string; score: number; cells: number }[] = [];
  for (const folder of folders) {
    const verified = await verifyEntry(folder, judge);
    for (const index of sampleOf(folder.lines.length, values.sample, folder.entry.id))
      await verifyPlaceSlowly({ verified, index }, judge);
    told.push({ id: folder.entry.id, score: folder.entry.iqm, cells: folder.lines.length });
  }
  terminal.write(
    values.json
      ? jsonText(told)
      : told
          .map(({ id, score, cells }) => `True: ${id}, score ${score.toFixed(4)}, ${cells} cells.\n`)
          .join(""),
  );
  return EXIT.done;
}

function entryFolderOf(path: string | undefined, isEntry: boolean, values: VerifyValues): EntryFolder {
  if (path !== undefined && isEntry) return readEntryFolder(path);
  const { entries } = foldersOf(values);
  if (values.entry === undefined || /[\\/]|\.\./.test(values.entry))
    throw new InputError("--replay needs an entry: its folder, or --entry ID of the board.");
  return readEntryFolder(join(path ?? entries, values.entry));
}

/** Loads what runs methods only here. */
async function replayRow(folder: EntryFolder, row: string, terminal: Terminal): Promise<number> {
  const { replay, rowIn } = await import("../../../../results/leaderboard/verify/replay.ts");
  const judge = createJudge();
  await verifyEntry(folder, judge);
  const { scenario, seed } = rowIn(row);
  const { seconds: clock, cpuSeconds: cpuClock, signal } = terminal;
  const { value, simulations } = await replay(folder, { scenario, seed }, judge, { clock, cpuClock, signal });
  terminal.write(
    `The same again: ${folder.entry.id}, "${scenario}", seed ${seed}: value ${value ?? "none"} after ${formatCount(simulations)} simulations, plan and curve byte for byte.\n`,
  );
  return EXIT.done;
}
