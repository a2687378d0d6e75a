import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { pgym } from "../../recorded-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-adversary-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

describe("adversary", () => {
  test("finds an instance on which HEFT is far behind, whose file gives the ratio again", async () => {
    const args = ["adversary", "heft", "best", "--instances", "40", "--simulations", "20", "--json"];
    const file = at("heft.json");
    const { code, stdout } = await pgym([...args, "--out", file]);
    const answer = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(answer.ratio).toBeGreaterThanOrEqual(1.3);
    expect(answer.otherSeeds.low).toBeGreaterThan(1.2);
    expect(answer).toMatchObject({ tried: 40, without: 0, scenario: file });
    expect(answer.spent.other).toBeLessThanOrEqual(40 * 20);
    expect(answer.again).toBe(
      `placement-gym compare --scenarios ${file} --methods heft,best --simulations 20`,
    );

    const again = answer.again.split(" ").slice(1);
    const report = JSON.parse((await pgym([...again, "--jobs", "1", "--json"])).stdout);
    const [heft, best] = report.cells.map(({ value }: { value: number }) => value);
    expect(heft / best).toBe(answer.ratio);
    expect(report.scenarios[0].scenarioHash).toBe(answer.scenarioHash);
  }, 60_000);

  test("prints the instance with both plans, the same each time", async () => {
    const args = ["adversary", "heft", "etf", "--from", "layered", "--instances", "20"];
    const small = [...args.slice(0, 3), "--instances", "30", "--seed", "3", "--out", at("etf.json")];
    const { stdout } = await pgym(small);
    expect(stdout).toMatch(/^HEFT takes \d\.\d\d times as long as ETF\n/);
    expect(stdout).toMatch(/\n {2}op +us on gpu:0 .* sends +heft +etf\n/);
    expect(stdout).toMatch(/\n {2}layer_1\/op_0 +layer_0\//);
    expect(stdout).toMatch(/\n {2}link +bandwidth +latency\n/);
    expect(stdout).toMatch(/\nInstance: .*etf\.json\nBoth again: placement-gym compare .* --seed 3\n$/);
    const bytes = readFileSync(at("etf.json"), "utf8");
    expect((await pgym(small)).stdout).toBe(stdout);
    expect(readFileSync(at("etf.json"), "utf8")).toBe(bytes);

    const large = await pgym([...args, "--out", at("large.json")]);
    expect(large.stdout).toMatch(/\n80 ops, \d+ edges, 2 devices, makespan\n/);
  }, 30_000);

  test("ends with the best so far where it is interrupted", async () => {
    const { code, stdout } = await pgym(["adversary", "heft", "etf", "--json", "--out", at("cut.json")], {
      signal: AbortSignal.abort(),
    });
    expect(code).toBe(130);
    expect(JSON.parse(stdout).tried).toBe(1);
  });

  test.each([
    [["heft"], '"adversary" needs OTHER'],
    [["heft", "heft"], 'Both methods are "heft"'],
    [["heft", "etff"], 'Did you mean "etf"'],
    [["heft", "etf", "--from", "layerd"], 'Did you mean "layered"'],
    [["heft", "etf", "--instances", "0"], "--instances"],
  ])("%j is one sentence and exit code 2", async (args, sentence) => {
    const { code, stdout, stderr } = await pgym(["adversary", ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^placement-gym: .*${sentence}.*\n$`));
  });
});
