/** docs/reproduce.md is what docs/reproduce.jsonl gives; its verdicts are those of the rules. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { papers } from "../../results/reproduce/registry.ts";
import { claimVerdict } from "../../results/reproduce/verdicts.ts";
import { linesOf, readReports, reportsIn, withReport } from "../bench/reproduce/kept-reports.ts";
import { pageOf } from "../bench/reproduce/page.ts";

const pathOf = (name: string) => fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));
const reports = readReports(pathOf("reproduce.jsonl"));
const page = readFileSync(pathOf("reproduce.md"), "utf8");

describe("docs/reproduce.md", () => {
  test("is what the kept reports give; npx tsx test/bench/reproduce.ts --page writes it", () => {
    expect(page).toBe(pageOf(papers, reports));
  });

  test("has a section for every paper, and says where one was not run", () => {
    for (const { id } of papers) {
      const section = page.split(`\n## \`${id}\`\n`)[1].split("\n## ")[0];
      expect(section.includes("Not run yet.")).toBe(!reports.has(id));
    }
  });

  test("never shows a figure from memory without saying so", () => {
    const fromMemory = [...reports.values()].flatMap(({ claims }) =>
      claims.filter(({ source }) => source === "from memory"),
    );
    for (const { statement, paperFigure } of fromMemory)
      expect(page).toContain(`| ${statement} | ${paperFigure}; from memory, not checked |`);
  });
});

describe("docs/reproduce.jsonl", () => {
  test("keeps papers of the registry, in its order, each once", () => {
    expect(readFileSync(pathOf("reproduce.jsonl"), "utf8")).toBe(linesOf(reports));
    for (const paper of reports.keys()) expect(papers.map(({ id }) => id)).toContain(paper);
  });

  test("has the verdict of each claim that its rule gives", () => {
    for (const { claims } of reports.values())
      for (const { rule, measured, verdict } of claims) expect(verdict).toBe(claimVerdict(rule, measured));
  });

  test("says why, where a claim was not run", () => {
    const silent = [...reports.values()].flatMap(({ claims }) =>
      claims.filter(({ verdict, note }) => verdict === "not run" && note === null),
    );
    expect(silent).toEqual([]);
  });

  test("has a new report of a paper in place of the old one", () => {
    const report = { ...[...reports.values()][0], seeds: 99 };
    const merged = withReport(reports, report);
    expect(merged.size).toBe(reports.size);
    expect(reportsIn(linesOf(merged)).get(report.paper)?.seeds).toBe(99);
  });
});
