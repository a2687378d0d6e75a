import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InputError } from "../../../env/index.ts";
import { type RunCell, runCell } from "../../../results/cells/cell.ts";
import type { EvaluationRequest } from "../../../results/evaluation/contract.ts";
import { evaluate } from "../../../results/evaluation/evaluate.ts";
import { openEvaluation } from "../../../results/evaluation/evaluation-folder.ts";
import { knownMethods } from "../../../results/training/run-inputs.ts";
import { hooksWith } from "./requests.ts";

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "placement-gym-"));
  path = join(folder, "run");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const request: EvaluationRequest = {
  scenarios: ["toy/pipeline"],
  methods: ["heft"],
  seeds: 1,
  seed: 0,
  budgets: [{ simulations: 20 }],
  track: null,
  trainedOn: {},
};
const inputsOf = async (methods: readonly string[]) => (await knownMethods(methods)).inputs;
const open = (asked: EvaluationRequest) =>
  openEvaluation({ path, request: asked, versions: { "placement-gym": "1.0.0" }, inputsOf });

/** Runs what is asked in the folder; answers the cells that were run, and what was told. */
async function run(asked: EvaluationRequest) {
  const opened = await open(asked);
  const ran: string[] = [];
  const counting: RunCell = (spec, hooks) => {
    ran.push(`${spec.method} on ${spec.scenario}, ${spec.seedIndex}, ${spec.budget.simulations}`);
    return runCell(spec, hooks);
  };
  try {
    const hooks = { ...hooksWith(opened.keeping(counting)), kept: opened.kept };
    await opened.write(await evaluate(opened.request, hooks, (cells) => cells));
  } finally {
    opened.close();
  }
  return { ran, notes: opened.notes };
}

const textOf = (name: string) => readFileSync(join(path, name), "utf8");
const results = () => ["report.json", "run.json", "index.html"].map(textOf);

describe("the folder of an evaluation", () => {
  test("grows by methods, scenarios, seeds and budgets to the report that one command would have given", async () => {
    expect((await run(request)).ran).toEqual(["heft on toy/pipeline, 0, 20"]);
    expect((await run({ ...request, methods: ["random"] })).ran).toEqual(["random on toy/pipeline, 0, 20"]);
    expect((await run({ ...request, budgets: [{ simulations: 30 }] })).ran).toHaveLength(2);
    expect((await run({ ...request, scenarios: ["toy/chain"] })).ran).toHaveLength(4);
    expect((await run({ ...request, seeds: 2 })).ran).toHaveLength(8);
    const grown = results();
    path = join(folder, "at once");
    const scenarios = ["toy/pipeline", "toy/chain"];
    const budgets = [{ simulations: 20 }, { simulations: 30 }];
    await run({ ...request, scenarios, methods: ["heft", "random"], seeds: 2, budgets });
    expect(results()).toEqual(grown);
  });

  test("answers the same command again without a run, to the same bytes", async () => {
    await run(request);
    const before = results();
    expect((await run(request)).ran).toEqual([]);
    expect(results()).toEqual(before);
  });

  test("runs two spellings of a method once, and says so", async () => {
    await run(request);
    const { ran, notes } = await run({
      ...request,
      methods: ["heft?pool=all", "random"],
      trainedOn: { "heft?pool=all": ["nmt/train"] },
    });
    expect(ran).toEqual(["random on toy/pipeline, 0, 20"]);
    expect(notes).toEqual(['"heft?pool=all" is "heft" by another name; it is run once.']);
    const report = JSON.parse(textOf("report.json"));
    expect(report.request).toMatchObject({ methods: ["heft", "random"], trainedOn: { heft: ["nmt/train"] } });
  });

  test.each([
    ["root seed", { seed: 1 }, "seed 0, this one has 1"],
    ["objective", { objective: "latency" as const }, 'objective unset, this one has "latency"'],
    ["track", { track: "makespan" }, 'track null, this one has "makespan"'],
  ])("refuses another %s", async (_, change, sentence) => {
    await run(request);
    await expect(open({ ...request, ...change })).rejects.toThrow(
      new InputError(`"${path}" holds an evaluation with ${sentence}; name another folder with --out.`),
    );
  });

  test("says what it is, and what its methods have learned from", async () => {
    await run({ ...request, track: "makespan", trainedOn: { heft: ["nmt/train"] } });
    const description = JSON.parse(textOf("run.json"));
    expect(description).toMatchObject({ kind: "evaluate", config: { track: "makespan" } });
    expect(Object.keys(description.scenarios)).toEqual(["toy/pipeline"]);
    expect(textOf("index.html")).toContain("heft trained on nmt/train");
  });
});
