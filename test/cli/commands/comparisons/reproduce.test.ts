/** `reproduce` as a user meets it. */
import { describe, expect, test } from "vitest";
import { papers } from "../../../../results/reproduce/registry.ts";
import { pgym } from "../../recorded-terminal.ts";

describe("reproduce", () => {
  test("--list shows every paper, and which need files", async () => {
    const { code, stdout } = await pgym(["reproduce", "--list"]);
    expect(code).toBe(0);
    for (const { id } of papers) expect(stdout).toContain(`  ${id}  `);
    expect(stdout).toContain("msr-fiddle/dnn-partitioning");
    const json = JSON.parse((await pgym(["reproduce", "--list", "--json"])).stdout);
    expect(json.map(({ id }: { id: string }) => id)).toEqual(papers.map(({ id }) => id));
  });

  test.each([
    [["reproduce"], '"reproduce --list" shows all.'],
    [["reproduce", "hefd"], 'Did you mean "heft"?'],
  ])("%j is one sentence", async (args, sentence) => {
    const { code, stderr } = await pgym(args);
    expect(code).toBe(2);
    expect(stderr).toContain(sentence);
  });
});
