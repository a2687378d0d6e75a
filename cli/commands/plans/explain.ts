/**
 * `explain`: what makes the value of a plan as large as it is under the scenario's objective, and
 * the single move that helps most. On request it writes a trace for Perfetto, speedscope or
 * chrome://tracing, and the picture of the step.
 */
import { setImmediate } from "node:timers/promises";
import { InputError } from "../../../env/model/errors.ts";
import type { Plan } from "../../../env/model/plan/plan.ts";
import type { ShardingPlan } from "../../../env/model/plan/sharding.ts";
import { singleMoveCount } from "../../../env/sim/timeline/explain/best-move.ts";
import { type Explanation, explain as explainPlan } from "../../../env/sim/timeline/explain/explanation.ts";
import { type ScoredPlan, scoredPlan } from "../../../env/sim/timeline/scored-plan.ts";
import { explainSharding, tracedSharding } from "../../../env/sim/timeline/sharding/sharding-timeline.ts";
import { pipelineTrace } from "../../../results/export/trace/pipeline-trace.ts";
import { shardingTrace } from "../../../results/export/trace/sharding-trace.ts";
import { type Trace, traceOf } from "../../../results/export/trace/trace.ts";
import { visible } from "../../../results/text/visible.ts";
import { defineCommand, jsonFlag } from "../../command.ts";
import { writeOutput } from "../../files.ts";
import { jsonText } from "../../json.ts";
import { explanationJson } from "../../reports/plans/explain-json.ts";
import {
  type ExplanationParts,
  explanationText,
  type MoveSearch,
} from "../../reports/plans/explain-report.ts";
import {
  type PipelineParts,
  pipelineExplanationJson,
  pipelineExplanationText,
} from "../../reports/plans/pipeline/explain-pipeline.ts";
import { displayedScore } from "../../reports/plans/score-report.ts";
import {
  shardingExplanationJson,
  shardingExplanationText,
} from "../../reports/plans/sharding/explain-sharding.ts";
import { startProgress } from "../../terminal/progress.ts";
import { EXIT, type Terminal } from "../../terminal/terminal.ts";
import { placementFlag, readPlanArgument, scenarioForPlan, scoredObjectiveFlag } from "../given-plan.ts";
import { notSimulated, pictureFlags, writePictures } from "../plan-pictures.ts";
import { bestChange } from "./explain/best-change.ts";
import { NO_MOVES, triedMoves } from "./explain/tried-moves.ts";

const MOVES_BETWEEN_BREATHS = 64;

export const explain = defineCommand({
  name: "explain",
  summary:
    "Prints what makes a plan's value as large as it is: critical path, busy devices and links, loads or memory, " +
    "for a pipeline its bottleneck, bubble and synchronisation, for a sharding its exposed communication by mesh axis, " +
    "and the single move or change that helps most.",
  positionals: [{ name: "SCENARIO", describe: "a URI such as inception-v3/2xP100, or a file", arity: "one" }],
  flags: {
    placement: { ...placementFlag, defaultText: "none; it is required" },
    objective: scoredObjectiveFlag,
    trace: {
      type: "text",
      placeholder: "FILE",
      describe: "write the step here as a trace (JSON) for Perfetto, speedscope or chrome://tracing",
      defaultText: "none",
    },
    ...pictureFlags,
    json: jsonFlag,
  },
  examples: [
    "solve inception-v3/2xP100 --planner mcmc --json > plan.json",
    "explain inception-v3/2xP100 --placement plan.json",
    "explain inception-v3/2xP100 --placement plan.json --trace step.json --svg step.svg",
  ],
  async run({ values, positionals: [address] }, terminal) {
    if (values.placement === undefined)
      throw new InputError('"explain" needs --placement FILE, the plan to explain.');
    const scenario = await scenarioForPlan(address, { objective: values.objective, file: values.placement });
    const plan = readPlanArgument(values.placement, { scenario, address }, terminal);
    if (plan.kind === "rewriting")
      throw new InputError(
        `"explain" tells of the graph as it is, and "${values.placement}" rewrites it; take "simulate".`,
      );
    const scored = scoredPlan(scenario, plan);
    const { pipeline } = scored;
    const told =
      plan.kind === "placement" && scored.spec.timing === "engine" ? explainPlan(scenario, plan) : null;
    if (values.trace !== undefined) {
      const trace = traceOfPlan(scored, plan, told);
      if (trace === null) throw notSimulated(scored, "--trace");
      writeOutput(values.trace, visible(JSON.stringify(trace)), terminal);
    }
    await writePictures(values, { scored, plan: values.placement, told }, terminal);
    const report: Report = { json: values.json, terminal };
    const given = { plan: values.placement, scored };
    if (plan.kind === "sharding") terminal.write(await shardingReport(given, plan, report));
    else if (pipeline === null) terminal.write(await placementReport({ ...given, told }, report));
    else terminal.write(await pipelineReport({ ...given, pipeline }, report));
    return EXIT.done;
  },
});

/** Null where the objective simulates no step. */
function traceOfPlan({ scenario, pipeline }: ScoredPlan, plan: Plan, told: Explanation | null): Trace | null {
  if (plan.kind === "sharding") return shardingTrace(tracedSharding(scenario, plan));
  if (pipeline !== null) return pipelineTrace(pipeline);
  return told === null ? null : traceOf(scenario, told);
}

interface Report {
  readonly json: boolean;
  readonly terminal: Terminal;
}

async function placementReport(
  given: Omit<ExplanationParts, "search">,
  { json, terminal }: Report,
): Promise<string> {
  const parts = { ...given, search: await bestMove(given.scored, terminal) };
  return json
    ? jsonText(explanationJson(parts))
    : explanationText({ ...parts, scored: displayedScore(given.scored) });
}

async function pipelineReport(
  given: Omit<PipelineParts, "search">,
  { json, terminal }: Report,
): Promise<string> {
  const { scored, pipeline } = given;
  const search = await bestChange(scored.scenario, pipeline.plan, scored.outcome, terminal);
  const parts = { ...given, search };
  return json
    ? jsonText(pipelineExplanationJson(parts))
    : pipelineExplanationText({ ...parts, scored: displayedScore(scored) });
}

async function shardingReport(
  given: { readonly plan: string; readonly scored: ScoredPlan },
  plan: ShardingPlan,
  { json, terminal }: Report,
): Promise<string> {
  const { scored } = given;
  const { scenario } = scored;
  const search = await bestChange(scenario, plan, scored.outcome, terminal);
  if (json)
    return jsonText(shardingExplanationJson({ ...given, told: explainSharding(scenario, plan), search }));
  const told = explainSharding(scenario, plan);
  return shardingExplanationText({ ...given, told, search, scored: displayedScore(scored) });
}

async function bestMove(scored: ScoredPlan, terminal: Terminal): Promise<MoveSearch> {
  const progress = startProgress(terminal, singleMoveCount(scored.scenario, scored.plan), "moves");
  // A plan without moves has been searched.
  let search: MoveSearch = { ...NO_MOVES, complete: true };
  for (const next of triedMoves(scored)) {
    search = next;
    if (search.tried % MOVES_BETWEEN_BREATHS > 0) continue;
    progress.update(search.tried, "moving one group at a time");
    await setImmediate();
    if (terminal.signal.aborted) break;
  }
  progress.end();
  return search;
}
