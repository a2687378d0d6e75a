import { appendFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InputError } from "../../../env/index.ts";
import type { RunCell } from "../../../results/comparison/cell.ts";
import { openJournal } from "../../../results/comparison/cell-journal.ts";
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
const hashOf = async () => "0123";

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
  openJournal({ path, versions, runCell, hashOf, ...other });

/** A comparison that an interrupt ends in its third cell. */
async function interrupted(): Promise<void> {
  const interrupt = new AbortController();
  const { runCell } = counting((finished) => finished === 3 && interrupt.abort());
  const journal = open(runCell);
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
    const journal = open(runCell);
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
    const journal = open(failing);
    await expect(compare(request, { runCell: journal.runCell, clock, cpuClock: clock })).rejects.toThrow(
      "no idea",
    );
    journal.close();
    expect(open(values).keptCount).toBe(4);
  });

  test("survives a line torn by a kill", async () => {
    await interrupted();
    appendFileSync(path, '{"spec":{"scenario":"tw');
    const journal = open(values);
    expect(journal.keptCount).toBe(2);
    await compare(request, { runCell: journal.runCell, clock, cpuClock: clock });
    journal.close();
    expect(open(values).keptCount).toBe(8);
  });

  test("writes nothing before a cell has finished", () => {
    open(values).close();
    expect(existsSync(path)).toBe(false);
  });

  test.each([
    ["another budget", { ...request, budget: { evaluations: 11 } }, hashOf],
    ["another root seed", { ...request, seed: 8 }, hashOf],
    ["scenarios that have changed", request, async () => "4567"],
  ])("does not answer for %s", async (_, other, changedHash) => {
    await interrupted();
    const { ran, runCell } = counting();
    const journal = open(runCell, { hashOf: changedHash });
    await compare(other, { runCell: journal.runCell, clock, cpuClock: clock });
    journal.close();
    expect(ran).toHaveLength(8);
  });

  test.each([
    ["methods from files", "./mine.ts"],
    ["methods that begin with the policy of a run", "placeto@runs/nmt"],
  ])("does not answer for %s, which may have changed", async (_, method) => {
    const own = { ...request, methods: [method] };
    const first = open(values);
    await compare(own, { runCell: first.runCell, clock, cpuClock: clock });
    first.close();
    const { ran, runCell } = counting();
    const second = open(runCell);
    await compare(own, { runCell: second.runCell, clock, cpuClock: clock });
    second.close();
    expect(ran).toHaveLength(4);
  });

  test("refuses what another version or another program wrote, in a sentence", async () => {
    await interrupted();
    expect(() => open(values, { versions: { "placement-gym": "2.0.0" } })).toThrow(
      new InputError(
        `The comparison in "${path}" was begun by placement-gym 1.0.0, this is placement-gym 2.0.0; name another folder with --out.`,
      ),
    );
    writeFileSync(path, "{}\n");
    expect(() => open(values)).toThrow(InputError);
  });
});
