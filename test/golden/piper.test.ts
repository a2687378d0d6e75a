import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { planCost } from "../../agents/exact/stages/piper/plan-cost.ts";
import { ABSENT, sharedPath } from "../shared-folder.ts";
import { piperPlans } from "./checks/piper-plans.ts";
import { piperSmall } from "./checks/piper-small.ts";
import { summaryOf } from "./checks/summary.ts";
import { bertCells, offFrom, planOfCell, problemOfCell } from "./piper-sheet.ts";

const small = sharedPath("golden", "piper-small.json");
const plans = sharedPath("golden", "piper-plans.json");
const bert = sharedPath("data", "piper", "bert32a100.json");
const json = (path: string | null) => JSON.parse(readFileSync(path!, "utf8"));

test.skipIf(small === null)(`small cases of the released Piper planner (skipped where ${ABSENT})`, () => {
  const summary = summaryOf(piperSmall, json(small), "");
  expect(summary).toMatchObject({ rows: 41, equal: 41, first: null });
});

test.skipIf(plans === null || bert === null)(
  "its plans of BERT-32 have its times; the slow test has all",
  () => {
    const file = json(plans);
    const ofBert = (file.rows as readonly { readonly input: string }[]).filter(
      ({ input }) => input !== "resnet",
    );
    const rows = ofBert.filter((_, i) => i % 3 === 1);
    expect(rows).toHaveLength(9);
    const summary = summaryOf(piperPlans, { ...file, rows }, dirname(plans!));
    expect(summary).toMatchObject({ rows: 9, equal: 9, first: null });
  },
);

describe.skipIf(bert === null)("BERT-32 on A100", () => {
  const few = bertCells.filter(({ devices }) => devices === 8);
  test.each(few.map((cell) => [`${cell.gib} GiB, ${cell.devices} devices, ${cell.mode}`, cell] as const))(
    "%s: the time of the sheet",
    (_, cell) => {
      expect(offFrom(cell, planOfCell(json(bert), cell))).toBeLessThan(1e-6);
    },
  );

  test("8 GiB and 8 devices: the released stages without replicas, a tie of less device time with them", () => {
    const file = json(bert);
    const cellOf = (mode: "piper" | "noDP") =>
      bertCells.find((cell) => cell.gib === 8 && cell.devices === 8 && cell.mode === mode)!;
    const [tied, released] = [planOfCell(file, cellOf("piper"))!, planOfCell(file, cellOf("noDP"))!];
    expect(released.stages.map(({ layers }) => layers.length)).toEqual([6, 4, 4, 4, 4, 4, 5, 6]);
    expect(released.stages.map(({ choices }) => choices.filter((of) => of === 1).length)).toEqual([
      1, 3, 3, 3, 2, 1, 0, 0,
    ]);
    expect(Math.abs(tied.time / released.time - 1)).toBeLessThan(1e-12);
    const deviceTime = ({ stages }: typeof tied) =>
      planCost(problemOfCell(file, cellOf("piper")), stages).stages.reduce(
        (sum, { time }, i) => sum + time * stages[i].replicas * stages[i].degree,
        0,
      );
    expect(deviceTime(tied)).toBeLessThanOrEqual(deviceTime(released));
  });
});
