/**
 * docs/workloads.md shows the counts as tests measure them, and names every network with its
 * options.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { sequenceWorkloads } from "../../scenarios/workloads/sequence/index.ts";
import { visionWorkloads } from "../../scenarios/workloads/vision/index.ts";
import { countLines } from "../scenarios/workloads/counts-table.ts";

const page = readFileSync(fileURLToPath(new URL("../../docs/workloads.md", import.meta.url)), "utf8");

describe("docs/workloads.md", () => {
  test("has the table of counts", () => {
    expect(page.trimEnd().split("\n").slice(-countLines.length)).toEqual(countLines);
  });

  test("tells of every network on images and of its options", () => {
    const table = page.slice(
      page.indexOf("## Networks on images"),
      page.indexOf("## What the roofline says"),
    );
    for (const { name, options } of visionWorkloads) {
      const family = /^(resnet)-\d+$/.exec(name)?.[1] ?? name;
      const row = table.split("\n").find((line) => line.includes(`\`${family}`));
      expect(row, name).toBeDefined();
      for (const option of Object.keys(options))
        if (option !== "batch") expect(row, name).toContain(`\`${option}\``);
    }
  });

  test("tells of every network on sequences, tables and graphs and of its options", () => {
    const rows = page
      .slice(page.indexOf("## Networks on sequences"), page.indexOf("## Options of"))
      .split("\n");
    for (const { name, options } of sequenceWorkloads) {
      const [family, size = ""] = name.split(/-(?=[^-]*$)/);
      const named = (line: string) => line.includes(`\`${name}\``) || line.includes(`\`${family}-`);
      const row = rows.find((line) => named(line) && (line.includes(size) || line.includes(" to ")));
      expect(row, name).toBeDefined();
      for (const option of Object.keys(options))
        if (option !== "batch") expect(row, name).toContain(`\`${option}\``);
    }
  });
});
