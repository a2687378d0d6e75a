/** Submissions of rigged or damaged words, heads and files, each refused for its own reason. */
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { deflated } from "../../../results/leaderboard/untrusted/inflate.ts";
import { INFLATED_BYTES } from "../../../results/leaderboard/untrusted/limits.ts";
import { verifyBoard } from "../../../results/leaderboard/verify/board.ts";
import { bytes, type Case, cell, entries, entry, refusesEach, text } from "./rigs.ts";
import {
  cellsOf,
  changeEntry,
  copyOf,
  honest,
  judge,
  linesText,
  storedCells,
  toyTracks,
} from "./small-board.ts";

const words: readonly Case[] = [
  ["NaN for a number", "random", text((of) => of.replace(/"value":44/, '"value":NaN')), /is not JSON/],
  [
    "Infinity for a number",
    "random",
    text((of) => of.replace(/"value":44/, '"value":Infinity')),
    /is not JSON/,
  ],
  [
    "a number beyond all numbers",
    "random",
    text((of) => of.replace(/"value":44/, '"value":1e999')),
    /holds the number Infinity/,
  ],
  [
    "a huge number",
    "random",
    text((of) => of.replace(/"value":44/, '"value":1e300')),
    /holds the number 1e\+300/,
  ],
  ["a number in quotes", "random", text((of) => of.replace(/"value":44/, '"value":"44"')), /value: /],
  [
    "a field given twice",
    "random",
    text((of) => of.replace(/"value":44/, '"value":1,"value":44')),
    /not written as this program writes it/,
  ],
  [
    "a field too many",
    "random",
    cell((c) => {
      Object.assign(c, { note: "x" });
    }),
    /note/,
  ],
  [
    "a field that changes objects",
    "random",
    text((of) => of.replace('{"scenario"', '{"__proto__":{},"scenario"')),
    /field "__proto__"/,
  ],
  [
    "lists in lists in lists",
    "random",
    text((of) => of.replace('"device":[', `"device":[${"[".repeat(20)}${"]".repeat(20)},`)),
    /nested more than/,
  ],
  ["a line that is no object", "random", text(() => "[]\n"), /scenario|object/],
  ["a last line cut short", "random", text((of) => of.slice(0, -1)), /ends within a line/],
  [
    "bytes that are no text",
    "random",
    (path) => {
      bytes(() => gzipSync(Buffer.from([0xff, 0xfe, 0x0a])))(path);
    },
    /not text/,
  ],
];

const heads: readonly Case[] = [
  ["another format", "random", entry({ format: "placement-gym/entry@0" }), /format/],
  ["another board", "random", entry({ board: "board-v0" }), /board/],
  ["a track that is not there", "random", entry({ track: "steeps" }), /Track "steeps" is not known/],
  [
    "a method that nobody has",
    "random",
    (path) => {
      const to = join(dirname(path), "steps-magic-20-simulations");
      renameSync(path, to);
      changeEntry(to, { method: "magic", id: "steps-magic-20-simulations" });
      return to;
    },
    /"magic" is neither one of this package nor a file/,
  ],
  [
    "a planner as an agent",
    "random",
    entry({ kind: "agent" }),
    /says that "random" is a agent|but it is a planner/,
  ],
  ["an id that climbs out of its folder", "random", entry({ id: "../evil" }), /id: /],
  [
    "an entry in the folder of another",
    "random",
    (path) => {
      const to = join(dirname(path), "steps-heft-20-simulations");
      renameSync(path, to);
      return to;
    },
    /but its folder is "steps-heft-20-simulations"/,
  ],
  [
    "an entry edited under its old seal",
    "random",
    bytes((of) => Buffer.from(of.toString().replace('"rootSeed": 0', '"rootSeed": 1')), "entry.json"),
    /damaged or edited after it was written/,
  ],
  [
    "cells edited under their old hash",
    "random",
    (path) => {
      writeFileSync(
        join(path, "cells.jsonl.gz"),
        deflated(linesText(storedCells(path)).replace('"value":44', '"value":43')),
      );
    },
    /do not fit the cellsSha256/,
  ],
  ["a policy without its hash", "trained", entry({ policySha256: null }), /names no policy/],
  [
    "another policy than the one declared",
    "trained",
    bytes(() => Buffer.from("[]"), "policy.json"),
    /is not the policy of entry\.json/,
  ],
  [
    "a hash of a policy for a method without one",
    "random",
    entry({ policySha256: "0".repeat(64) }),
    /its method "random" begins with none/,
  ],
  ["a policy that declares no training", "trained", entry({ trainedOn: [] }), /trainedOn declares nothing/],
  [
    "a policy trained on what has no name",
    "trained",
    entry({ trainedOn: ["nmt-99"] }),
    /names no scenario, split, family or suite/,
  ],
];

