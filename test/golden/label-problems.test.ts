/** Random label problems with known optima. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sharedPath } from "../shared-folder.ts";
import { labelProblems } from "./checks/label-problems.ts";
import { summaryOf } from "./checks/summary.ts";

const golden = sharedPath("golden", "label-problems.json");

describe.skipIf(golden === null)("label problems with known optima", () => {
  test("have the optimum, the optima and the nodes left in every row", () => {
    const summary = summaryOf(labelProblems, JSON.parse(readFileSync(golden!, "utf8")), "");
    expect(summary).toMatchObject({ rows: 40, equal: 40, worstRelative: 0, first: null });
  });
});
