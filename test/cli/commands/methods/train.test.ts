import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { expectSameBytes } from "../../../results/training/kill-runs.ts";
import { pgym } from "../../recorded-terminal.ts";

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

test("train with three actors prints and keeps what it does with one, and starts them as children", async () => {
  const whole = join(folder, "one");
  const train = ["train", "--agent", "reinforce?batch=9", "--scenario", "toy/overlap", "--simulations", "60"];
  const one = await pgym([...train, "--out", whole]);
  const three = await pgym([...train, "--actors", "3", "--out", join(folder, "three")]);
  expect(three.stdout.replaceAll(join(folder, "three"), whole)).toBe(one.stdout);
  expect(three.stderr).not.toMatch(/An actor has no answer|No plan went to another actor/);
  expectSameBytes(join(folder, "three"), whole);
}, 60_000);

test("train says what a queue needs, and that a queue does not answer, before it begins", async () => {
  const train = ["train", "--scenario", "toy/chain", "--simulations", "9", "--out", join(folder, "none")];
  const alone = await pgym([...train, "--queue", "redis://127.0.0.1:1"]);
  expect([alone.code, alone.stderr]).toEqual([
    2,
    "placement-gym: --queue has workers simulate the plans of a training, and this process is its only actor; give --actors N, at least 2.\n",
  ]);
  const nobody = await pgym([...train, "--actors", "2", "--queue", "redis://127.0.0.1:1"]);
  expect([nobody.code, nobody.stderr]).toEqual([
    2,
    "placement-gym: No queue answers at redis://127.0.0.1:1: ECONNREFUSED.\n",
  ]);
  expect(existsSync(join(folder, "none"))).toBe(false);
});

test("train says where its agent leaves the other actors nothing to do", async () => {
  const train = ["train", "--agent", "placeto?width=4", "--scenario", "toy/chain", "--simulations", "30"];
  const { stderr } = await pgym([...train, "--actors", "2", "--out", join(folder, "alone")]);
  expect(stderr).toContain("No plan went to another actor: this process simulated them all.\n");
});
