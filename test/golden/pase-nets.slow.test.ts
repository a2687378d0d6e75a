/** All networks and device counts of PaSE's released code under its cost model. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sharedPath } from "../shared-folder.ts";
import { paseNets } from "./checks/pase-nets.ts";
import { summaryOf } from "./checks/summary.ts";

const golden = sharedPath("golden", "pase-nets.json");

describe.skipIf(golden === null)("all of PaSE's networks", () => {
  test("have the published costs in every row", () => {
    const summary = summaryOf(paseNets, JSON.parse(readFileSync(golden!, "utf8")), "");
    expect(summary).toMatchObject({ rows: 39, equal: 39, first: null });
  });
});
