import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { pgym } from "../recorded-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-train-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("train tells how fast it goes, the best gap and the time left while it runs", async () => {
  let readings = 0;
  const train = ["train", "--agent", "reinforce?batch=10", "--scenario", "toy/chain", "--simulations", "80"];
  const { stderr } = await pgym([...train, "--out", join(folder, "run")], { seconds: () => ++readings });
  const lines = stderr.split("\n").filter((line) => line.includes("simulations ("));
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.at(-1)).toMatch(
    /^\d+ of 80 simulations \(\d+%\), about [\d a-z]+ left: update \d, best gap [\d.]+%, [\d.]+ simulations\/s, [\d.]+ updates\/s, loss /,
  );
});
