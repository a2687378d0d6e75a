/** docs/reproduce.md: every claim of every paper, with what was measured and the verdict. */
import { measuredText, seedsText, sourceText } from "../../../results/reproduce/claim-text.ts";
import type { Claim, Paper } from "../../../results/reproduce/contract.ts";
import type { ReproductionReport } from "../../../results/reproduce/report.ts";
import { ruleText, verdictCounts, verdicts } from "../../../results/reproduce/verdicts.ts";
import { formatCount } from "../../../results/text/format.ts";
import { wrapped } from "../wrapped.ts";
import type { KeptReports } from "./kept-reports.ts";

const HEAD = `# Papers, claim by claim

This page is for everyone who wants to know which claims of published papers hold here, and under
which assumptions. Each paper's workloads, devices, systems and baselines are run by one command:

\`\`\`sh
npx placement-gym reproduce --list
npx placement-gym reproduce heft --quick --out runs/heft
npx placement-gym reproduce heft --out runs/heft-in-full
\`\`\`

A folder holds the finished cells, \`report.json\` and a page with pictures. The same command with
the same \`--out\` goes on where it was stopped. \`--quick\` takes some minutes. This page is made from
\`docs/reproduce.jsonl\`, which keeps the report of each run in full:

\`\`\`sh
npx tsx test/bench/reproduce.ts runs/heft-in-full
\`\`\`

## How to read it

- **Claim.** Seconds of the paper's year are not the claim. Orders, ratios and evaluations to
  converge are.
- **How it is known.** What is *from memory, not checked* may be wrong about the paper.
- **Ours** is a geometric mean with a 95% bootstrap interval over seeds, or over graphs where no
  method draws. One number without an interval repeats for every seed.
- **Verdict.** An order holds where the whole interval is on the right side of its limit, and is a
  *tie* where the interval crosses it. A ratio holds where the interval meets the paper's ratio
  within the factor that is told. An exact figure holds to one part in a million.
- **Not run** says why. So does a claim that does not hold, where the reason is known.
- **Under** names the [fidelity](cost-model.md#4-fidelities) or network model. \`tf-2017\` has the
  costs and the memory of TensorFlow's runtime of 2017.
`;

export function pageOf(papers: readonly Paper[], reports: KeptReports): string {
  return [
    HEAD,
    summary(papers, reports),
    ...papers.map((paper) => section(paper, reports.get(paper.id))),
  ].join("\n");
}

function summary(papers: readonly Paper[], reports: KeptReports): string {
  const rows = papers.map(({ id }) => {
    const claims = reports.get(id)?.claims ?? [];
    const counts = verdicts.map((verdict) => claims.filter((claim) => claim.verdict === verdict).length);
    return `| [\`${id}\`](#${id}) | ${[claims.length, ...counts].join(" | ")} |`;
  });
  const head = `| paper | claims | ${verdicts.join(" | ")} |\n|---|---:|---:|---:|---:|---:|`;
  return `${head}\n${rows.join("\n")}\n`;
}

function section(
  { id, title, authors, venue, dataFrom }: Paper,
  report: ReproductionReport | undefined,
): string {
  const head = [`## \`${id}\`\n`, wrapped(`${title}. ${authors}, ${venue}.`)];
  if (dataFrom !== null) head.push(wrapped(`Needs \`--data DIR\`: ${dataFrom}.`));
  if (report === undefined) return [...head, "Not run yet.\n"].join("\n");
  const { claims, cells, simulations, quick, seeds } = report;
  const scale = quick ? "a quick look" : "in full";
  const ran = `Run ${scale} with ${seeds} seeds: ${formatCount(cells)} cells, ${formatCount(simulations)} simulations. Of ${claims.length} claims ${verdictCounts(claims)}.`;
  const remarks = report.remarks.map((remark) => wrapped(`- ${remark}`, "  ").trimEnd()).join("\n");
  return [...head, `${remarks}\n`, wrapped(ran), claimsTable(claims)].join("\n");
}

function claimsTable(claims: readonly Claim[]): string {
  const rows = claims.map((claim) => {
    const { statement, paperFigure, rule, quantity, under, verdict, note } = claim;
    const cells = [
      statement,
      `${paperFigure}; ${sourceText(claim)}`,
      `${measuredText(claim)}: ${quantity}, ${seedsText(claim)}; expected ${ruleText(rule)}`,
      under,
      note === null ? `**${verdict}**` : `**${verdict}**. ${note}`,
    ];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  return `| claim | paper | ours | under | verdict |\n|---|---|---|---|---|\n${rows.join("\n")}\n`;
}
