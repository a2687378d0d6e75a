/**
 * Takes entries and plans into a board. All of it is verified first, plans that become the best
 * known ones by the slow simulator too. Nothing is written where anything is refused.
 */
import { existsSync } from "node:fs";
import { InputError } from "../../../env/model/errors.ts";
import { asPlacement, type Plan, planToJson } from "../../../env/model/plan/plan.ts";
import { improved, readBestKnown, verifyBestKnown, writeBestKnown } from "../best-known/best-known.ts";
import type { BestKnown, EntryCell, Track } from "../contract.ts";
import { type EntryFolder, readEntryFolder } from "../entry/entry-file.ts";
import { writeEntry } from "../entry/make-entry.ts";
import { contiguityFault } from "../tracks/contiguous.ts";
import { type VerifiedEntry, verifyEntry } from "../verify/entry.ts";
import { createJudge, type Judge, type Judged } from "../verify/judge.ts";
import { entriesOfRun, type RunChoice, readRun } from "./evaluation-run.ts";

export interface BoardFolders {
  readonly entries: string;
  readonly bestKnown: string;
}

export interface AddOptions extends RunChoice {
  /** Whether an entry of the same id gives way. */
  readonly replace: boolean;
  /** Day, UTC, of plans that become the best known ones. */
  readonly date: string;
}

export interface Added {
  readonly entries: readonly VerifiedEntry[];
  readonly best: readonly NewRecord[];
}

export interface NewRecord {
  readonly track: Track;
  readonly old: BestKnown | null;
  readonly best: BestKnown;
}

/** The entries of an evaluation's folder, or the entry of an entry's folder. */
export async function addRun(
  path: string,
  folders: BoardFolders,
  options: AddOptions,
  judge: Judge = createJudge(),
): Promise<Added> {
  const given = await entriesOfRun(readRun(path), options, folders.entries, judge);
  const records = recordKeeper(folders.bestKnown, options.date, judge.tracks);
  const entries: VerifiedEntry[] = [];
  for (const entry of given) {
    refuseTaken(entry, options.replace);
    const track = (verified: Judged, cell: EntryCell, plan: Plan) =>
      records.offer(entry.entry.track, verified, { value: cell.value!, plan, method: entry.entry.method });
    entries.push(
      await verifyEntry(entry, judge, (cell, plan, judged) => {
        if (plan !== null && cell.value !== null) track(judged, cell, plan);
      }),
    );
  }
  const best = records.verified();
  for (const entry of given) writeEntry(entry);
  for (const { track, best: plan } of best) writeBestKnown(folders.bestKnown, track, plan);
  return { entries, best };
}

function refuseTaken({ path, entry }: EntryFolder, replace: boolean): void {
  if (replace || !existsSync(path)) return;
  const taken = readEntryFolder(path).entry;
  throw new InputError(
    `The board has an entry "${entry.id}" with the score ${taken.iqm}; give --replace for the new one of ${entry.iqm}.`,
  );
}

export interface OfferedPlan {
  readonly value: number;
  readonly plan: Plan;
  readonly method: string;
  readonly bound?: { readonly value: number; readonly argument: string } | null;
}

export interface RecordKeeper {
  offer(track: string, judged: Judged, offered: OfferedPlan): void;
  /** What has become better, each verified by both simulators. */
  verified(): NewRecord[];
}

/** Keeps the best of the plans that it is offered for each scenario. */
export function recordKeeper(folder: string, date: string, tracks: readonly Track[]): RecordKeeper {
  const found = new Map<string, NewRecord & { readonly judged: Judged }>();
  const offerIn = (track: Track, judged: Judged, { plan, ...offered }: OfferedPlan) => {
    if (track.rule !== null && contiguityFault(judged.scenario, asPlacement(plan).device) !== null) return;
    const key = `${track.id} ${judged.uri}`;
    const old = found.has(key) ? found.get(key)!.old : readBestKnown(folder, track, judged.uri);
    const current = found.get(key)?.best ?? old;
    const best = improved(current, { ...offered, plan: planToJson(plan), date }, track, judged);
    if (best !== null) found.set(key, { track, old, best, judged });
  };
  return {
    offer(id, judged, offered) {
      for (const track of tracks) if (takesPlansOf(track, id, tracks)) offerIn(track, judged, offered);
    },
    verified() {
      for (const { best, track, judged } of found.values()) verifyBestKnown(best, track, judged);
      return [...found.values()].map(({ track, old, best }) => ({ track, old, best }));
    },
  };
}

/** Tracks that differ in their rule alone share plans; those that break the rule are left out. */
function takesPlansOf(track: Track, id: string, tracks: readonly Track[]): boolean {
  const own = tracks.find((candidate) => candidate.id === id);
  return track.id === id || own?.scenarios === track.scenarios;
}

/** A single plan as a new best: in each track that has its scenario and allows it. */
export async function addPlan(
  {
    scenarioHash: hash,
    offered,
  }: { readonly scenarioHash: string; readonly offered: Omit<OfferedPlan, "value"> },
  folder: string,
  date: string,
  judge: Judge = createJudge(),
): Promise<NewRecord[]> {
  const places = judge.tracks.flatMap((track) =>
    track.scenarios.flatMap(([, own], index) => (own === hash ? [{ track, index }] : [])),
  );
  if (places.length === 0)
    throw new InputError("The scenario is in no track of the leaderboard; compare its URI and objective.");
  const records: NewRecord[] = [];
  const reasons: string[] = [];
  for (const { track, index } of places) {
    const judged = await judge.judged(track, index);
    const { value } = judged.evaluator.evaluate(offered.plan);
    if (value === null) throw new InputError(`The plan does not fit the memory of "${judged.uri}".`);
    const old = readBestKnown(folder, track, judged.uri);
    const best = improved(old, { ...offered, value, plan: planToJson(offered.plan), date }, track, judged);
    if (best === null)
      reasons.push(`in "${track.id}" its value is ${value}, the best known one is ${old!.value}`);
    else
      try {
        verifyBestKnown(best, track, judged);
        records.push({ track, old, best });
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        reasons.push(error.message.replace(/\.$/, ""));
      }
  }
  if (records.length === 0) throw new InputError(`The plan is no new best: ${reasons.join("; ")}.`);
  for (const { track, best } of records) writeBestKnown(folder, track, best);
  return records;
}
