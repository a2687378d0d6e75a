/** Best known plans: every committed one is what it says, and damaged files are refused. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { placement } from "../../../../env/model/plan/placement.ts";
import { planFromJson, planToJson } from "../../../../env/model/plan/plan.ts";
import { beatenBy } from "../../../../results/leaderboard/best-known/beaten.ts";
import {
  bestKnownPath,
  improved,
  readBestKnown,
  verifyBestKnown,
  writeBestKnown,
} from "../../../../results/leaderboard/best-known/best-known.ts";
import { trackNamed } from "../../../../results/leaderboard/tracks/tracks.ts";
import { judge, newFolder, toyTracks } from "../small-board.ts";

const own = fileURLToPath(new URL("../../../../results/best-known", import.meta.url));
const [steps] = toyTracks;
const found = (device: number[], bound?: { value: number; argument: string }) => ({
  plan: planToJson(placement(device)),
  value: device[0] === 1 ? 44 : 50,
  bound,
  method: "Jane",
  date: "2026-11-28",
});

describe("a best known plan", () => {
  test("gives way to a better one and keeps a larger bound", async () => {
    const judged = await judge.judged(steps, 0);
    const first = improved(null, found([1, 1, 0, 0]), steps, judged)!;
    expect(first).toMatchObject({ value: 44, bound: 44, method: "Jane" });
    expect(improved(first, found([1, 1, 0, 0]), steps, judged)).toBeNull();
    expect(improved({ ...first, value: 50 }, found([1, 1, 0, 0]), steps, judged)).toMatchObject({
      value: 44,
    });
    const proven = { value: 43, argument: "a program" };
    expect(improved({ ...first, bound: 40 }, found([0, 1, 0, 0], proven), steps, judged)).toMatchObject({
      bound: 44,
      value: 44,
    });
  });

  test("is read as it was written, and refused where it is not true", async () => {
    const judged = await judge.judged(steps, 0);
    const folder = newFolder();
    const best = improved(null, found([1, 1, 0, 0]), steps, judged)!;
    writeBestKnown(folder, steps, best);
    expect(readBestKnown(folder, steps, "toy/memory")).toEqual(best);
    expect(readBestKnown(folder, steps, "toy/longest-first")).toBeNull();
    expect(() => verifyBestKnown(best, steps, judged)).not.toThrow();
    expect(() => verifyBestKnown({ ...best, value: 43.9 }, steps, judged)).toThrow(/claims the value 43\.9/);
    expect(() => verifyBestKnown({ ...best, bound: 45 }, steps, judged)).toThrow(/has the bound 45/);
    expect(() => verifyBestKnown({ ...best, scenarioHash: "0" }, steps, judged)).toThrow(
      /of another scenario/,
    );
    const path = bestKnownPath(folder, steps, "toy/memory");
    writeFileSync(path, readFileSync(path, "utf8").replace('"value":44', '"value":43'));
    expect(() => readBestKnown(folder, steps, "toy/memory")).toThrow(/damaged or edited/);
  });

  test("of a scenario of the board is known, and a better value beats it", async () => {
    const track = trackNamed("makespan");
    const [scenario, scenarioHash] = track.scenarios[0];
    const best = readBestKnown(own, track, scenario)!;
    const cell = { scenario, scenarioHash, objective: "makespan", plan: best.plan } as const;
    expect(await beatenBy({ ...cell, value: best.value }, own)).toEqual([]);
    expect(await beatenBy({ ...cell, value: best.value * 0.9 }, own)).toMatchObject([
      { best: { value: best.value } },
    ]);
    expect(await beatenBy({ ...cell, value: 1, scenarioHash: "0" }, own)).toEqual([]);
    expect(
      planFromJson(
        await (await import("../../../../scenarios/resolve.ts")).resolveScenario(scenario),
        best.plan,
        "It",
      ).kind,
    ).toBe("placement");
  });
});
