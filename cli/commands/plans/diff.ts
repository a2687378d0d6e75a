/**
 * `diff`: compares two plans of one scenario under its objective. It tells which ops moved or are
 * divided otherwise, and how that changes the value, the devices, the links and the collectives.
 */

import { InputError } from "../../../env/model/errors.ts";
import { asPlacement, type Plan } from "../../../env/model/plan/plan.ts";
import { relocations } from "../../../env/sim/timeline/explain/difference.ts";
import { explain } from "../../../env/sim/timeline/explain/explanation.ts";
import { createScorer } from "../../../env/sim/timeline/scored-plan.ts";
import { shardingTimeline } from "../../../env/sim/timeline/sharding/sharding-timeline.ts";
import { defineCommand, jsonFlag } from "../../command.ts";
import { jsonText } from "../../json.ts";
import { differenceJson } from "../../reports/plans/diff-json.ts";
import { type DifferenceSide, differenceText } from "../../reports/plans/diff-report.ts";
import {
  pipelineDifferenceJson,
  pipelineDifferenceText,
} from "../../reports/plans/pipeline/diff-pipeline.ts";
import { displayedScore } from "../../reports/plans/score-report.ts";
import {
  shardingDifferenceJson,
  shardingDifferenceText,
} from "../../reports/plans/sharding/diff-sharding.ts";
import { EXIT } from "../../terminal/terminal.ts";
import { PLAN_FORMS, readPlanArgument, scenarioForPlan, scoredObjectiveFlag } from "../given-plan.ts";

export const diff = defineCommand({
  name: "diff",
  summary:
    "Compares two plans of one scenario under its objective: moved ops, value, devices, links, memory, critical path; of two pipelines where the iteration goes and ops in other stages, of two shardings splits, collectives and times by mesh axis.",
  positionals: [
    { name: "SCENARIO", describe: "a URI such as inception-v3/2xP100, or a file", arity: "one" },
    { name: "BEFORE", describe: `file of a plan, ${PLAN_FORMS}`, arity: "one" },
    { name: "AFTER", describe: "file of the plan to compare with it", arity: "one" },
  ],
  flags: { objective: scoredObjectiveFlag, json: jsonFlag },
  examples: [
    "diff inception-v3/2xP100 before.json after.json",
    "diff bert24_training.json expert.json plan.json --objective max-load",
  ],
  async run({ values, positionals: [address, ...files] }, terminal) {
    const scenario = await scenarioForPlan(address, { objective: values.objective, file: files[0] });
    const plans = files.map((file) => readPlanArgument(file, { scenario, address }, terminal));
    const score = createScorer(scenario);
    const [one, two] = plans;
    if (one.kind === "sharding" && two.kind === "sharding") {
      const [before, after] = [one, two].map((plan, i) => ({
        plan: files[i],
        scored: score(plan),
        timeline: shardingTimeline(scenario, plan),
      }));
      terminal.write(
        values.json ? jsonText(shardingDifferenceJson(before, after)) : shardingDifferenceText(before, after),
      );
      return EXIT.done;
    }
    if (one.kind === "pipeline" && two.kind === "pipeline") {
      const [before, after] = [one, two].map((plan, i) => {
        const scored = score(plan);
        return { plan: files[i], scored, pipeline: scored.pipeline! };
      });
      terminal.write(
        values.json ? jsonText(pipelineDifferenceJson(before, after)) : pipelineDifferenceText(before, after),
      );
      return EXIT.done;
    }
    const other = plans.findIndex(({ kind }) => kind !== "placement");
    if (other !== -1)
      throw new InputError(
        `"diff" compares two placements, two pipelines or two shardings, and "${files[other]}" is a ${plans[other].kind}; take "explain" or "simulate" for each.`,
      );
    const sideOf = (plan: Plan, i: number): DifferenceSide => {
      const scored = score(plan);
      return {
        plan: files[i],
        scored,
        told: scored.spec.timing === "engine" ? explain(scenario, plan) : null,
      };
    };
    const [before, after] = plans.map(sideOf);
    const moved = relocations(scenario, asPlacement(plans[0]).device, asPlacement(plans[1]).device);
    const shown = (side: DifferenceSide) => ({ ...side, scored: displayedScore(side.scored) });
    terminal.write(
      values.json
        ? jsonText(differenceJson({ before, after, moved }))
        : differenceText({ before: shown(before), after: shown(after), moved }),
    );
    return EXIT.done;
  },
});
