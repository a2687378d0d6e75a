import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sharedPath } from "../shared-folder.ts";
import { dapplePlanner } from "./checks/dapple-planner.ts";
import { summaryOf } from "./checks/summary.ts";

const path = sharedPath("golden", "dapple-planner.json");

test.skipIf(path === null)("every row of the released DAPPLE planner is reproduced bit for bit", () => {
  const summary = summaryOf(dapplePlanner, JSON.parse(readFileSync(path!, "utf8")), "");
  expect(summary).toMatchObject({ rows: 194, equal: 194, worstRelative: 0, first: null });
});
