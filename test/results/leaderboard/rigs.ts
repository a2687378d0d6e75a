/**
 * Honest entries of the small board, and the ways to rig one. Each rig puts seals and hashes right
 * again, as a cheat does, so nothing but the content can tell.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EntryCell } from "../../../results/leaderboard/contract.ts";
import { readEntryFolder } from "../../../results/leaderboard/entry/entry-file.ts";
import { verifyEntry } from "../../../results/leaderboard/verify/entry.ts";
import {
  cellsOf,
  changeEntry,
  copyOf,
  honest,
  judge,
  linesText,
  storedCells,
  toyTracks,
  writeCells,
} from "./small-board.ts";

const policy = Buffer.from("{}");
const agent = { backend: "cpu", kind: "agent", methodName: "Placeto" } as const;
const learned = (await cellsOf(toyTracks[0], "random")).map((cell) => ({ ...cell, ...agent }));

export const entries = {
  random: await honest(),
  /** Its plans have an order of ops. */
  ordered: await honest({ method: "heft", track: "orders" }),
  /** Cells of one seed fit nowhere. */
  unfit: await honest({ method: "single-device" }),
  trained: await honest({
    method: "placeto@policy.json",
    cells: learned,
    policy,
    head: { trainedOn: ["nmt/train"] },
  }),
  contiguous: await honest({ method: "topo-blocks", track: "stages" }),
};

const verified = async (path: string) => verifyEntry(readEntryFolder(path), judge);

/** A change of one cell of an entry. */
type CellChange = (cell: Mutable<EntryCell>, cells: readonly Mutable<EntryCell>[]) => void;
type Mutable<T> = {
  -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? { -readonly [F in keyof E]: E[F] }[] : T[K];
};

/** Changes the first cell and writes all of them again. */
export const cell =
  (change: CellChange, index = 0) =>
  (path: string) => {
    const cells = storedCells(path) as Mutable<EntryCell>[];
    change(cells[index], cells);
    writeCells(path, linesText(cells));
  };
export const cells = (change: (of: EntryCell[]) => readonly unknown[]) => (path: string) =>
  writeCells(path, linesText(change(storedCells(path))));
export const text = (change: (of: string) => string) => (path: string) =>
  writeCells(path, change(linesText(storedCells(path))));
export const entry = (fields: Readonly<Record<string, unknown>>) => (path: string) =>
  changeEntry(path, fields);
export const bytes =
  (change: (of: Buffer) => Uint8Array, name = "cells.jsonl.gz") =>
  (path: string) =>
    writeFileSync(join(path, name), change(readFileSync(join(path, name))));

/** The new path, where it moves the entry. */
export type Rig = (path: string) => unknown;
export type Case = readonly [what: string, of: keyof typeof entries, rig: Rig, reason: RegExp];

/** Each honest entry is accepted, and once it is rigged it is refused for that reason. */
export const refusesEach = (cases: readonly Case[]) =>
  test.each(cases)("%s", async (_what, of, rig, reason) => {
    const path = copyOf(entries[of]);
    await expect(verified(path)).resolves.toMatchObject({ folder: { path } });
    const moved = rig(path);
    await expect(verified(typeof moved === "string" ? moved : path)).rejects.toThrow(reason);
  });
