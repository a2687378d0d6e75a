/** Runs and plans that are taken into a board, and those that are not. */
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { placement } from "../../../../env/model/plan/placement.ts";
import { EVALUATION_FORMAT } from "../../../../results/evaluation/contract.ts";
import { readBestKnown } from "../../../../results/leaderboard/best-known/best-known.ts";
import { addPlan, addRun } from "../../../../results/leaderboard/submit/add.ts";
import { verifyBoard } from "../../../../results/leaderboard/verify/board.ts";
import { writeDescription } from "../../../../results/training/run-description.ts";
import { cellsOf, judge, newFolder, toyTracks } from "../small-board.ts";

const [steps, , stages] = toyTracks;
const date = "2026-11-28";

interface Run {
  readonly methods?: readonly string[];
  readonly track?: string | null;
  readonly complete?: boolean;
  readonly cells?: (cells: readonly object[]) => readonly object[];
  readonly kind?: "evaluate" | "compare";
}

/** The folder that an evaluation leaves. */
async function run({
  methods = ["random", "heft"],
  track = "steps",
  complete = true,
  cells = (all) => all,
  kind = "evaluate",
}: Run = {}) {
  const path = newFolder();
  mkdirSync(path);
  const all = [];
  for (const method of methods)
    for (const cell of await cellsOf(steps, method)) all.push({ ...cell, budget: { simulations: 20 } });
  const request = {
    scenarios: steps.scenarios.map(([uri]) => uri),
    methods,
    seeds: 2,
    budgets: [{ simulations: 20 }],
    track,
    trainedOn: {},
  };
  const description = {
    kind,
    config: request,
    seed: 0,
    versions: { "placement-gym": "0" },
    backend: null,
    scenarios: {},
    files: {},
    options: {},
  };
  writeDescription(path, description);
  const report = {
    format: EVALUATION_FORMAT,
    request: { ...request, seed: 0 },
    complete,
    budgets: [],
    cells: cells(all),
    warnings: [],
  };
  writeFileSync(join(path, "report.json"), `${JSON.stringify(report)}\n`);
  return path;
}

const board = () => ({ entries: newFolder(), bestKnown: newFolder() });
const add = async (path: string, choice = {}, folders = board()) => {
  const added = await addRun(path, folders, { replace: false, date, ...choice }, judge);
  return { ...added, folders };
};

describe("an evaluation", () => {
  test("becomes an entry for each method and budget, and its best plans the best known ones", async () => {
    const { entries, best, folders } = await add(await run());
    expect(readdirSync(folders.entries).sort()).toEqual([
      "steps-heft-20-simulations",
      "steps-random-20-simulations",
    ]);
    expect(entries.map(({ folder }) => folder.entry.command)[1]).toBe(
      "placement-gym evaluate --track steps --methods heft --simulations 20 --seeds 2 --seed 0",
    );
    expect(best.map(({ best: { scenario, value, method } }) => [scenario, value, method])).toEqual([
      ["toy/memory", 44, "random"],
      ["toy/longest-first", 60, "random"],
    ]);
    const verified = await verifyBoard({ ...folders, sample: 4, judge });
    expect(verified.board.tracks[0].bestKnown).toMatchObject([{ value: 44 }, { value: 60, date }]);
  });

  test("leaves the same bytes each time, and takes the place of an entry only where that is asked for", async () => {
    const path = await run();
    const { folders } = await add(path);
    await expect(add(path, {}, folders)).rejects.toThrow(
      /The board has an entry "steps-random-20-simulations"/,
    );
    expect((await add(path, { replace: true }, folders)).best).toEqual([]);
    expect((await add(path, { replace: true, method: "heft" }, folders)).entries).toHaveLength(1);
  });

  test.each([
    ["is of another command", { kind: "compare" }, /holds a run of "compare"/],
    ["names no track", { track: null }, /names no track/],
    ["is for a track that is not there", { track: "leaps" }, /Track "leaps" is not known/],
    ["lacks scenarios of its track", { track: "orders" }, /lacks the scenario "layered/],
    ["is not complete", { complete: false }, /is not complete/],
    [
      "lacks a seed",
      { cells: (all: readonly object[]) => all.slice(1) },
      /seed 0 of "toy\/memory" is missing/,
    ],
    [
      "has other values than its plans",
      { cells: (all: readonly object[]) => all.map((cell) => ({ ...cell, value: 43 })) },
      /claims the value 43/,
    ],
  ] as const)("that %s is refused, and nothing is written", async (_, given, reason) => {
    const folders = board();
    await expect(add(await run(given as Run), {}, folders)).rejects.toThrow(reason);
    expect(() => readdirSync(folders.entries)).toThrow();
  });

  test("with links is not read", async () => {
    const [path, other] = [await run(), newFolder()];
    mkdirSync(other);
    symlinkSync(join(path, "report.json"), join(other, "report.json"));
    symlinkSync(join(path, "run.json"), join(other, "run.json"));
    await expect(add(other)).rejects.toThrow(/is a link/);
  });
});

describe("a plan", () => {
  const submit = (hash: string, device: number[], folder: string) =>
    addPlan(
      { scenarioHash: hash, offered: { plan: placement(device), method: "Jane" } },
      folder,
      date,
      judge,
    );
  const [[uri, hash]] = steps.scenarios;

  test("that is better becomes the best known one; an equal one does not", async () => {
    const folder = newFolder();
    await submit(hash, [0, 1, 0, 1], folder);
    const [{ old, best }] = await submit(hash, [1, 1, 0, 0], folder);
    expect([old?.value, best.value, best.method]).toEqual([expect.any(Number), 44, "Jane"]);
    expect(readBestKnown(folder, steps, uri)).toEqual(best);
    await expect(submit(hash, [0, 0, 1, 1], folder)).rejects.toThrow(
      /no new best: in "steps" its value is 44/,
    );
  });

  test("that does not fit, breaks the rule or is of no track is refused", async () => {
    const folder = newFolder();
    await expect(submit(hash, [0, 0, 0, 0], folder)).rejects.toThrow(/does not fit the memory/);
    await expect(submit("0".repeat(64), [0], folder)).rejects.toThrow(/in no track/);
    const [[, chain]] = stages.scenarios;
    await expect(submit(chain, [0, 1, 0, 1], folder)).rejects.toThrow(
      /is not contiguous, since a path leaves/,
    );
  });
});
