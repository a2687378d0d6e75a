/** `test/golden/checks/chimera-schedules.ts` on the shared rows. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sharedPath } from "../shared-folder.ts";
import { chimeraSchedules } from "./checks/chimera-schedules.ts";
import { summaryOf } from "./checks/summary.ts";

const file = sharedPath("golden", "chimera-schedules.json");

describe.skipIf(file === null)("chimera-schedules.json", () => {
  test("every row is equal", () => {
    const content = JSON.parse(readFileSync(file!, "utf8"));
    const { rows, equal, first } = summaryOf(chimeraSchedules, content, sharedPath("golden")!);
    expect(first).toBeNull();
    expect(rows).toBe(content.rows.length);
    expect(equal).toBe(rows);
  });
});
