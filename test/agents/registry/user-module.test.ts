import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadMethod } from "../../../agents/registry/user-module.ts";
import { runMethod } from "../../../agents/run/run.ts";
import { asPlacement, createRng, evaluator, InputError, metered, testScenario } from "../../../env/index.ts";
import { compiledFile } from "../../compiled.ts";

const folder = mkdtempSync(join(tmpdir(), "methods-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a module of plain JavaScript and returns its path. */
function written(name: string, source: string): string {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(path, source);
  return path;
}

describe("a user's planner by path", () => {
  test("runs as any other", async () => {
    const module = await loadMethod(await compiledFile("test/agents/registry/first-fit.ts"));
    const scenario = testScenario({ graph: "a 10 8B\nb 20 <- a" });
    const { best, report } = await runMethod({
      module,
      options: { device: 1 },
      scenario,
      meter: metered(evaluator(scenario), { evaluations: 5 }),
      rng: createRng(1),
    });
    expect(Array.from(asPlacement(best!.plan).device)).toEqual([1, 1]);
    expect(report.facts).toEqual([{ name: "all on device", value: 1 }]);
  });

  test("may be the default export", async () => {
    const path = written(
      "default",
      `import { z } from ${JSON.stringify(import.meta.resolve("zod"))};
       export default {
         kind: "planner", options: z.object({}),
         card: { id: "mine", name: "Mine", summary: "Mine.", searchSpace: "none" },
         create: () => ({ async *plan() {} }),
       };`,
    );
    expect((await loadMethod(path)).card.id).toBe("mine");
  });
});

describe("a file that holds no method is one sentence", () => {
  const card = 'card: { id: "x", name: "X", summary: "X.", searchSpace: "x" }';
  test.each([
    ["empty", "export const other = 1;", 'exports neither "method" nor a default'],
    ["number", "export const method = 1;", "its method is wrong"],
    ["kind", "export const method = { kind: 'plan' };", '"kind" is wrong'],
    ["card", "export const method = { kind: 'planner', card: { id: 'x' } };", '"card.name" is wrong'],
    [
      "options",
      `export const method = { kind: 'planner', ${card} };`,
      '"options" is wrong: expected a zod 4 schema',
    ],
    [
      "create",
      `export const method = { kind: 'planner', ${card}, options: { _zod: {}, safeParse() {} }, create: 1 };`,
      '"create" is wrong: expected a function',
    ],
    [
      "act",
      `export const method = { kind: 'agent', ${card}, options: { _zod: {}, safeParse() {} }, create() {} };`,
      '"actEvaluations" is wrong: expected a function',
    ],
    ["throws", "throw new Error('no luck');", "could not be loaded: no luck."],
  ])("%s", async (name, source, sentence) => {
    const loading = loadMethod(written(name, source));
    await expect(loading).rejects.toThrow(InputError);
    await expect(loading).rejects.toThrow(sentence);
  });

  test("missing", async () => {
    await expect(loadMethod("./nowhere.ts")).rejects.toThrow('Method file "./nowhere.ts" does not exist.');
  });
});
