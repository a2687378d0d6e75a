/**
 * `diff`: compares two placements of one scenario: which ops moved, and how that changes the step.
 */

import { readPlan } from "../../env/model/plan/plan-file.ts";
import { difference } from "../../env/sim/timeline/explain/difference.ts";
import { displayed } from "../../results/displayed.ts";
import { defineCommand, jsonFlag } from "../command.ts";
import { readText } from "../files.ts";
import { jsonText } from "../json.ts";
import { differenceJson, differenceText } from "../reports/diff-report.ts";
import { EXIT } from "../terminal/terminal.ts";
import { stepOf } from "./explain.ts";

export const diff = defineCommand({
  name: "diff",
  summary:
    "Compares two placements of one scenario: moved ops, time of a step, devices, links, memory, critical path.",
  positionals: [
    { name: "SCENARIO", describe: "a URI such as inception-v3/2xP100, or a file", arity: "one" },
    { name: "BEFORE", describe: "JSON file of a placement, in a form that simulate takes", arity: "one" },
    { name: "AFTER", describe: "JSON file of the placement to compare with it", arity: "one" },
  ],
  flags: { json: jsonFlag },
  examples: ["diff inception-v3/2xP100 before.json after.json"],
  async run({ values, positionals: [argument, before, after] }, terminal) {
    const scenario = await stepOf(argument, terminal);
    const planIn = (file: string) => readPlan(readText(file, "Placement file"), file, scenario);
    const parts = {
      scenario,
      before,
      after,
      difference: difference(scenario, planIn(before), planIn(after)),
    };
    terminal.write(
      values.json
        ? jsonText(differenceJson(parts))
        : differenceText({ ...parts, scenario: displayed(scenario) }),
    );
    return EXIT.done;
  },
});
