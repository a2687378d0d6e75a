import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { pgym } from "../../recorded-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-tune-"));
afterAll(() => rmSync(folder, { recursive: true }));

const small = [
  "--scenarios",
  "toy/chain,toy/fork-join",
  "--simulations",
  "160",
  "--seeds",
  "1",
  "--jobs",
  "1",
];
const tune = ["tune", "hill-climb", ...small, "--trials", "5", "--vary", "kick,improvement"];
const textOf = (run: string, name: string) => readFileSync(join(folder, run, name), "utf8");

describe("tune", () => {
  test("prints trials and the winner as a spec, and goes on after a kill with the same bytes", async () => {
    const whole = join(folder, "whole");
    const { code, stdout } = await pgym([...tune, "--out", whole]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Rung 1: 5 trials, 8 simulations for each cell\n\s+trial\s+excess\s+gap\s+fits\n/,
    );
    expect(stdout).toMatch(/Best: hill-climb/);
    expect(stdout).toMatch(/\nRung 2: 3 trials, 13 simulations for each cell\n/);
    expect(stdout).toMatch(
      /, the method as given\n|placement-gym compare --scenarios toy\/chain,toy\/fork-join --methods /,
    );

    const broken = join(folder, "broken");
    cpSync(whole, broken, { recursive: true });
    rmSync(join(broken, "result.json"));
    const cells = textOf("broken", "cells.jsonl");
    truncateSync(join(broken, "cells.jsonl"), Math.floor(cells.length / 2));
    const again = await pgym([...tune, "--out", broken]);
    expect(again.stderr).toMatch(/holds this tuning: \d+ cells are kept/);
    expect(again.stdout.replaceAll(broken, whole)).toBe(stdout);
    for (const name of ["result.json", "run.json"])
      expect(textOf("broken", name)).toBe(textOf("whole", name));

    const other = await pgym([...tune, "--strategy", "random", "--out", whole]);
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(
      /holds a tuning with strategy "halving", this one has "random"; name another folder/,
    );
    for (const args of [
      ["compare", "--scenarios", "toy/chain", "--methods", "heft"],
      ["curves", whole],
    ]) {
      const refused = await pgym(args[0] === "curves" ? args : [...args, "--out", whole]);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toMatch(/holds a tuning/);
    }
  });

  test("gives the same bytes by one process and by two, of an agent too", async () => {
    const tuned = ["tune", "reinforce", ...small.slice(0, -2), "--trials", "3", "--vary", "learningRate"];
    const [one, two] = [1, 2].map((jobs) => join(folder, `jobs-${jobs}`));
    const { stdout } = await pgym([...tuned, "--jobs", "1", "--out", one]);
    const again = await pgym([...tuned, "--jobs", "2", "--out", two]);
    expect(again.stdout.replaceAll(two, one)).toBe(stdout);
    for (const name of ["result.json", "run.json"])
      expect(textOf("jobs-2", name)).toBe(textOf("jobs-1", name));
  });

  test.each([
    [["tune", "hill-climb"], '"tune" needs scenarios'],
    [["tune", "hill-clim", ...small], 'Did you mean "hill-climb"'],
    [["tune", "hill-climb", ...small, "--range", "kik=0..1"], 'Did you mean "kick"'],
    [["tune", "hill-climb", ...small, "--simulations", "3"], "is less than one for each cell"],
  ])("%j is one sentence and exit code 2", async (args, sentence) => {
    const { code, stdout, stderr } = await pgym(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^placement-gym: .*${sentence}.*\n$`));
  });
});
