/** `test/golden/checks/pipeline-schedules.ts` on the shared rows. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sharedPath } from "../shared-folder.ts";
import { pipelineSchedules } from "./checks/pipeline-schedules.ts";
import { summaryOf } from "./checks/summary.ts";

const file = sharedPath("golden", "pipeline-schedules.json");

describe.skipIf(file === null)("pipeline-schedules.json", () => {
  test("every row is equal", () => {
    const content = JSON.parse(readFileSync(file!, "utf8"));
    const { rows, equal, first } = summaryOf(pipelineSchedules, content, sharedPath("golden")!);
    expect(first).toBeNull();
    expect(rows).toBe(content.rows.length);
    expect(equal).toBe(rows);
  });
});
