/**
 * `export`: writes a plan for a framework, or a graph for another program, to stdout or with `-o`
 * to a file. Notes on stderr name what the format cannot hold.
 */
import { InputError } from "../../../env/model/errors.ts";
import type { Plan } from "../../../env/model/plan/plan.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { scoredPlan } from "../../../env/sim/timeline/scored-plan.ts";
import { exportFormatOf, exportFormats, exportScenario } from "../../../results/export/index.ts";
import { defineCommand } from "../../command.ts";
import { writeOutput } from "../../files.ts";
import { memoryWords, scoreWords, violationLines } from "../../reports/plans/score-report.ts";
import { EXIT } from "../../terminal/terminal.ts";
import { placementFlag, readPlanArgument, scenarioForPlan, scoredObjectiveFlag } from "../given-plan.ts";

export const exportCommand = defineCommand({
  name: "export",
  summary: "Writes a plan for a framework, or a graph for another program.",
  positionals: [
    {
      name: "SCENARIO",
      describe: "a URI such as inception-v3/2xP100, or a file of a known format",
      arity: "one",
    },
  ],
  flags: {
    format: {
      type: "text",
      placeholder: "NAME",
      choices: exportFormats.map(({ name }) => name),
      describe: exportFormats.map(({ name, summary }) => `${name} (${summary})`).join("; "),
      defaultText: "none; it is required",
    },
    placement: { ...placementFlag, defaultText: "none; formats of graphs need none" },
    objective: scoredObjectiveFlag,
    output: {
      type: "text",
      short: "o",
      placeholder: "FILE",
      describe: "file to write",
      defaultText: "stdout",
    },
  },
  examples: [
    "solve bert-base/4xP100 --json > plan.json",
    "export bert-base/4xP100 --placement plan.json --format accelerate -o device_map.json",
    "export gpt2-124m/4xP100?granularity=layer --placement pipeline.json --format torch-pipelining",
    "export inception-v3/2xP100 --format svg -o inception.svg",
    "export inception-v3/2xP100 --format graphml > inception.graphml",
  ],
  async run({ values, positionals: [address] }, terminal) {
    if (values.format === undefined)
      throw new InputError(
        `"export" needs --format, one of ${exportFormats.map(({ name }) => name).join(", ")}.`,
      );
    const exporter = exportFormatOf(values.format);
    if (exporter.subject !== "graph" && values.placement === undefined)
      throw new InputError(
        `Format ${exporter.name} writes a ${exporter.subject}; give one with --placement FILE.`,
      );
    const scenario = await scenarioForPlan(address, {
      objective: values.objective,
      file: values.placement,
    });
    const plan =
      values.placement === undefined
        ? null
        : readPlanArgument(values.placement, { scenario, address }, terminal);
    const { text, notes } = exportScenario(exporter, scenario, plan);
    for (const note of [...notes, ...scoreOf(scenario, plan)]) terminal.note(`Note: ${note}`);
    if (values.output === undefined) terminal.write(text);
    else writeOutput(values.output, text, terminal);
    return EXIT.done;
  },
});

/** What the plan that is written out scores, and what it holds. */
function scoreOf(scenario: Scenario, plan: Plan | null): string[] {
  if (plan === null) return [];
  const scored = scoredPlan(scenario, plan);
  return [`The plan's score: ${scoreWords(scored)}; ${memoryWords(scored)}.`, ...violationLines(scored)];
}