const files: readonly Case[] = [
  [
    "a file too many",
    "random",
    (path) => {
      writeFileSync(join(path, "run.sh"), "");
    },
    /holds "run\.sh"|holds 3 files|holds 4 files/,
  ],
  [
    "cells that are missing",
    "random",
    (path) => {
      rmSync(join(path, "cells.jsonl.gz"));
    },
    /holds no cells\.jsonl\.gz/,
  ],
  [
    "a head that is too large",
    "random",
    bytes((of) => Buffer.concat([of, Buffer.alloc(70_000, 32)]), "entry.json"),
    /more than the 65536 that are read/,
  ],
  [
    "a link in place of the cells",
    "random",
    (path) => {
      const file = join(path, "cells.jsonl.gz");
      renameSync(file, join(path, "../elsewhere.gz"));
      symlinkSync("../elsewhere.gz", file);
    },
    /is a link/,
  ],
  [
    "a link in place of the entry",
    "random",
    (path) => {
      const to = `${path}-real`;
      renameSync(path, to);
      symlinkSync(to, path);
    },
    /is a link/,
  ],
  [
    "a folder in place of the cells",
    "random",
    (path) => {
      rmSync(join(path, "cells.jsonl.gz"));
      mkdirSync(join(path, "cells.jsonl.gz"));
    },
    /is no plain file/,
  ],
  [
    "an archive bomb",
    "random",
    bytes(() => gzipSync(Buffer.alloc(INFLATED_BYTES + 1), { level: 1 })),
    /inflates to more than/,
  ],
  ["an archive cut short", "random", bytes((of) => of.subarray(0, of.length - 9)), /damaged gzip/],
  [
    "an archive with a flipped bit",
    "random",
    bytes((of) => {
      of[of.length >> 1] ^= 1;
      return of;
    }),
    /damaged gzip|do not fit the cellsSha256/,
  ],
  [
    "bytes behind the archive",
    "random",
    bytes((of) => Buffer.concat([of, Buffer.from("more")])),
    /bytes after its gzip stream|damaged gzip/,
  ],
  ["cells that are not packed", "random", bytes(() => Buffer.from("{}\n")), /damaged gzip/],
];

describe("rigged words and numbers:", () => refusesEach(words));
describe("rigged heads and policies:", () => refusesEach(heads));
describe("rigged files:", () => refusesEach(files));

describe("a board", () => {
  test("is refused where one method is there twice, by two names of equal options", async () => {
    const board = dirname(copyOf(entries.random));
    const parts = { entries: board, bestKnown: null, sample: 2, judge };
    await expect(verifyBoard(parts)).resolves.toMatchObject({ cells: 4 });
    const cells = await cellsOf(toyTracks[0], "random");
    await honest({ method: "random?draws=1", cells }, board);
    await expect(verifyBoard(parts)).rejects.toThrow(/are of one method with equal options/);
  });

  test("is refused where anything but folders of entries lies in it", async () => {
    const board = dirname(copyOf(entries.random));
    writeFileSync(join(board, "notes.txt"), "");
    await expect(verifyBoard({ entries: board, bestKnown: null, sample: 0, judge })).rejects.toThrow(
      /no plain folder/,
    );
  });
});
