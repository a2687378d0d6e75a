/**
 * Writes what README.md and docs/leaderboard.md show of the leaderboard: the table of tracks, and
 * the top rows of the verified board. `npm run build:board` writes, with `--check` it compares.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { boardBlock, trackLines } from "../results/leaderboard/board-text.ts";
import { tracks } from "../results/leaderboard/tracks/tracks.ts";
import { verifyBoard } from "../results/leaderboard/verify/board.ts";

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const isCheck = process.argv.includes("--check");
const { board } = await verifyBoard({
  entries: path("results/leaderboard/board-v1"),
  bestKnown: path("results/best-known"),
  sample: 0,
});

replace("docs/leaderboard.md", "tracks", trackLines(tracks));
replace("README.md", "board", boardBlock(board));

function replace(name, block, lines) {
  const before = readFileSync(path(name), "utf8");
  const pattern = new RegExp(`(<!-- ${block} -->\n)[^]*?(<!-- /${block} -->)`);
  const after = before.replace(pattern, (_, start, end) => `${start}\n${lines.join("\n")}\n\n${end}`);
  if (after === before) return;
  if (!isCheck) return writeFileSync(path(name), after);
  console.error(`${name} does not show the board as it is: run npm run build:board.`);
  process.exitCode = 1;
}
