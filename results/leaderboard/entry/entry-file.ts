/**
 * An entry on disk: a folder with `entry.json` and `cells.jsonl.gz`, and perhaps `policy.json`.
 * Reading takes the folder for a stranger's: whatever is not as this program writes it is refused
 * in one sentence. Reading tells nothing of whether the entry is true (`verify`).
 */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { z } from "zod";
import { InputError } from "../../../env/model/errors.ts";
import { shaped, unsealed } from "../../files/sealed.ts";
import type { Entry, EntryCell } from "../contract.ts";
import { ENTRY_FORMAT } from "../contract.ts";
import { boundedBytes, checkFiles } from "../untrusted/folder.ts";
import { inflatedText } from "../untrusted/inflate.ts";
import { strictJson } from "../untrusted/json.ts";
import { FILE_LIMITS, LARGEST_COUNT, LINE_BYTES } from "../untrusted/limits.ts";
import { ENTRY_ID, LONGEST_ID } from "./entry-id.ts";
import { unpacked } from "./packed-plan.ts";

export const ENTRY = "entry.json";
export const CELLS = "cells.jsonl.gz";
export const POLICY = "policy.json";

export interface EntryFolder {
  readonly path: string;
  readonly entry: Entry;
  /** One line for each cell, not parsed yet. */
  readonly lines: readonly string[];
  /** The bytes of the policy's file, null without one. */
  readonly policy: Uint8Array | null;
}

export function readEntryFolder(path: string): EntryFolder {
  const names = checkFiles(path, [CELLS, ENTRY], [POLICY]);
  const entry = readEntry(path);
  const policy = names.includes(POLICY) ? policyIn(path, entry) : null;
  return { path, entry, lines: linesOf(path, entry), policy };
}

const count = z.number().min(0).max(LARGEST_COUNT);
const whole = z.int().min(0).max(LARGEST_COUNT);
const word = z.string().min(1).max(400);
const hash = z.string().regex(/^[0-9a-f]{64}$/, "expected a SHA-256 in hex");

const entrySchema: z.ZodType<Entry> = z.strictObject({
  format: z.literal(ENTRY_FORMAT),
  id: z.string().max(LONGEST_ID).regex(ENTRY_ID, "expected lower-case letters, digits and -=,+_."),
  board: z.literal("board-v1"),
  track: word,
  method: word,
  methodName: word,
  kind: z.enum(["planner", "agent"]),
  options: z.unknown(),
  budget: z.strictObject({
    simulations: whole.min(1).optional(),
    cpuSeconds: z.number().positive().max(LARGEST_COUNT).optional(),
  }),
  rootSeed: z.union([whole, word]),
  seeds: whole.min(1),
  versions: z.record(word, word),
  backend: z.string().max(100).nullable(),
  trainedOn: z.array(word).max(1_000),
  policySha256: hash.nullable(),
  cellsSha256: hash,
  iqm: z.number().min(0).max(1),
  command: z.string().max(4_000),
});

function readEntry(path: string): Entry {
  const where = `"${join(path, ENTRY)}"`;
  const text = utf8(boundedBytes(join(path, ENTRY), FILE_LIMITS[ENTRY]), where);
  const entry = shaped(entrySchema, unsealed(strictJson(text.trimEnd(), where, 1), where), where);
  if (basename(path) !== entry.id)
    throw new InputError(`${where}: the id is "${entry.id}", but its folder is "${basename(path)}".`);
  return entry;
}

function linesOf(path: string, entry: Entry): string[] {
  const where = `"${join(path, CELLS)}"`;
  const text = inflatedText(boundedBytes(join(path, CELLS), FILE_LIMITS[CELLS]), where);
  if (sha256(text) !== entry.cellsSha256)
    throw new InputError(`${where} was damaged or edited: its cells do not fit the cellsSha256 of ${ENTRY}.`);
  const lines = text.split("\n");
  if (lines.pop() !== "") throw new InputError(`${where} ends within a line.`);
  return lines;
}

const cellSchema: z.ZodType<EntryCell> = z.strictObject({
  scenario: word,
  scenarioHash: hash,
  seedIndex: whole,
  value: z.number().min(0).nullable(),
  feasible: z.boolean(),
  bound: z.number().min(0),
  boundArgument: word,
  gap: z.number().nullable(),
  evaluations: whole,
  simulations: count,
  bestEvaluation: whole.nullable(),
  bestSimulation: count.nullable(),
  plan: z.looseObject({ kind: z.string().max(40) }).nullable(),
  curve: z
    .array(
      z.strictObject({ simulations: count, evaluations: whole, cost: z.number(), feasible: z.boolean() }),
    )
    .max(100_000),
  failure: z.string().max(2_000).nullable(),
  ended: z.enum(["done", "budget", "limit", "clock", "fault"]),
});

/** The cell of a line; its plan is not held to the scenario yet. */
export function cellIn(line: string, where: string): EntryCell {
  if (line.length > LINE_BYTES)
    throw new InputError(
      `${where} has ${line.length} characters, more than the ${LINE_BYTES} that are read.`,
    );
  const cell = shaped(cellSchema, strictJson(line, where), where);
  return cell.plan === null ? cell : { ...cell, plan: unpacked(cell.plan, where) };
}

function policyIn(path: string, { policySha256 }: Entry): Uint8Array {
  const file = join(path, POLICY);
  if (policySha256 === null)
    throw new InputError(`"${path}" holds a ${POLICY}, but its ${ENTRY} names no policy.`);
  const bytes = boundedBytes(file, FILE_LIMITS[POLICY]);
  if (sha256(bytes) !== policySha256)
    throw new InputError(`"${file}" is not the policy of ${ENTRY}: its SHA-256 is another.`);
  return bytes;
}

export const sha256 = (content: string | Uint8Array): string =>
  createHash("sha256").update(content).digest("hex");

export function utf8(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(`${where} is not text: its bytes are not UTF-8.`);
  }
}
