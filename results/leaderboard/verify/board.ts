/**
 * Whether a whole board is true. The fast simulator scores every cell of every entry. The slow one
 * scores the top rows, a sample of the others and all best known plans too. Loads no TensorFlow.
 */
import { join } from "node:path";
import { parseSpec } from "../../../agents/registry/spec.ts";
import { InputError } from "../../../env/model/errors.ts";
import { planFromJson } from "../../../env/model/plan/plan.ts";
import { readBestKnown, verifyBestKnown } from "../best-known/best-known.ts";
import { boardOf } from "../board.ts";
import type { BestKnown, Board } from "../contract.ts";
import { cellIn, readEntryFolder } from "../entry/entry-file.ts";
import { plainFolders } from "../untrusted/folder.ts";
import { MOST_ENTRIES } from "../untrusted/limits.ts";
import { type VerifiedEntry, verifyEntry } from "./entry.ts";
import { createJudge, type Judge } from "./judge.ts";
import { sampleOf, verifySlowly } from "./slow.ts";

export interface BoardParts {
  /** Folder of the entries. */
  readonly entries: string;
  /** Folder of the best known plans, null for none. */
  readonly bestKnown: string | null;
  /** Cells beside those of the top rows that the slow simulator scores. */
  readonly sample: number;
  /** Default that of the tracks of `board-v1`. */
  readonly judge?: Judge;
  /** Told each entry before it is verified. */
  readonly onEntry?: (id: string, number: number, count: number) => void;
}

export interface VerifiedBoard {
  readonly board: Board;
  readonly entries: readonly VerifiedEntry[];
  readonly cells: number;
  /** Plans that the slow simulator scored. */
  readonly slowly: number;
}

/** Throws one `InputError` sentence at the first thing that is not true. */
export async function verifyBoard({
  entries: path,
  bestKnown,
  sample,
  onEntry,
  judge = createJudge(),
}: BoardParts): Promise<VerifiedBoard> {
  const ids = plainFolders(path, MOST_ENTRIES);
  const entries: VerifiedEntry[] = [];
  for (const [number, id] of ids.entries()) {
    onEntry?.(id, number + 1, ids.length);
    entries.push(await verifyEntry(readEntryFolder(join(path, id)), judge));
  }
  refuseTwice(entries);
  const known = bestKnown === null ? new Map() : await verifiedBests(bestKnown, judge);
  const board = boardOf(entries, (track, uri) => known.get(track.id)?.get(uri) ?? null, judge.tracks);
  const slowly = await verifySample(entries, board, sample, judge);
  const count = entries.reduce((sum, { folder }) => sum + folder.lines.length, 0);
  return {
    board,
    entries,
    cells: count,
    slowly: slowly + [...known.values()].reduce((sum, { size }) => sum + size, 0),
  };
}

/** Two entries of the same method with equal options would take two places. */
function refuseTwice(entries: readonly VerifiedEntry[]): void {
  const seen = new Map<string, string>();
  for (const { folder } of entries) {
    const { track, method, options, budget, policySha256, id } = folder.entry;
    const key = JSON.stringify([track, budget, parseSpec(method).target, options, policySha256]);
    const other = seen.get(key);
    if (other !== undefined)
      throw new InputError(`Entries "${other}" and "${id}" are of one method with equal options; keep one.`);
    seen.set(key, id);
  }
}

async function verifiedBests(folder: string, judge: Judge): Promise<Map<string, Map<string, BestKnown>>> {
  const known = new Map<string, Map<string, BestKnown>>();
  for (const track of judge.tracks) {
    const own = new Map<string, BestKnown>();
    for (const [index, [uri]] of track.scenarios.entries()) {
      const best = readBestKnown(folder, track, uri);
      if (best === null) continue;
      verifyBestKnown(best, track, await judge.judged(track, index));
      own.set(uri, best);
    }
    known.set(track.id, own);
  }
  return known;
}

/** A cell of an entry, by its place. */
interface Place {
  readonly verified: VerifiedEntry;
  readonly index: number;
}

async function verifySample(
  entries: readonly VerifiedEntry[],
  board: Board,
  sample: number,
  judge: Judge,
): Promise<number> {
  const top = new Set(board.tracks.flatMap(({ groups }) => groups.map(({ rows }) => rows[0].entry.id)));
  const isTop = ({ folder }: VerifiedEntry) => top.has(folder.entry.id);
  const places = (of: readonly VerifiedEntry[]): Place[] =>
    of.flatMap((verified) => verified.folder.lines.map((_, index) => ({ verified, index })));
  const others = places(entries.filter((entry) => !isTop(entry)));
  const drawn = sampleOf(others.length, sample, "board");
  // The first seed of each scenario of a top row.
  const firsts = places(entries.filter(isTop)).filter(
    ({ verified, index }) => index % verified.folder.entry.seeds === 0,
  );
  const chosen = [...firsts, ...others.filter((_, i) => drawn.has(i))];
  for (const place of chosen) await verifyPlaceSlowly(place, judge);
  return chosen.length;
}

/** Post: the slow simulator gives the cell its value. A cell without a plan has none. */
export async function verifyPlaceSlowly({ verified, index }: Place, judge: Judge): Promise<void> {
  const { folder, track } = verified;
  const { seeds } = folder.entry;
  const judged = await judge.judged(track, Math.floor(index / seeds));
  const where = `"${folder.path}", "${judged.uri}", seed ${index % seeds}`;
  const { plan, value } = cellIn(folder.lines[index], where);
  if (plan !== null) verifySlowly(planFromJson(judged.scenario, plan, where), value, judged, where);
}
