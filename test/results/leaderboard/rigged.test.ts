/**
 * Rigged and damaged submissions, each refused for its own reason, and accepted as it was before.
 * A cheat puts seals and hashes right again, so nothing but the content can tell.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { EntryCell } from "../../../results/leaderboard/contract.ts";
import { readEntryFolder } from "../../../results/leaderboard/entry/entry-file.ts";
import { deflated } from "../../../results/leaderboard/untrusted/inflate.ts";
import { INFLATED_BYTES } from "../../../results/leaderboard/untrusted/limits.ts";
import { verifyBoard } from "../../../results/leaderboard/verify/board.ts";
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

const entries = {
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
const cell =
  (change: CellChange, index = 0) =>
  (path: string) => {
    const cells = storedCells(path) as Mutable<EntryCell>[];
    change(cells[index], cells);
    writeCells(path, linesText(cells));
  };
const cells = (change: (of: EntryCell[]) => readonly unknown[]) => (path: string) =>
  writeCells(path, linesText(change(storedCells(path))));
const text = (change: (of: string) => string) => (path: string) =>
  writeCells(path, change(linesText(storedCells(path))));
const entry = (fields: Readonly<Record<string, unknown>>) => (path: string) => changeEntry(path, fields);
const bytes =
  (change: (of: Buffer) => Uint8Array, name = "cells.jsonl.gz") =>
  (path: string) =>
    writeFileSync(join(path, name), change(readFileSync(join(path, name))));

/** The new path, where it moves the entry. */
type Rig = (path: string) => unknown;
type Case = readonly [what: string, of: keyof typeof entries, rig: Rig, reason: RegExp];

const scores: readonly Case[] = [
  [
    "a value off by 1e-6",
    "random",
    cell((c) => {
      c.value! -= 1e-6;
    }),
    /claims the (value|gap)/,
  ],
  [
    "a value and all that follows from it off by 1e-6",
    "random",
    cell((c) => {
      c.value! -= 1e-6;
      c.gap = c.value! / c.bound - 1;
      c.curve[c.curve.length - 1].cost = c.value!;
    }),
    /claims the value 43\.999999, but its plan has 44\./,
  ],
  [
    "a value of another seed's plan",
    "random",
    cell((c) => {
      c.value = 0.5;
      c.gap = c.value / c.bound - 1;
    }),
    /claims the value 0\.5/,
  ],
  [
    "a negative value",
    "random",
    cell((c) => {
      c.value = -1;
    }),
    /value: .*>=0/,
  ],
  [
    "a larger bound",
    "random",
    cell((c) => {
      c.bound *= 1.5;
    }),
    /but the simulator's is/,
  ],
  [
    "a bound by another argument",
    "random",
    cell((c) => {
      c.boundArgument = "trust me";
    }),
    /trust me.*but the simulator's is/,
  ],
  [
    "a gap that is too small",
    "random",
    cell((c) => {
      c.gap = -0.5;
    }),
    /claims the gap -0.5, but its value gives/,
  ],
  [
    "a score that its cells do not have",
    "random",
    entry({ iqm: 0.999 }),
    /claims the score 0\.999, but its cells have/,
  ],
  ["a score above 1", "random", entry({ iqm: 1.5 }), /iqm: .*<=1/],
];

const plans: readonly Case[] = [
  [
    "a plan with one op moved",
    "random",
    cell((c) => {
      (c.plan!.device as number[])[0] ^= 1;
    }),
    /claims the value|does not fit/,
  ],
  [
    "a plan of another scenario",
    "random",
    cell((c, all) => {
      c.plan = all[2].plan;
    }),
    /has 5 entries for 4 ops/,
  ],
  [
    "a plan whose order was dropped",
    "ordered",
    cell((c) => {
      const { order: _, ...rest } = c.plan!;
      c.plan = rest as never;
    }),
    /claims the value/,
  ],
  [
    "a plan whose order waits for itself",
    "ordered",
    cell((c) => {
      (c.plan!.order as number[]).reverse();
    }),
    /each op once|waits? for/,
  ],
  [
    "a plan with an op twice in its order",
    "ordered",
    cell((c) => {
      (c.plan!.order as number[])[1] = 0;
    }),
    /expected each op once/,
  ],
  [
    "a plan whose order lacks an op",
    "ordered",
    cell((c) => {
      (c.plan!.order as number[]).pop();
    }),
    /expected each op once/,
  ],
  [
    "a plan on a device that is not there",
    "random",
    cell((c) => {
      (c.plan!.device as number[])[0] = 99;
    }),
    /the device is 99/,
  ],
  [
    "a plan that leaves an op out",
    "random",
    cell((c) => {
      (c.plan!.device as number[]).pop();
    }),
    /has 3 entries for 4 ops/,
  ],
  [
    "a plan of a kind that nobody knows",
    "random",
    cell((c) => {
      c.plan = { ...c.plan!, kind: "wish" };
    }),
    /kind "wish"/,
  ],
  [
    "a plan that does not fit, as one that does",
    "unfit",
    cell((c) => {
      c.failure = null;
      c.feasible = true;
      c.value = 40;
      c.gap = 40 / c.bound - 1;
    }),
    /says that its plan fits, but it does not/,
  ],
  [
    "a plan that fits, as one that does not",
    "random",
    cell((c) => {
      c.feasible = false;
    }),
    /says that its plan does not fit/,
  ],
  [
    "a value without a plan",
    "random",
    cell((c) => {
      c.plan = null;
    }),
    /claims the value 44 without a plan/,
  ],
  [
    "neither a plan nor a reason",
    "random",
    cell((c) => {
      Object.assign(c, {
        plan: null,
        value: null,
        gap: null,
        feasible: false,
        curve: [],
        bestEvaluation: null,
        bestSimulation: null,
      });
    }),
    /neither a plan nor a reason/,
  ],
  [
    "a plan and a reason for having none",
    "random",
    cell((c) => {
      c.failure = "It was late.";
    }),
    /a reason for having none/,
  ],
  [
    "a plan that is not contiguous",
    "contiguous",
    cell((c) => {
      (c.plan!.device as number[]).splice(0, 4, 0, 1, 0, 1);
      c.value = null;
    }),
    /claims|not contiguous|fits/,
  ],
];

