import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { pgym } from "../../recorded-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-curves-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("curves", () => {
  test("draws two seeds of an agent and the controls beside them, as text, JSON, page and picture", async () => {
    const run = (seed: number) => join(folder, `seed-${seed}`);
    const train = ["train", "--agent", "placeto?width=2", "--scenario", "toy/chain", "--simulations", "60"];
    for (const seed of [1, 2]) await pgym([...train, "--seed", `${seed}`, "--out", run(seed)]);
    const controls = join(folder, "controls");
    await pgym(["compare", "--scenarios", "toy/chain", "--methods", "heft", "--out", controls]);
    const [page, svg] = [join(folder, "curves.html"), join(folder, "gap.svg")];
    const runs = [run(1), run(2), controls];
    const { code, stdout } = await pgym([
      "curves",
      ...runs,
      "--metrics",
      "bestGap,loss",
      "--out",
      page,
      "--svg",
      svg,
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/bestGap after so many simulations\n.*line\s+runs/);
    expect(stdout).toMatch(/placeto\?width=2\s+2 .*\n\s+heft\s+1 /);
    expect(readFileSync(page, "utf8")).toContain(
      `placement-gym curves ${runs.join(" ")} --metrics bestGap,loss`,
    );
    expect(readFileSync(svg, "utf8")).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    const json = JSON.parse((await pgym(["curves", ...runs, "--json"])).stdout);
    expect(json.metrics[0]).toMatchObject({
      metric: "bestGap",
      lines: [{ runs: 2 }, { label: "heft", runs: 1 }],
    });
    expect(json.runs).toHaveLength(3);
  });

  test.each([
    [["curves"], '"curves" needs RUN'],
    [["curves", folder, folder], "is named twice"],
    [["curves", join(folder, "none")], "holds neither a training run nor a comparison"],
  ])("%j is one sentence and exit code 2", async (args, sentence) => {
    const page = join(folder, "never.html");
    const { code, stdout, stderr } = await pgym([...args, "--out", page]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^placement-gym: .*${sentence}.*\n$`));
    expect(existsSync(page)).toBe(false);
  });

  test("a damaged run is one sentence and exit code 2", async () => {
    const broken = mkdtempSync(join(folder, "broken-"));
    writeFileSync(join(broken, "run.json"), '{"format":"placement-gym/run@2","kind":"train"}');
    const { code, stderr } = await pgym(["curves", broken]);
    expect(code).toBe(2);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});
