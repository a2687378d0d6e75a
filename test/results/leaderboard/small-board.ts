/**
 * A board of toys for the tests of this folder: its tracks, and honest entries that real runs made.
 * Files of an entry can be changed as a cheat would, seals and hashes put right again.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { scenarioHash } from "../../../env/model/file.ts";
import type { Objective } from "../../../env/model/scenario.ts";
import { type CellResult, runCell } from "../../../results/cells/cell.ts";
import { sealed } from "../../../results/files/sealed.ts";
import type { Entry, EntryCell, Track } from "../../../results/leaderboard/contract.ts";
import { sha256 } from "../../../results/leaderboard/entry/entry-file.ts";
import { makeEntry, writeEntry } from "../../../results/leaderboard/entry/make-entry.ts";
import { deflated } from "../../../results/leaderboard/untrusted/inflate.ts";
import { createJudge, type Judge } from "../../../results/leaderboard/verify/judge.ts";
import { resolveScenario } from "../../../scenarios/resolve.ts";

export const folder = mkdtempSync(join(tmpdir(), "placement-gym-board-"));
// Files of tests that share a process share this folder.
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

let folders = 0;
/** A new empty name in the folder of the tests. */
export const newFolder = (): string => join(folder, String(folders++));

const shared = {
  summary: "toys",
  answers: ["placement"],
  trainingSplits: null,
  budgets: [{ simulations: 20 }, { simulations: 40 }, { cpuSeconds: 2 }],
  seeds: 2,
} as const;

async function pinned(objective: Objective, ...uris: readonly string[]): Promise<Track["scenarios"]> {
  const pins: [string, string][] = [];
  for (const uri of uris) pins.push([uri, scenarioHash(await resolveScenario(uri, { objective }))]);
  return pins;
}

export const toyTracks: readonly Track[] = [
  {
    ...shared,
    id: "steps",
    objective: "makespan",
    rule: null,
    scenarios: await pinned("makespan", "toy/memory", "toy/longest-first"),
  },
  {
    ...shared,
    id: "orders",
    objective: "makespan",
    rule: null,
    scenarios: await pinned("makespan", "layered/test/0/2xK80?ops=12"),
  },
  {
    ...shared,
    id: "stages",
    objective: "max-load",
    rule: "contiguous",
    scenarios: await pinned("max-load", "toy/chain", "toy/fork-join"),
  },
];

export const judge: Judge = createJudge(toyTracks);

/** All cells of an entry, run in this process. */
export async function cellsOf(track: Track, method: string, simulations = 20): Promise<CellResult[]> {
  const cells: CellResult[] = [];
  for (const [scenario] of track.scenarios)
    for (let seedIndex = 0; seedIndex < track.seeds; seedIndex++) {
      const { objective } = track;
      const spec = { scenario, method, rootSeed: 0, seedIndex, budget: { simulations }, objective };
      cells.push((await runCell(spec, { clock: () => 0, cpuClock: () => 0 })).result);
    }
  return cells;
}

export interface HonestEntry {
  readonly method?: string;
  readonly track?: string;
  readonly simulations?: number;
  /** Changes of the head. */
  readonly head?: Partial<Entry>;
  readonly policy?: Uint8Array;
  /** Instead of those that the method finds. */
  readonly cells?: readonly CellResult[];
}

/** Writes an entry into a new board and returns the path of the entry. */
export async function honest(given: HonestEntry = {}, board: string = newFolder()): Promise<string> {
  const { method = "random", track: id = "steps", simulations = 20, head, policy, cells } = given;
  const track = judge.track(id);
  const entry = await makeEntry(
    {
      head: {
        track: id,
        method,
        options: null,
        budget: { simulations },
        rootSeed: 0,
        seeds: track.seeds,
        versions: { "placement-gym": "0" },
        trainedOn: [],
        policySha256: policy === undefined ? null : sha256(policy),
        command: "",
        ...head,
      },
      track,
      cells: cells ?? (await cellsOf(track, method, simulations)),
      policy: policy ?? null,
      folder: board,
    },
    judge,
  );
  writeEntry(entry);
  return entry.path;
}

/** A copy of an entry in a board of its own. */
export function copyOf(path: string, name: string = path.slice(path.lastIndexOf("/") + 1)): string {
  const copy = join(newFolder(), name);
  cpSync(path, copy, { recursive: true });
  return copy;
}

/** The cells as they stand in the file. */
export const storedCells = (path: string): EntryCell[] =>
  gunzipSync(readFileSync(join(path, "cells.jsonl.gz")))
    .toString()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

/** Puts other text in place of the cells; the hash of the entry follows. */
export function writeCells(path: string, text: string): void {
  writeFileSync(join(path, "cells.jsonl.gz"), deflated(text));
  changeEntry(path, { cellsSha256: sha256(text) });
}

export function changeEntry(path: string, fields: Readonly<Record<string, unknown>>): void {
  const file = join(path, "entry.json");
  const { sha256: _, ...entry } = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, `${JSON.stringify(sealed({ ...entry, ...fields }), null, 1)}\n`);
}

export const linesText = (cells: readonly unknown[]): string =>
  cells.map((cell) => `${JSON.stringify(cell)}\n`).join("");
