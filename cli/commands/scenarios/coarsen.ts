/**
 * `coarsen`: a table of the coarsening rules on one scenario: groups, bytes between groups,
 * balance. A scenario's URI then names the rule that fits best.
 */
import { type CoarseningReport, coarseningReport } from "../../../env/model/coarsen/report.ts";
import { coarsen, coarseningRule, coarseningRules } from "../../../env/model/coarsen/rules.ts";
import { InputError } from "../../../env/model/errors.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { displayed } from "../../../results/text/displayed.ts";
import { formatBytes, formatCount } from "../../../results/text/format.ts";
import { resolveScenario } from "../../../scenarios/resolve.ts";
import { defineCommand, jsonFlag } from "../../command.ts";
import { jsonText } from "../../json.ts";
import { table, wrappedColumns, wrappedText } from "../../reports/columns.ts";
import { percent } from "../../reports/plans/explain-words.ts";
import { EXIT, lineWidth } from "../../terminal/terminal.ts";

/** A report, or why the rule could not meet the limit. */
type Row = { readonly rule: string } & (CoarseningReport | { readonly refused: string });

export const coarsenCommand = defineCommand({
  name: "coarsen",
  summary:
    "Groups the ops of a scenario by one rule or by each; prints groups, bytes between them and balance of work.",
  positionals: [
    {
      name: "SCENARIO",
      describe: "a URI such as inception-v3/2xP100, or a file of a known format",
      arity: "one",
    },
  ],
  flags: {
    rule: {
      type: "text",
      placeholder: "NAME",
      choices: coarseningRules.map(({ name }) => name),
      describe: "rule of coarsening; in a URI it is ?coarsen=NAME",
      defaultText: "each of them",
    },
    groups: {
      type: "integer",
      min: 1,
      placeholder: "N",
      describe: "most groups; where a rule leaves more, they are merged further",
      defaultText: "as many as the rule leaves; 96 for rules that need a number",
    },
    json: jsonFlag,
  },
  examples: [
    "coarsen inception-v3/2xP100 --groups 40",
    "coarsen nmt-4/4xK80 --rule multilevel --groups 64 --json",
  ],
  async run({ values, positionals: [argument] }, terminal) {
    const scenario = await resolveScenario(argument);
    const rules = values.rule === undefined ? coarseningRules : [coarseningRule(values.rule)];
    const rows = rules.map(({ name }) => rowOf(scenario, name, values.groups));
    const [only] = rows;
    if (values.rule !== undefined && "refused" in only) throw new InputError(only.refused);
    terminal.write(
      values.json
        ? jsonText({ scenario: scenario.name, rules: rows })
        : textOf(displayed(scenario), rows, lineWidth(terminal)),
    );
    return EXIT.done;
  },
});

function rowOf({ graph }: Scenario, rule: string, groups: number | undefined): Row {
  try {
    return { rule, ...coarseningReport(graph, coarsen(graph, rule, groups)) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { rule, refused: error.message };
  }
}

function textOf({ name, graph }: Scenario, rows: readonly Row[], width: number): string {
  const reports = rows.filter((row): row is { rule: string } & CoarseningReport => !("refused" in row));
  const [first] = reports;
  const bytes = first === undefined ? "" : `, ${formatBytes(first.opCutBytes)} between ops`;
  const lines = [
    `${name}: ${formatCount(graph.opCount)} ops${bytes}`,
    ...table([
      ["rule", "groups", "largest", "cut", "of all bytes", "imbalance", "largest work", "circles"],
      ...reports.map((row) => [
        row.rule,
        formatCount(row.groups),
        `${formatCount(row.largestOps)} ops`,
        formatBytes(row.cutBytes),
        row.opCutBytes > 0 ? percent(row.cutBytes / row.opCutBytes) : "-",
        `${row.workImbalance.toFixed(2)}x`,
        percent(row.largestWorkShare),
        row.acyclic ? "no" : "yes",
      ]),
    ]),
  ];
  for (const row of rows) if ("refused" in row) lines.push(`  ${row.rule}: ${row.refused}`);
  lines.push(
    "",
    ...[
      "Cut: bytes that cross if every group has a device to itself. Imbalance: work of the largest group over the mean.",
      "Circles: groups that wait for each other, as where forward ops and their backward twins share groups.",
    ].flatMap((line) => wrappedText(line, width, "")),
    "",
    ...wrappedColumns(
      coarseningRules
        .filter(({ name: rule }) => rows.some((row) => row.rule === rule))
        .map(({ name: rule, summary, source }) => [rule, `${summary} (${source})`] as const),
      width,
    ),
    "",
  );
  return lines.join("\n");
}