const budgets: readonly Case[] = [
  [
    "more simulations than the budget",
    "random",
    cell((c) => {
      c.simulations = 21;
    }),
    /spent 21 simulations of 20 simulations/,
  ],
  [
    "more evaluations than simulations",
    "random",
    cell((c) => {
      c.evaluations = 30;
    }),
    /each evaluation is one/,
  ],
  [
    "a curve longer than the run",
    "random",
    cell((c) => {
      c.simulations = 1;
      c.evaluations = 1;
    }),
    /but only 1 were spent/,
  ],
  [
    "a curve that gets worse",
    "random",
    cell((c) => {
      c.curve[0].cost = 1;
      c.curve[0].feasible = false;
    }),
    /below every penalty/,
  ],
  [
    "a curve that goes up",
    "random",
    cell((c) => {
      c.curve[1].cost = c.curve[0].cost;
    }),
    /no better than/,
  ],
  [
    "a curve that ends at another value",
    "random",
    cell((c) => {
      c.curve.pop();
    }),
    /the curve ends at/,
  ],
  [
    "a curve that begins below the bound",
    "random",
    cell((c) => {
      c.curve[0].cost = 1;
      c.curve[0].feasible = true;
    }),
    /below the proven bound/,
  ],
  [
    "a curve that goes back in time",
    "random",
    cell((c) => {
      c.curve[1].evaluations = c.curve[0].evaluations;
    }),
    /after the point before it|found/,
  ],
  [
    "a curve without points",
    "random",
    cell((c) => {
      c.curve = [];
    }),
    /its curve is empty/,
  ],
  [
    "a best plan found elsewhere than the curve says",
    "random",
    cell((c) => {
      c.bestSimulation! += 1;
    }),
    /but the curve ends at/,
  ],
  [
    "a plan that stops fitting on the way",
    "random",
    cell((c) => {
      c.curve[c.curve.length - 1].feasible = false;
    }),
    /below every penalty/,
  ],
  [
    "a clock in a budget of simulations",
    "random",
    cell((c) => {
      c.ended = "clock";
    }),
    /was ended by a clock/,
  ],
  [
    "a fault of the method as a result",
    "random",
    cell((c) => {
      c.ended = "fault";
    }),
    /ended in a fault/,
  ],
  [
    "a budget that is no class of the track",
    "random",
    entry({ budget: { simulations: 21 } }),
    /budget is 21 simulations, expected a class/,
  ],
  [
    "a larger budget class under the smaller one's id",
    "random",
    entry({ budget: { simulations: 40 } }),
    /the id is .*, expected "steps-random-40-simulations"/,
  ],
];

const seeds: readonly Case[] = [
  [
    "a seed that is missing",
    "random",
    cells((all) => all.toSpliced(1, 1)),
    /seed 1 of "toy\/memory" is missing/,
  ],
  [
    "a seed that is missing at the end",
    "random",
    cells((all) => all.slice(0, -1)),
    /ends after 3 cells: seed 1 of "toy\/longest-first" is missing/,
  ],
  [
    "a seed that is there twice",
    "random",
    cells((all) => [all[0], all[0], ...all.slice(2)]),
    /seed 0 of "toy\/memory" is there twice/,
  ],
  [
    "a lucky seed as two",
    "random",
    cells((all) => [all[0], { ...all[0], seedIndex: 2 }, ...all.slice(2)]),
    /seed 2 of "toy\/memory" is one too many/,
  ],
  ["cells beyond the last", "random", cells((all) => [...all, all[3]]), /has 5 cells, expected 4/],
  ["cells in another order", "random", cells((all) => [...all.slice(2), ...all.slice(0, 2)]), /out of order/],
  [
    "a cell of a scenario of no track",
    "random",
    cell((c) => {
      c.scenario = "toy/chain";
    }),
    /"toy\/chain" is no scenario of the track/,
  ],
  [
    "a cell of a scenario with other content",
    "random",
    cell((c) => {
      c.scenarioHash = "0".repeat(64);
    }),
    /of a scenario with the hash 0000/,
  ],
  ["fewer seeds than the track has", "random", entry({ seeds: 1 }), /has 1 seeds, expected the 2/],
];

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

describe.each([
  ["scores", scores],
  ["plans", plans],
  ["budgets and curves", budgets],
  ["seeds and cells", seeds],
  ["words and numbers", words],
  ["heads and policies", heads],
  ["files", files],
] as const)("rigged %s:", (_, cases) => {
  test.each(cases)("%s", async (_what, of, rig, reason) => {
    const path = copyOf(entries[of]);
    await expect(verified(path)).resolves.toMatchObject({ folder: { path } });
    const moved = rig(path);
    await expect(verified(typeof moved === "string" ? moved : path)).rejects.toThrow(reason);
  });
});

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
