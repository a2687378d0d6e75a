import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { InputError } from "../../../env/index.ts";
import { ABSENT, sharedPath } from "../../shared-folder.ts";
import { fidelity } from "./command.ts";
import { figuresOf } from "./figures.ts";
import { readAllReduceTables } from "./megatron/all-reduce.ts";
import { efficiencyFloorS, rooflineFloorS } from "./megatron/floors.ts";
import type { Run } from "./megatron/transformer.ts";
import { readVtrainRows } from "./megatron/vtrain-rows.ts";

const data = sharedPath("data", "measured");

function printed(...args: string[]): string {
  const texts: string[] = [];
  fidelity(args, (text) => texts.push(text));
  return texts.join("\n");
}

test.each([
  [["--set", "nope"], 'There is no set "nope"'],
  [["--what"], "Unknown option"],
  [["rows.csv"], "is too much"],
  [["--set", "calculon", "--data", "/nowhere"], "/nowhere does not exist"],
])("%j is a sentence", (args, sentence) => {
  expect(() => printed(...args)).toThrow(InputError);
  expect(() => printed(...args)).toThrow(sentence);
});

describe.skipIf(data === null)(`the published sets (skipped where ${ABSENT})`, () => {
  const folder = data as string;
  const withRows = <T>(
    file: string,
    keep: (line: string, i: number) => boolean,
    run: (path: string) => T,
  ): T => {
    const temporary = mkdtempSync(join(tmpdir(), "fidelity-"));
    const [header, ...lines] = readFileSync(join(folder, file), "utf8").trim().split(/\r?\n/);
    const path = join(temporary, "rows.csv");
    writeFileSync(path, [header, ...lines.filter(keep)].join("\n"));
    const answer = run(path);
    rmSync(temporary, { recursive: true });
    return answer;
  };

  test("the line of JSON has the fields of the contract", () => {
    const text = withRows(
      "calculon/step_times.csv",
      (line) => line.startsWith("megatron-22B"),
      (path) => printed("--set", "calculon", path, "--json"),
    );
    const { set, rows, mape, median, max, spearman } = JSON.parse(text);
    expect([set, rows, spearman]).toEqual(["calculon", 2, null]);
    expect(mape).toBeLessThan(4);
    expect(median).toBeLessThan(4);
    expect(max).toBeLessThan(4);
  });

  test("composed steps of one node are exact, others are within the bar", () => {
    const every = (line: string, i: number) => i % 96 === 0 && line !== "";
    const composed = withRows("vtrain/ground_truth_single.csv", every, (path) =>
      JSON.parse(printed("--set", "vtrain-single", path, "--json")),
    );
    expect(composed.groups.composed.rows).toBeGreaterThan(7);
    // Percent: 1e-6 relative.
    expect(composed.groups.composed.max).toBeLessThan(1e-4);
    const roofline = withRows("vtrain/ground_truth_single.csv", every, (path) =>
      JSON.parse(printed("--set", "vtrain-single-roofline", path, "--json")),
    );
    expect(roofline.mape).toBeLessThan(9);
    expect(roofline.spearman).toBeGreaterThan(0.95);
  });

  test("measured steps of a few nodes", () => {
    const report = withRows(
      "vtrain/ground_truth_multi.csv",
      (_, i) => i < 20,
      (path) => JSON.parse(printed("--set", "vtrain-multi", path, "--json")),
    );
    expect(report.rows).toBe(20);
    expect(report.mape).toBeLessThan(9);
  });

  test("plans of Sailor, and their memory", () => {
    const folderOfPlans = join(folder, "sailor", "plans", "mit", "N6");
    const mixed = JSON.parse(printed("--set", "sailor", folderOfPlans, "--json"));
    expect(mixed.rows).toBe(3);
    expect(mixed.mape).toBeLessThan(7.5);
    expect(mixed.memory.mixed.mape).toBeLessThan(7);
  });

  test("a table that names plans has its own times", () => {
    const first = (_: string, i: number) => i === 5;
    const report = withRows("sailor/repeat_opt350.csv", first, (path) =>
      JSON.parse(printed("--set", "sailor", path, "--json")),
    );
    expect(report.rows).toBe(1);
    expect(report.mape).toBeLessThan(10);
  });

  /** Of the README of the set, with its rounded constants; so within 0.2 of its figures. */
  test.each([
    ["multi", 51_200, "full", 0.6, { efficiency: 0.88, traffic: 2.9, floorS: 4.1e-3 }, 13.6, 6.6],
    ["single", 50_257, "none", 0.34, { efficiency: 0.84, traffic: 2.6, floorS: 3.3e-3 }, 40.8, 8.5],
  ] as const)(
    "closed forms of vTrain's %s table come to the README's errors",
    (name, vocabulary, recompute, efficiency, constants, simple, roofline) => {
      const tables = readAllReduceTables(folder);
      const file = join(folder, "vtrain", `ground_truth_${name}.csv`);
      const rows = readVtrainRows(file, { vocabulary, recompute });
      const meanError = (form: (run: Run) => number) =>
        figuresOf(
          rows.map(({ run }) => form(run)),
          rows.map(({ measuredS }) => measuredS),
        ).mape;
      const simpleError = meanError((run) => efficiencyFloorS(run, tables, efficiency));
      expect(Math.abs(simpleError - simple)).toBeLessThan(0.2);
      const rooflineError = meanError((run) => rooflineFloorS(run, tables, constants));
      expect(Math.abs(rooflineError - roofline)).toBeLessThan(0.2);
    },
  );
});
