/** Cells run again from their seeds: honest ones repeat, true plans that no run found do not. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readEntryFolder } from "../../../../results/leaderboard/entry/entry-file.ts";
import { verifyEntry } from "../../../../results/leaderboard/verify/entry.ts";
import { replay } from "../../../../results/leaderboard/verify/replay.ts";
import { pgym } from "../../../cli/recorded-terminal.ts";
import {
  cellsOf,
  copyOf,
  honest,
  judge,
  linesText,
  newFolder,
  storedCells,
  toyTracks,
  writeCells,
} from "../small-board.ts";

const hooks = { clock: () => 0, cpuClock: () => 0 };
const again = (path: string, scenario = "toy/memory", seed = 0) =>
  replay(readEntryFolder(path), { scenario, seed }, judge, hooks);

describe("a cell that is run again", () => {
  test("is the same, plan and curve, in every seed", async () => {
    const path = await honest();
    for (const seed of [0, 1]) expect((await again(path, "toy/memory", seed)).value).toBe(44);
    await expect(again(path, "toy/chain")).rejects.toThrow(/has no seed 0 of "toy\/chain"/);
    await expect(again(path, "toy/memory", 2)).rejects.toThrow(/has no seed 2/);
  });

  test("shows a plan that the method did not find, although all of it is true", async () => {
    const path = await honest({ method: "random" });
    const cells = storedCells(path);
    const [first] = cells[0].curve;
    expect(first.feasible).toBe(false);
    // As if the first draw had been the best one.
    const { cost, feasible } = cells[0].curve[cells[0].curve.length - 1];
    const lucky = {
      ...cells[0],
      bestEvaluation: 1,
      bestSimulation: 1,
      curve: [{ ...first, cost, feasible }],
    };
    const rigged = copyOf(path);
    writeCells(rigged, linesText([lucky, ...cells.slice(1)]));
    await expect(verifyEntry(readEntryFolder(rigged), judge)).resolves.toBeDefined();
    await expect(again(rigged)).rejects.toThrow(/run again, it has another curve/);
  });

  test("needs the policy's file, and shows a policy that does not give the plan", async () => {
    const run = newFolder();
    const [, { id: track, scenarios }] = toyTracks;
    const [[scenario]] = scenarios;
    const train = ["train", "--agent", "reinforce", "--scenario", scenario, "--simulations", "40"];
    expect((await pgym([...train, "--out", run])).code).toBe(0);
    const policy = readFileSync(join(run, "policy.json"));
    const cells = await cellsOf(toyTracks[1], `reinforce@${run}`);
    const given = { track, method: "reinforce@policy.json", head: { trainedOn: ["layered"] } };
    const path = await honest({ ...given, cells, policy });
    expect((await again(path, scenario)).value).toBe(cells[0].value);
    const others = await honest({ ...given, cells: await cellsOf(toyTracks[1], "reinforce"), policy });
    await expect(again(others, scenario)).rejects.toThrow(/run again, it has another (plan|value|curve)/);
    const policySha256 = "0".repeat(64);
    const without = await honest({ ...given, cells, head: { ...given.head, policySha256 } });
    await expect(again(without, scenario)).rejects.toThrow(/comes without its policy\.json/);
  });
});
