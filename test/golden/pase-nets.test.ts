/** The networks of PaSE's released code under its cost model; the slow test has all rows. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sharedPath } from "../shared-folder.ts";
import { type PaseRow, paseNets } from "./checks/pase-nets.ts";
import { summaryOf } from "./checks/summary.ts";

const golden = sharedPath("golden", "pase-nets.json");

describe.skipIf(golden === null)("PaSE's networks", () => {
  test("have the published tables, and costs on at most 8 devices", () => {
    const file = JSON.parse(readFileSync(golden!, "utf8"));
    expect(file.rows).toHaveLength(37);
    const rows = (file.rows as readonly PaseRow[]).filter(({ p }) => p <= 8);
    const summary = summaryOf(paseNets, { ...file, rows }, "");
    expect(summary.first).toBeNull();
    expect(summary).toMatchObject({
      rows: rows.length + file.tables.length,
      equal: rows.length + file.tables.length,
    });
  });
});
