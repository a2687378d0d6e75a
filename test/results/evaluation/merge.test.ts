import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InputError } from "../../../env/index.ts";
import { type CellOutcome, type RunCell, runCell } from "../../../results/cells/cell.ts";
import { runCells } from "../../../results/cells/run-cells.ts";
import type { EvaluationRequest } from "../../../results/evaluation/contract.ts";
import { evaluate, evaluationCells } from "../../../results/evaluation/evaluate.ts";
import { openEvaluation } from "../../../results/evaluation/evaluation-folder.ts";
import { openMerged } from "../../../results/evaluation/merge.ts";
import { shardOf } from "../../../results/evaluation/shards.ts";
import { sealed } from "../../../results/files/sealed.ts";
import { knownMethods } from "../../../results/training/run-inputs.ts";
import { bytesOf } from "../training/kill-runs.ts";
import { hooksWith } from "./requests.ts";

const request: EvaluationRequest = {
  scenarios: ["toy/chain", "toy/fork-join"],
  methods: ["tabu", "heft", "random"],
  seeds: 2,
  seed: 5,
  budgets: [{ simulations: 10 }, { simulations: 20 }],
  track: null,
  trainedOn: {},
};
const versions = { "placement-gym": "1.0.0" };
const inputsOf = async (methods: readonly string[]) => (await knownMethods(methods)).inputs;
const weights = {
  size: (scenario: string) => scenario.length,
  isSlow: (method: string) => method === "tabu",
};

let folder = "";
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "placement-gym-merge-"));
  const whole = await openEvaluation({ path: at("whole"), request, versions, inputsOf });
  await whole.write(await evaluate(whole.request, hooksWith(whole.keeping(runCell)), (cells) => cells));
  whole.close();
  for (const index of [2, 0, 1]) await runShard(`part-${index}`, index);
  await runShard("part-1 again", 1);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Changes {
  readonly request?: EvaluationRequest;
  readonly versions?: Readonly<Record<string, string>>;
  readonly run?: RunCell;
}

/** Runs a shard of three into a folder, as one machine would. */
async function runShard(name: string, index: number, changes: Changes = {}): Promise<void> {
  const asked = { path: at(name), request, versions, inputsOf, ...changes };
  const part = await openEvaluation(asked);
  const cells = shardOf(evaluationCells(part.request), weights, { index, count: 3 });
  await runCells(cells, hooksWith(part.keeping(changes.run ?? runCell)), (waiting) => waiting);
  part.close();
}

async function merged(names: readonly string[], out: string) {
  const paths = names.map(at);
  const {
    folder: opened,
    evaluated,
    missing,
  } = await openMerged({ paths, out: at(out), versions, inputsOf });
  await opened.write(evaluated);
  opened.close();
  return missing;
}

/** Lines of cells come in the order in which they end, also in an undisturbed run. */
function bytes(name: string): Readonly<Record<string, string>> {
  const files = bytesOf(at(name));
  return { ...files, "cells.jsonl": files["cells.jsonl"].split("\n").sort().join("\n") };
}

describe("merging shards", () => {
  test("gives the bytes of one undisturbed run, in any order and with one twice", async () => {
    expect(await merged(["part-0", "part-1", "part-2"], "in order")).toEqual([]);
    expect(await merged(["part-2", "part-1 again", "part-0", "part-1"], "out of order")).toEqual([]);
    for (const name of ["in order", "out of order"]) expect(bytes(name)).toEqual(bytes("whole"));
    expect(bytesOf(at("out of order"))).toEqual(bytesOf(at("in order")));
  });

  test("names the cells that no folder has, and is filled up by a later merge", async () => {
    const missing = await merged(["part-0", "part-2"], "filled");
    expect(missing).toHaveLength(8);
    expect(JSON.parse(readFileSync(join(at("filled"), "report.json"), "utf8")).complete).toBe(false);
    expect(await merged(["part-1"], "filled")).toEqual([]);
    expect(bytes("filled")).toEqual(bytes("whole"));
  });

  test("takes what a crash left: the cells before a torn last line", async () => {
    await runShard("torn", 1);
    const log = join(at("torn"), "cells.jsonl");
    writeFileSync(log, readFileSync(log, "utf8").slice(0, -10));
    expect(await merged(["part-0", "torn", "part-2"], "of torn")).toHaveLength(1);
  });

  test("refuses a damaged folder, and names its line", async () => {
    await runShard("damaged", 1);
    const log = join(at("damaged"), "cells.jsonl");
    writeFileSync(log, readFileSync(log, "utf8").replace('"seedIndex":0', '"seedIndex":1'));
    await expect(merged(["part-0", "damaged"], "of damaged")).rejects.toThrow(
      /^".*damaged\/cells\.jsonl", line \d+ was damaged or edited after it was written/,
    );
  });

  test("refuses two results of one cell that no clock ended", async () => {
    const wrong: RunCell = async (...of) => changed(await runCell(...of), { evaluations: 3 });
    await runShard("wrong", 1, { run: wrong });
    const refusal = merged(["part-1", "wrong"], "of wrong");
    await expect(refusal).rejects.toThrow(/part-1" and ".*wrong" hold different results of "/);
    await expect(refusal).rejects.toBeInstanceOf(InputError);
  });

  test("keeps the same one of two results that a clock ended, in either order", async () => {
    const late: RunCell = async (...of) => changed(await runCell(...of), { ended: "clock", evaluations: 3 });
    const early: RunCell = async (...of) => changed(await runCell(...of), { ended: "clock", evaluations: 2 });
    await runShard("late", 1, { run: late });
    await runShard("early", 1, { run: early });
    await merged(["late", "early"], "late first");
    await merged(["early", "late"], "early first");
    expect(bytesOf(at("early first"))).toEqual(bytesOf(at("late first")));
    await merged(["early", "part-1", "late"], "undisturbed");
    expect(readFileSync(join(at("undisturbed"), "cells.jsonl"), "utf8")).not.toContain('"ended":"clock"');
  });

  test("refuses parts of different evaluations, of other versions, and folders without one", async () => {
    await runShard("other", 1, { request: { ...request, seeds: 1 } });
    await runShard("newer", 1, { versions: { "placement-gym": "1.0.1" } });
    await expect(merged(["part-0", "other"], "x")).rejects.toThrow(
      /part-0" and ".*other" hold evaluations with different seeds; merge parts of one evaluation\.$/,
    );
    await expect(merged(["newer"], "x")).rejects.toThrow(
      /newer" was run by placement-gym 1\.0\.1, this is placement-gym 1\.0\.0;/,
    );
    await expect(merged(["none"], "x")).rejects.toThrow(/none" holds no evaluation: run\.json is missing\.$/);
  });

  test("refuses a cell of a method that has changed since", async () => {
    await runShard("changed", 1);
    const log = join(at("changed"), "cells.jsonl");
    const [header, line] = readFileSync(log, "utf8").split("\n");
    const { sha256: _, ...cell } = JSON.parse(line);
    writeFileSync(log, `${header}\n`);
    appendFileSync(log, `${JSON.stringify(sealed({ ...cell, key: "0".repeat(64) }))}\n`);
    await expect(merged(["changed"], "of changed")).rejects.toThrow(/^Method "tabu" has changed since/);
  });
});

const changed = ({ result, times }: CellOutcome, fields: Partial<CellOutcome["result"]>): CellOutcome => ({
  result: { ...result, ...fields },
  times,
});
