import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sharedPath } from "../shared-folder.ts";
import { hybridPipeline } from "./checks/hybrid-pipeline.ts";
import { summaryOf } from "./checks/summary.ts";

const path = sharedPath("golden", "hybrid-pipeline.json");

describe.skipIf(path === null)("small hybrid pipelines", () => {
  test("have the enumerated optima, by both objectives, with and without a limit of memory", () => {
    const summary = summaryOf(hybridPipeline, JSON.parse(readFileSync(path!, "utf8")), "");
    expect(summary).toMatchObject({ rows: 40, equal: 40, first: null });
  });
});
