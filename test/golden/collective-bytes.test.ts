import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sharedPath } from "../shared-folder.ts";
import { collectiveBytes } from "./checks/collective-bytes.ts";
import { summaryOf } from "./checks/summary.ts";

const path = sharedPath("golden", "collective-bytes.json");

describe.skipIf(path === null)("messages of collectives", () => {
  test("have the elements of every row, ring and rails", () => {
    const summary = summaryOf(collectiveBytes, JSON.parse(readFileSync(path!, "utf8")), "");
    expect(summary).toMatchObject({ rows: 255, equal: 255, first: null });
  });
});
