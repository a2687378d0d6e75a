/** torchgpipe's published block partition on random sequences. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sharedPath } from "../shared-folder.ts";
import { summaryOf } from "./checks/summary.ts";
import { torchgpipeBlockpartition } from "./checks/torchgpipe-blockpartition.ts";

const golden = sharedPath("golden", "torchgpipe-blockpartition.json");

describe.skipIf(golden === null)("torchgpipe's published block partition", () => {
  test("has the published lengths, the largest cost and the optimum in every row", () => {
    const summary = summaryOf(torchgpipeBlockpartition, JSON.parse(readFileSync(golden!, "utf8")), "");
    expect(summary.first).toBeNull();
    expect(summary.rows).toBe(297);
    expect(summary.equal).toBe(297);
  });
});
