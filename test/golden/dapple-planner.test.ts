import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { deviceSet } from "../../agents/exact/stages/dapple/machines.ts";
import { bestReleased, releasedPlans } from "../../agents/exact/stages/dapple/released-planner.ts";
import { dataParallelSpeedup } from "../../agents/exact/stages/dapple/released-score.ts";
import { sharedPath } from "../shared-folder.ts";
import { bert48, dapplePlanner } from "./checks/dapple-planner.ts";
import { summaryOf } from "./checks/summary.ts";

const path = sharedPath("golden", "dapple-planner.json");
const file = path === null ? { profiles: {}, rows: [] } : JSON.parse(readFileSync(path, "utf8"));

describe.skipIf(path === null)("the released DAPPLE planner", () => {
  test("has 194 published rows", () => {
    expect(file.rows).toHaveLength(194);
  });

  test("is reproduced on every fifth row, bit for bit; the slow test has all", () => {
    const rows = (file.rows as readonly unknown[]).filter((_, i) => i % 5 === 0);
    const summary = summaryOf(dapplePlanner, { ...file, rows }, "");
    expect(summary).toMatchObject({ rows: rows.length, equal: rows.length, worstRelative: 0, first: null });
  });

  test("splits BERT-48 on two machines of 8 in two straight stages of 8 copies, batch 64", () => {
    const given = bert48(file);
    const best = bestReleased(releasedPlans(given))!;
    expect(best).toMatchObject({ kind: "straight", size: 2, copies: 8 });
    expect(best.speedup).toBeCloseTo(12.33706, 5);
    const ranges = best.stages.map(({ first, last, on }) => [first, last, on.devices.length]);
    expect(ranges).toEqual([
      [0, 30, 8],
      [30, 54, 8],
    ]);
    expect(dataParallelSpeedup(given, deviceSet([...Array(16).keys()], [8, 16]))).toBeCloseTo(4.82224, 5);
    const bipartition = releasedPlans(given).find(({ kind }) => kind === "bipartition")!;
    expect(bipartition.speedup).toBeCloseTo(10.556, 3);
  });
});
