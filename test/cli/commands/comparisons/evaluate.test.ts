import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { pgym } from "../../recorded-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-evaluate-"));
afterAll(() => rmSync(folder, { recursive: true }));

const small = ["evaluate", "--scenarios", "toy/chain,toy/fork-join", "--seeds", "2", "--jobs", "1"];
const methods = ["--methods", "heft,tabu"];
const json = (run: string, name: string) => JSON.parse(readFileSync(join(folder, run, name), "utf8"));

describe("evaluate", () => {
  test("prints a table for each budget, predicts its time after a tenth, and goes on with what it kept", async () => {
    const out = join(folder, "run");
    const asked = [...small, ...methods, "--simulations", "10,20", "--out", out];
    const first = await pgym(asked);
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/^10 simulations: 2 scenarios, 2 seeds\n {2}method +IQM score/);
    expect(first.stdout).toContain("\n\n20 simulations: 2 scenarios, 2 seeds\n");
    expect(first.stdout).toContain(`\nPage: ${join(out, "index.html")}\n`);
    expect(first.stderr).toMatch(
      /^Predicted time: about \d+\.\d s in all, \d+\.\d s of it spent, after 2 of 16 cells$/m,
    );
    const again = await pgym([...asked, "--json"]);
    expect(again.stderr).toContain("16 of its 16 cells are kept");
    expect(JSON.parse(again.stdout)).toMatchObject({ complete: true, cells: { length: 16 }, out });
    expect(json("run", "run.json")).toMatchObject({ kind: "evaluate", config: { track: null } });
    const curves = await pgym(["curves", out]);
    expect(curves.stderr).toContain("holds an evaluation, which has no curve");
  });

  test("loses the cells of a failing method alone, and exits with 1", async () => {
    const broken = join(folder, "broken.mjs");
    writeFileSync(
      broken,
      `import { z } from ${JSON.stringify(import.meta.resolve("zod"))};
       export default {
         kind: "planner", options: z.object({}),
         card: { id: "broken", name: "Broken", summary: "Fails.", searchSpace: "none" },
         create: () => { throw new Error("no idea"); },
       };`,
    );
    const out = join(folder, "failing");
    // The process of a failed cell is ended, so each costs a start.
    const asked = ["evaluate", "--scenarios", "toy/chain", "--seeds", "1", "--jobs", "1"];
    asked.push("--methods", `heft,${broken}`, "--simulations", "10", "--out", out);
    const { code, stderr, stdout } = await pgym(asked);
    expect(code).toBe(1);
    expect(stderr).toMatch(/failed on "toy\/chain", seed 0: no idea\nThe stack is in .*failures/);
    expect(stdout).toContain("Warning: 1 of 2 cells failed.");
    const { complete, cells } = json("failing", "report.json");
    expect(complete).toBe(false);
    expect(cells.filter(({ value }: { value: number | null }) => value !== null)).toHaveLength(1);
  });

  test("declares what weights of the package have learned from, and what the flag adds", async () => {
    const out = join(folder, "learned");
    const flags = ["--methods", "house,heft", "--simulations", "2", "--out", out];
    await pgym([...small, ...flags, "--trained-on", "house=other:notes"]);
    const { trainedOn } = json("learned", "report.json").request;
    expect(Object.keys(trainedOn)).toEqual(["house"]);
    expect(trainedOn.house).toEqual(expect.arrayContaining(["layered/train", "rnnlm", "other:notes"]));
  });

  test.each([
    ["--simulations 10,many", '--simulations holds "many", expected numbers with commas between.'],
    ["--simulations 10,10", "The budget of 10 simulations is named twice; name it once."],
    ["--cpu-seconds -1", "The budget is -1 CPU seconds, expected a number above 0."],
    ["--trained-on tabu", '--trained-on is "tabu", expected METHOD=A,B with one of the methods evaluated.'],
    ["--shard 2/2", "--shard 2/2 gives shard 2 of 2, expected one of 0 to the count less 1."],
    ["--queue redis://x --shard 0/2", "Both --queue and --shard were given, expected one of them."],
    [
      "--queue redis://x --log-evaluations",
      "--log-evaluations writes to this machine's disk; leave it out with --queue.",
    ],
    ["--queue redis://127.0.0.1:1", "No queue answers at redis://127.0.0.1:1: ECONNREFUSED."],
    ["--suite toy", "Both --scenarios and --suite were given, expected one of them."],
  ])("refuses %s in a sentence", async (flags, sentence) => {
    const { code, stderr } = await pgym([...small, ...methods, ...flags.split(" ")]);
    expect([code, stderr]).toEqual([2, `placement-gym: ${sentence}\n`]);
  });
});
