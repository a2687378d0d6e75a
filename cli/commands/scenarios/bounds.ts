/**
 * `bounds`: the proven lower bounds of one scenario, each with its argument. No plan is below any
 * of them, so the largest is the bound.
 */

import { type BoundEffort, boundEfforts, boundsOf } from "../../../agents/bounds.ts";
import { infeasibilityOf } from "../../../agents/problems/infeasible.ts";
import { unknownWorkLines } from "../../../env/model/graph/unknown-work.ts";
import type { Objective } from "../../../env/model/scenario.ts";
import { bestOf } from "../../../env/sim/bounds/best.ts";
import { evaluator } from "../../../env/sim/objectives/evaluator.ts";
import { formatGap, formatValue } from "../../../results/text/format.ts";
import { visibleName } from "../../../results/text/visible.ts";
import { resolveScenario } from "../../../scenarios/resolve.ts";
import { defineCommand, jsonFlag, objectiveFlag } from "../../command.ts";
import { jsonText } from "../../json.ts";
import { table } from "../../reports/columns.ts";
import { EXIT } from "../../terminal/terminal.ts";

export const bounds = defineCommand({
  name: "bounds",
  summary: "Prints the proven lower bounds of one scenario, each with the name of its argument.",
  positionals: [{ name: "SCENARIO", describe: "a URI such as inception-v3/2xP100, or a file", arity: "one" }],
  flags: {
    bound: {
      type: "text",
      choices: boundEfforts,
      default: "all",
      placeholder: "NAME",
      describe:
        "bounds of the makespan: cheap (at most about 1 s for 10,000 ops), lp (also a linear " +
        "relaxation), refutation (also a search for contradictions, some seconds) or all",
    },
    objective: objectiveFlag,
    json: jsonFlag,
  },
  examples: ["bounds inception-v3/2xP100", "bounds nmt-2/4xP100 --bound cheap --json"],
  async run({ values, positionals: [name] }, terminal) {
    const scenario = await resolveScenario(name, { objective: values.objective as Objective | undefined });
    const { unit } = evaluator(scenario);
    const found = await boundsOf(scenario, values.bound as BoundEffort, terminal.note);
    const best = bestOf(found);
    const infeasible = infeasibilityOf(scenario);
    if (values.json) {
      const { name, objective, meta } = scenario;
      const answer = {
        scenario: name,
        objective,
        unit,
        ...(infeasible !== null && { infeasible }),
        bounds: found,
        unknownWork: meta.unknownWork,
      };
      terminal.write(jsonText({ ...answer, bound: best.value, boundArgument: best.argument }));
      return EXIT.done;
    }
    const falling = [...found].sort((a, b) => b.value - a.value);
    const rows = falling.map(({ argument, value }) => [
      argument,
      formatValue(unit, value),
      value > 0 ? formatGap(best.value / value - 1) : "none",
    ]);
    const lines = [
      ...(infeasible === null ? [] : [visibleName(infeasible.sentence)]),
      `No plan of ${visibleName(scenario.name)} has a ${scenario.objective} ` +
        `below ${formatValue(unit, best.value)} (${best.argument}).`,
      ...unknownWorkLines(scenario.meta.unknownWork),
      ...table([["argument", "bound", "best above it"], ...rows]),
    ];
    terminal.write(`${lines.join("\n")}\n`);
    return EXIT.done;
  },
});
