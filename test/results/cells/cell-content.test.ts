import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InputError } from "../../../env/index.ts";
import type { CellSpec } from "../../../results/cells/cell.ts";
import { budgetText, cellContents, growingContents } from "../../../results/cells/cell-content.ts";
import { sealed } from "../../../results/files/sealed.ts";
import { POLICY, POLICY_FORMAT } from "../../../results/training/policy-file.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "placement-gym-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const versions = { "placement-gym": "1.0.0", node: "20" };
const spec: CellSpec = {
  scenario: "toy/chain",
  method: "tabu",
  rootSeed: 1,
  seedIndex: 0,
  budget: { simulations: 10 },
};
const contentsOf = (methods: readonly string[], scenarios: readonly string[] = ["toy/chain", "toy/memory"]) =>
  cellContents({ scenarios, methods, versions });

describe("the address of a cell", () => {
  test("is the same for two spellings of a method, and another for other options", async () => {
    const contents = await contentsOf(["heft", "heft?pool=all", "ilp", "ilp?iterations=15000"]);
    const keyOf = (method: string) => contents.keyOf({ ...spec, method });
    expect(keyOf("heft?pool=all")).toBe(keyOf("heft"));
    expect(keyOf("ilp?iterations=15000")).not.toBe(keyOf("ilp"));
    expect(keyOf("ilp")).not.toBe(keyOf("heft"));
  });

  test.each([
    ["the scenario", { scenario: "toy/memory" }],
    ["the method", { method: "heft" }],
    ["the root seed", { rootSeed: 2 }],
    ["the kind of root seed", { rootSeed: "1" }],
    ["the seed index", { seedIndex: 1 }],
    ["the budget", { budget: { simulations: 11 } }],
    ["the unit of the budget", { budget: { evaluations: 10 } }],
  ])("depends on %s", async (_, change) => {
    const contents = await contentsOf(["tabu", "heft"]);
    expect(contents.keyOf({ ...spec, ...change })).not.toBe(contents.keyOf(spec));
  });

  test("depends on how a policy is used", async () => {
    const empty = { method: "reinforce", options: {}, scenarios: [], simulations: 0, evaluations: 0 };
    const policy = { format: POLICY_FORMAT, agent: "reinforce", ...empty, policy: "weights" };
    writeFileSync(join(folder, POLICY), JSON.stringify(sealed(policy)));
    const specs = ["", "?decode=greedy", "?finetune=5", "?finetune=6"].map(
      (use) => `reinforce@${folder}${use}`,
    );
    const contents = await contentsOf(specs);
    expect(new Set(specs.map((method) => contents.keyOf({ ...spec, method }))).size).toBe(4);
  });

  test("depends on the versions, and on the objective", async () => {
    const of = { scenarios: ["toy/chain"], methods: ["tabu"], versions };
    const key = (await cellContents(of)).keyOf(spec);
    const newer = { ...versions, node: "22" };
    expect((await cellContents({ ...of, versions: newer })).keyOf(spec)).not.toBe(key);
    expect((await cellContents({ ...of, objective: "latency" })).keyOf(spec)).not.toBe(key);
    expect((await cellContents({ ...of, objective: "makespan" })).keyOf(spec)).toBe(key);
  });

  test("depends on the backend of agents alone", async () => {
    const contents = await contentsOf(["tabu", "placeto"]);
    const keys = (method: string) =>
      ["wasm", "cpu"].map((backend) => contents.keyOf({ ...spec, method, backend: backend as "wasm" }));
    expect(new Set(keys("tabu")).size).toBe(1);
    expect(new Set(keys("placeto")).size).toBe(2);
  });

  test("is that of the contents of files, wherever they are", async () => {
    const graph =
      "node1 -- A(id=1) -- forward_compute_time=1.0, backward_compute_time=2.0, activation_size=4.0, parameter_size=8.0\n";
    const [here, there] = ["here", "there"].map((name) => join(folder, name));
    mkdirSync(here);
    writeFileSync(
      join(here, "mine.mjs"),
      `import { z } from ${JSON.stringify(import.meta.resolve("zod"))};
       import { summary } from "./words.mjs";
       export default {
         kind: "planner", options: z.object({}), card: { id: "mine", name: "Mine", summary, searchSpace: "none" },
         create: () => ({ async *plan() {} }),
       };`,
    );
    writeFileSync(join(here, "words.mjs"), 'export const summary = "Mine.";\n');
    writeFileSync(join(here, "own.graph.txt"), graph);
    cpSync(here, there, { recursive: true });
    const of = [here, there].map((path) => ({
      ...spec,
      scenario: join(path, "own.graph.txt"),
      method: join(path, "mine.mjs"),
    }));
    const keys = async () => {
      const contents = await contentsOf(
        of.map(({ method }) => method),
        of.map(({ scenario }) => scenario),
      );
      return of.map(contents.keyOf);
    };
    const [ours, theirs] = await keys();
    expect(ours).toBe(theirs);
    writeFileSync(join(there, "words.mjs"), 'export const summary = "Other.";\n');
    expect(await keys()).toEqual([ours, expect.not.stringMatching(ours!)]);
  });

  test("is not there for names that were not made known, which are refused at once where they are wrong", async () => {
    const contents = await contentsOf(["tabu"]);
    expect(contents.keyOf({ ...spec, method: "heft" })).toBe(null);
    expect(contents.keyOf({ ...spec, scenario: "toy/overlap" })).toBe(null);
    await expect(contentsOf(["hefd"])).rejects.toThrow(InputError);
    await expect(contentsOf([], ["toy/nowhere"])).rejects.toThrow(InputError);
  });
});

test("a budget reads the same in whatever order its limits are given", () => {
  expect(budgetText({ seconds: 2, simulations: 10 })).toBe("10 simulations and 2 seconds");
  expect(budgetText({ simulations: 10, seconds: 2, evaluations: undefined })).toBe(
    "10 simulations and 2 seconds",
  );
});

describe("contents that grow", () => {
  test("know a cell by the same address once they were told of it, and no other", async () => {
    const contents = growingContents(versions);
    expect(contents.keyOf(spec)).toBeNull();
    await contents.know(spec);
    expect(contents.keyOf(spec)).toBe((await contentsOf(["tabu"])).keyOf(spec));
    expect(contents.keyOf({ ...spec, seedIndex: 1 })).not.toBe(contents.keyOf(spec));
    expect(contents.keyOf({ ...spec, objective: "latency" })).toBeNull();
    expect(contents.scenarioHash("toy/memory")).toBeNull();
    await expect(contents.know({ ...spec, method: "tabbu" })).rejects.toThrow(InputError);
  });
});
