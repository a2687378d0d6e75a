/** README.md and docs/leaderboard.md show the tracks and the committed board as they are. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { commands } from "../../cli/commands/index.ts";
import { trackLines } from "../../results/leaderboard/board-text.ts";
import type { Entry } from "../../results/leaderboard/contract.ts";
import { tracks } from "../../results/leaderboard/tracks/tracks.ts";

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const page = readFileSync(path("docs/leaderboard.md"), "utf8");
const readme = readFileSync(path("README.md"), "utf8");
const folder = path("results/leaderboard/board-v1");
const entries = readdirSync(folder).map(
  (id): Entry => JSON.parse(readFileSync(`${folder}/${id}/entry.json`, "utf8")),
);

describe("docs/leaderboard.md", () => {
  test("has the table of the tracks as they are", () => {
    expect(page).toContain(`<!-- tracks -->\n\n${trackLines(tracks).join("\n")}\n\n<!-- /tracks -->`);
  });

  test("names verbs and flags that the command has", async () => {
    const command = await commands.find(({ name }) => name === "leaderboard")!.load();
    const verbs = [...page.matchAll(/`leaderboard ([a-z-]+)/g)].map(([, verb]) => verb);
    for (const verb of verbs) expect(command.positionals[0].describe).toContain(verb);
    const flags = [...page.matchAll(/`leaderboard [^`]*`/g)].flatMap(
      ([line]) => line.match(/--[a-z-]+/g) ?? [],
    );
    for (const flag of flags) expect(Object.keys(command.flags)).toContain(flag.slice(2));
  });
});

describe("README.md", () => {
  const block = /<!-- board -->\n([\s\S]*?)<!-- \/board -->/.exec(readme)![1];
  const rows = [...block.matchAll(/^\| (\d+) \| `([^`]+)`[^|]*\| (\d\.\d{3}) \|/gm)];

  // `.ci/run` verifies all entries; their claims are enough here.
  test("has the top rows of each budget class of the makespan, best score first", () => {
    const classes = new Set(
      entries.filter(({ track }) => track === "makespan").map(({ budget }) => budget.simulations),
    );
    expect(classes.size).toBeGreaterThan(0);
    for (const budget of classes) {
      const best = entries
        .filter((entry) => entry.track === "makespan" && entry.budget.simulations === budget)
        .sort((a, b) => b.iqm - a.iqm || (a.id < b.id ? -1 : 1));
      for (const { method, iqm } of best.slice(0, 5))
        expect(rows.map(([, , name, score]) => [name, score])).toContainEqual([method, iqm.toFixed(3)]);
    }
  });
});
