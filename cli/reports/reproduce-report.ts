/** The text of `reproduce`: a claim after the other, and the papers that there are. */
import { measuredText, seedsText, sourceText } from "../../results/reproduce/claim-text.ts";
import type { Claim, Paper } from "../../results/reproduce/contract.ts";
import type { ReproductionReport } from "../../results/reproduce/report.ts";
import { ruleText, verdictCounts } from "../../results/reproduce/verdicts.ts";
import { formatCount } from "../../results/text/format.ts";
import { wrappedColumns, wrappedText } from "./columns.ts";

export function reproductionText(report: ReproductionReport, width: number): string {
  const { title, authors, venue, remarks, claims, quick, cells, simulations } = report;
  const scale = quick ? " A quick look: fewer scenarios and smaller budgets than in full." : "";
  const lines = [
    ...wrappedText(`${title} (${authors}, ${venue})`, width, ""),
    ...remarks.flatMap((remark) => wrappedText(remark, width, "  ")),
    ...claims.flatMap((claim, i) => ["", ...claimLines(claim, i + 1, width)]),
    "",
    ...wrappedText(
      `Of ${claims.length} claims ${verdictCounts(claims)}. ${formatCount(cells)} cells, ${formatCount(simulations)} simulations.${scale}`,
      width,
      "",
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function claimLines(claim: Claim, number: number, width: number): string[] {
  const { statement, paperFigure, rule, quantity, under, verdict, note } = claim;
  const rows: [string, string][] = [
    ["paper", `${paperFigure} (${sourceText(claim)})`],
    ["ours", `${measuredText(claim)}: ${quantity}, ${seedsText(claim)}`],
    ["under", under],
    ["verdict", `${verdict} (expected ${ruleText(rule)})`],
    ...(note === null ? [] : [["note", note] satisfies [string, string]]),
  ];
  return [...wrappedText(`${number}. ${statement}`, width, ""), ...wrappedColumns(rows, width)];
}

export function papersText(papers: readonly Paper[], width: number): string {
  const rows = papers.map(({ id, title, authors, venue, dataFrom }): [string, string] => [
    id,
    `${title}. ${authors}, ${venue}.${dataFrom === null ? "" : ` Needs --data DIR: ${dataFrom}.`}`,
  ]);
  return `${wrappedColumns(rows, width).join("\n")}\n`;
}
