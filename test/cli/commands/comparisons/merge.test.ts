import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { pgym } from "../../recorded-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-merge-"));
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const asked = ["evaluate", "--scenarios", "toy/chain", "--methods", "heft,random", "--simulations", "10"];
const small = [...asked, "--seeds", "3", "--jobs", "1"];
const textOf = (run: string, name: string) => readFileSync(join(at(run), name), "utf8");

describe("merge", () => {
  test("unites what evaluate --shard left, to the files of one run", async () => {
    await pgym([...small, "--out", at("whole")]);
    const first = await pgym([...small, "--shard", "1/2", "--out", at("b")]);
    expect(first).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Shard 1 of 2 \(by --shard\): 3 of its 3 /),
    });
    expect(first.stderr).toMatch(/^Predicted time: .* after 2 of 3 cells of shard 1 of 2$/m);
    const some = await pgym(["merge", at("b"), "--out", at("merged")]);
    expect(some.code).toBe(1);
    expect(some.stderr).toContain("3 of 6 cells are missing: no folder has them.\n  ");
    const run = some.stderr.split("Run them: placement-gym ")[1].trim().split(" ");
    expect(run.slice(0, 3)).toEqual(asked.slice(0, 3));
    const variables = { JOB_COMPLETION_INDEX: "0" };
    await pgym([...small, "--shard", "auto/2", "--out", at("a")], { variables });
    const all = await pgym(["merge", at("b"), at("a"), at("b"), "--out", at("merged")]);
    expect(all).toMatchObject({ code: 0, stderr: "" });
    expect(all.stdout).toMatch(/^10 simulations: 1 scenario, 3 seeds\n/);
    for (const name of ["report.json", "run.json"])
      expect(textOf("merged", name)).toBe(textOf("whole", name));
    expect((await pgym(run)).stderr).toContain("6 of its 6 cells are kept");
  });

  test.each([
    [["merge"], '"merge" needs FOLDER: the folders that evaluate --shard left.'],
    [["merge", "a"], '"merge" needs a folder for the whole evaluation: --out FOLDER.'],
    [["merge", folder, "--out", at("x")], `"${folder}" holds no evaluation: run.json is missing.`],
  ])("refuses %j in a sentence", async (args, sentence) => {
    expect(await pgym(args)).toEqual({ code: 2, stdout: "", stderr: `placement-gym: ${sentence}\n` });
  });
});
