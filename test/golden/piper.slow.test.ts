import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { planCost } from "../../agents/exact/stages/piper/plan-cost.ts";
import { piperPlan } from "../../agents/exact/stages/piper/planner.ts";
import { sharedPath } from "../shared-folder.ts";
import { piperPlans } from "./checks/piper-plans.ts";
import { summaryOf } from "./checks/summary.ts";
import {
  bertCells,
  gnmtCells,
  offFrom,
  planOfCell,
  problemOfCell,
  resnetCells,
  type SheetInput,
} from "./piper-sheet.ts";

const plans = sharedPath("golden", "piper-plans.json");
const data = sharedPath("data", "piper");
const fileOf = (input: SheetInput) => JSON.parse(readFileSync(`${data}/${input}.json`, "utf8"));

test.skipIf(plans === null || data === null)("every row of the released Piper planner", () => {
  const summary = summaryOf(piperPlans, JSON.parse(readFileSync(plans!, "utf8")), dirname(plans!));
  expect(summary).toMatchObject({ rows: 36, equal: 36, first: null });
});

describe.skipIf(data === null)("the sheet of Piper", () => {
  test.each([
    ["BERT-32", bertCells, 1e-6],
    // Three decimals of milliseconds are printed: half of the last one of 7.025.
    ["ResNet-50", resnetCells, 7.2e-5],
    ["GNMT, 17,914 down-sets", gnmtCells, 2e-6],
  ] as const)("%s: every time", (_, cells, most) => {
    for (const cell of cells) {
      const found = planOfCell(fileOf(cell.input), cell);
      expect(offFrom(cell, found), `${cell.gib} GiB, ${cell.devices}, ${cell.mode}`).toBeLessThan(most);
      if (found !== null)
        expect(planCost(problemOfCell(fileOf(cell.input), cell), found.stages).fits).toBe(true);
    }
  });

  test("GNMT on eight devices with tight memory", () => {
    const cell = { input: "gnmt", gib: 1.2, devices: 8, mode: "piper", time: null } as const;
    const problem = problemOfCell(fileOf("gnmt"), cell);
    const { plan, downSets } = piperPlan(problem)!;
    expect(downSets).toBe(17_914);
    const { time, fits, devices } = planCost(problem, plan!.stages);
    expect({ fits, devices: devices <= 8 }).toEqual({ fits: true, devices: true });
    expect(Math.abs(plan!.time / time - 1)).toBeLessThan(1e-12);
  });
});
