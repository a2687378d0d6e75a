/** The kept instances on which methods look worst give their ratios. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { runCell } from "../../../results/cells/cell.ts";

interface Row {
  readonly method: string;
  readonly other: string;
  readonly ratio: number;
  readonly otherSeeds: { readonly low: number; readonly high: number };
  readonly simulations: number;
  readonly seed: number;
  readonly scenario: string;
  readonly scenarioHash: string;
}

const root = fileURLToPath(new URL("../../../", import.meta.url));
const board = join(root, "results/leaderboard");
const rows: readonly Row[] = JSON.parse(readFileSync(join(board, "adversaries.json"), "utf8"));
const [clock, cpuClock] = [() => 0, () => 0];

describe("the kept adversaries", () => {
  test("are the files of the table, and no others", () => {
    expect(rows.length).toBeGreaterThan(5);
    expect(readdirSync(join(board, "adversaries")).sort()).toEqual(
      rows.map(({ scenario }) => scenario.slice(scenario.lastIndexOf("/") + 1)).sort(),
    );
  });

  test.each(rows.map((row) => [row.method, row] as const))(
    "of %s gives its ratio",
    async (_, { method, other, ratio, simulations, seed, scenario, scenarioHash }) => {
      const spec = { scenario: join(root, scenario), rootSeed: seed, seedIndex: 0, budget: { simulations } };
      const [own, theirs] = [
        (await runCell({ ...spec, method }, { clock, cpuClock })).result,
        (await runCell({ ...spec, method: other }, { clock, cpuClock })).result,
      ];
      expect(own.scenarioHash).toBe(scenarioHash);
      expect(own.value! / theirs.value!).toBe(ratio);
    },
  );
});
