import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { boardPicture } from "../../../../results/page/board/picture.ts";
import { scoreText } from "../../../../results/page/board/ranked-table.ts";
import { pgym } from "../../../cli/recorded-terminal.ts";
import { fixtureSite } from "./site-fixture.ts";

const committed = fileURLToPath(new URL("../../../../docs/leaderboard.svg", import.meta.url));

describe("the picture of a board", () => {
  const { board } = fixtureSite();

  test("shows the rows of the largest budget with their scores, under a title that names both", () => {
    const svg = boardPicture(board);
    const { rows } = board.tracks[0].groups[1];
    expect(svg).toContain(">Track makespan at 1,000 simulations</text>");
    const numbers = [...svg.matchAll(/<text class="number"[^>]*>([^<]*)</g)].map(([, text]) => text);
    expect(numbers).toEqual(rows.map(({ iqm }) => scoreText(iqm.value)));
    expect(svg).not.toMatch(/NaN|undefined|<img|<script/);
    expect(boardPicture(board)).toBe(svg);
  });

  test("is of the track that is asked for, and refuses one without entries", () => {
    expect(boardPicture(board, "max-load")).toContain(">Track max-load at 100 simulations</text>");
    expect(() => boardPicture(board, "latency")).toThrow(
      'The board has no entries in the track "latency", so there is no picture.',
    );
  });
});

test.skipIf(!existsSync(committed))("the committed picture is what the command makes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "placement-gym-picture-"));
  try {
    const picture = join(folder, "board.svg");
    const { code } = await pgym(["leaderboard", "build", "--picture", picture, "--sample", "0"]);
    expect(code).toBe(0);
    expect(readFileSync(picture, "utf8")).toBe(readFileSync(committed, "utf8"));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
