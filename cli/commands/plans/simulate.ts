/**
 * `simulate`: given plans of a scenario under its objective. A case file with placements of its own
 * (`placeto-sim/1`) gives one answer for each. A graph file with devices or stages gives one for
 * its own plan. Any other scenario needs `--placement`.
 */

import { InputError } from "../../../env/model/errors.ts";
import { createScorer, type ScoredPlan } from "../../../env/sim/timeline/scored-plan.ts";
import type { ImportedRun } from "../../../scenarios/import/contract.ts";
import { checkedRuns } from "../../../scenarios/plans/index.ts";
import { openScenario } from "../../../scenarios/resolve.ts";
import { defineCommand, jsonFlag } from "../../command.ts";
import { jsonText } from "../../json.ts";
import { displayedScore, scoreJson, scoreText } from "../../reports/plans/score-report.ts";
import { EXIT, type Terminal } from "../../terminal/terminal.ts";
import {
  openForPlan,
  type PlannedScenario,
  placementFlag,
  planOfScenarioFile,
  readPlanArgument,
  scoredObjectiveFlag,
} from "../given-plan.ts";
import { pictureFlags, writePictures } from "../plan-pictures.ts";

export const simulate = defineCommand({
  name: "simulate",
  summary:
    "Scores given plans under the scenario's objective: value, bound and gap, what each device or stage does and holds, when each op starts.",
  positionals: [{ name: "SCENARIO", describe: "a file, or a URI such as inception-v3/2xP100", arity: "one" }],
  flags: {
    placement: { ...placementFlag, defaultText: "the plans in the scenario's file, where it has any" },
    objective: scoredObjectiveFlag,
    ...pictureFlags,
    json: jsonFlag,
  },
  examples: [
    "solve inception-v3/2xP100 --json > plan.json",
    "simulate inception-v3/2xP100 --placement plan.json",
    "simulate bert24_training.json --placement bert24_training_expert.json",
    "simulate case.json --json",
  ],
  async run({ values, positionals: [address] }, terminal) {
    const { scenario, runs = [] } = await openForPlan(
      { objective: values.objective, file: values.placement },
      (objective) => openScenario(address, { objective }),
      (opened) => opened.scenario,
    );
    const planned = { scenario, address };
    const score = createScorer(scenario);
    if (values.placement === undefined && runs.length > 0) {
      const scored = checkedRuns(scenario, runs).map(score);
      terminal.write(values.json ? jsonText(scored.map(scoreJson)) : runsText(runs, scored));
      return EXIT.done;
    }
    const { plan, title } = planOf(values.placement, planned, terminal);
    const scored = score(plan);
    await writePictures(values, { scored, plan: title, told: null }, terminal);
    terminal.write(values.json ? jsonText(scoreJson(scored)) : scoreText(title, displayedScore(scored)));
    return EXIT.done;
  },
});

const runsText = (runs: readonly ImportedRun[], scored: readonly ScoredPlan[]) =>
  scored.map((each, i) => scoreText(`run ${i} (${runs[i].kind})`, displayedScore(each))).join("\n");

function planOf(file: string | undefined, planned: PlannedScenario, terminal: Terminal) {
  if (file !== undefined) return { plan: readPlanArgument(file, planned, terminal), title: file };
  const plan = planOfScenarioFile(planned, terminal);
  if (plan !== null) return { plan, title: `the plan in ${planned.address}` };
  throw new InputError(`Scenario "${planned.address}" brings no placements; give one with --placement FILE.`);
}
