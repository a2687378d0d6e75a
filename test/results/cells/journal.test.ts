import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InputError } from "../../../env/index.ts";
import type { CellSpec, RunCell } from "../../../results/cells/cell.ts";
import { openJournal } from "../../../results/cells/journal.ts";
import { compare, withoutTimes } from "../../../results/comparison/compare.ts";
import { fakeRunner, request } from "../cells.ts";

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "placement-gym-"));
  path = join(folder, "cells.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const values = fakeRunner(({ method, seedIndex }) => ({ value: (method === "slow" ? 60 : 70) + seedIndex }));
const clock = () => 0;
const versions = { "placement-gym": "1.0.0" };
/** Of cells by their names alone. */
const contentsOf = (hash: string) => ({
  keyOf: ({ scenario, method, rootSeed, seedIndex, budget }: CellSpec) =>
    JSON.stringify([hash, scenario, method.split("?")[0], rootSeed, seedIndex, budget]),
  scenarioHash: () => hash,
});
const contents = contentsOf("0123");

/** Runs cells by `values`, counts them, and does `after` when one has finished. */
function counting(after: (finished: number) => void = () => undefined) {
  const ran: string[] = [];
  const runCell: RunCell = async (spec, hooks) => {
    const outcome = await values(spec, hooks);
    ran.push(`${spec.scenario}/${spec.method}/${spec.seedIndex}`);
    after(ran.length);
    return outcome;
  };
  return { ran, runCell };
}

const open = (runCell: RunCell, other: Partial<Parameters<typeof openJournal>[0]> = {}) =>
  openJournal({ path, versions, runCell, contents, ...other });

/** A comparison that an interrupt ends in its third cell. */
async function interrupted(): Promise<void> {
  const interrupt = new AbortController();
  const { runCell } = counting((finished) => finished === 3 && interrupt.abort());
  const journal = await open(runCell);
  const report = await compare(request, {
    runCell: journal.runCell,
    clock,
    cpuClock: clock,
    signal: interrupt.signal,
  });
  journal.close();
  expect(report.complete).toBe(false);
}

describe("the journal of a comparison", () => {
  test("lets an interrupted comparison go on, to the same report, with the cells that it had not finished", async () => {
    await interrupted();
    const { ran, runCell } = counting();
    const journal = await open(runCell);
    expect(journal.keptCount).toBe(2);
    const report = await compare(request, { runCell: journal.runCell, clock, cpuClock: clock });
    journal.close();
    expect(ran).toHaveLength(6);
    const whole = await compare(request, { runCell: values, clock, cpuClock: clock });
    expect(withoutTimes(report)).toEqual(withoutTimes(whole));
  });

  test("keeps the cells that had finished before a method failed", async () => {
    const failing: RunCell = async (spec, hooks) => {
      if (spec.method === "quick") throw new Error("no idea");
      return values(spec, hooks);
    };
    const journal = await open(failing);
    await expect(compare(request, { runCell: journal.runCell, clock, cpuClock: clock })).rejects.toThrow(
      "no idea",
    );
    journal.close();
    expect((await open(values)).keptCount).toBe(4);
  });

  test("survives a line torn by a kill", async () => {
    await interrupted();
    appendFileSync(path, '{"spec":{"scenario":"tw');
    const journal = await open(values);
    expect(journal.keptCount).toBe(2);
    await compare(request, { runCell: journal.runCell, clock, cpuClock: clock });
    journal.close();
    expect((await open(values)).keptCount).toBe(8);
  });

  test("writes nothing before a cell has finished", async () => {
    (await open(values)).close();
    expect(existsSync(path)).toBe(false);
  });

  test.each([
    ["another budget", { ...request, budget: { evaluations: 11 } }],
    ["another root seed", { ...request, seed: 8 }],
  ])("does not answer for %s", async (_, other) => {
    await interrupted();
    const { ran, runCell } = counting();
    const journal = await open(runCell);
    await compare(other, { runCell: journal.runCell, clock, cpuClock: clock });
    journal.close();
    expect(ran).toHaveLength(8);
  });

  test("is refused where a scenario has changed since, in a sentence that names it", async () => {
    await interrupted();
    const kept = readFileSync(path, "utf8");
    await expect(open(values, { contents: contentsOf("4567") })).rejects.toThrow(
      /^Scenario "one" has changed since its cells in ".*" were kept; undo the change, or name another folder/,
    );
    expect(readFileSync(path, "utf8")).toBe(kept);
  });

  test("answers under the name that is asked for, and runs two names of one method once", async () => {
    const { ran, runCell } = counting();
    const journal = await open(runCell);
    const asked = { ...request, methods: ["slow", "slow?x=1"] };
    const hooks = { runCell: journal.runCell, kept: journal.kept, clock, cpuClock: clock, jobs: 8 };
    const report = await compare(asked, hooks);
    journal.close();
    expect(ran).toHaveLength(4);
    expect(report.cells.filter(({ method }) => method === "slow?x=1")).toHaveLength(4);
    expect(report.cells.map(({ value }) => value)).toEqual([60, 61, 60, 61, 60, 61, 60, 61]);
    expect((await open(values)).keptCount).toBe(4);
  });

  test("is refused where a method has changed since, in a sentence that names it", async () => {
    await interrupted();
    const changed = { ...contents, keyOf: (spec: CellSpec) => `${contents.keyOf(spec)}, changed` };
    await expect(open(values, { contents: changed })).rejects.toThrow(
      /^Method "slow" has changed since its cells in ".*" were kept; undo the change, or name another folder/,
    );
  });

  test("does not keep a cell that failed, so that the next run tries it again", async () => {
    const failing = fakeRunner(({ method }) =>
      method === "slow" ? { value: null, ended: "fault", failure: "failed: no idea" } : { value: 70 },
    );
    const journal = await open(failing);
    await compare(request, { runCell: journal.runCell, clock, cpuClock: clock });
    journal.close();
    const { ran, runCell } = counting();
    const again = await open(runCell);
    await compare(request, { runCell: again.runCell, kept: again.kept, clock, cpuClock: clock });
    again.close();
    expect(ran.map((cell) => cell.split("/")[1])).toEqual(["slow", "slow", "slow", "slow"]);
  });

  test("has all kept cells in the report of a comparison that is interrupted again", async () => {
    await interrupted();
    const { ran, runCell } = counting();
    const journal = await open(runCell);
    const hooks = { runCell: journal.runCell, kept: journal.kept, clock, cpuClock: clock };
    const report = await compare(request, { ...hooks, signal: AbortSignal.abort() });
    journal.close();
    expect({ ran, complete: report.complete, cells: report.cells.length }).toEqual({
      ran: [],
      complete: false,
      cells: 2,
    });
  });

  test.each([
    ["a null line", (lines: string[]) => [lines[0], "null", ...lines.slice(1)], /line 2 holds null/],
    ["a doubled header", ([header, ...cells]: string[]) => [header, header, ...cells], /line 2 is no cell/],
    [
      "a doubled cell",
      ([header, cell, ...cells]: string[]) => [header, cell, cell, ...cells],
      /line 3 repeats/,
    ],
    ["no header", ([, ...cells]: string[]) => cells, /lacks the format/],
    [
      "a changed value",
      ([header, cell]: string[]) => [header, cell.replace('"value":60', '"value":6')],
      /sha256/,
    ],
    [
      "a line without its seal",
      ([header]: string[]) => [header, '{"spec":{},"outcome":{}}'],
      /has no sha256/,
    ],
    ["a text for a cell", ([header]: string[]) => [header, '"cell"'], /line 2 holds a string/],
    ["half a line in its middle", ([header, cell]: string[]) => [header, cell.slice(0, 50), cell], /line 2/],
  ])("with %s is refused in one sentence", async (_, damage, sentence) => {
    await interrupted();
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    writeFileSync(path, `${damage(lines).join("\n")}\n`);
    const refusal = await open(values).then(
      () => null,
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(InputError);
    expect((refusal as InputError).message).toMatch(sentence);
  });

  test("refuses what another version or another program wrote, in a sentence", async () => {
    await interrupted();
    await expect(open(values, { versions: { "placement-gym": "2.0.0" } })).rejects.toThrow(
      new InputError(
        `The comparison in "${path}" was begun by placement-gym 1.0.0, this is placement-gym 2.0.0; name another folder with --out.`,
      ),
    );
    writeFileSync(path, "{}\n");
    await expect(open(values)).rejects.toThrow(InputError);
  });
});
