/**
 * `explain`: what makes the value of a plan as large as it is under the scenario's objective, and
 * the single move that helps most. On request it writes a trace for Perfetto, speedscope or
 * chrome://tracing, and the Gantt chart as SVG.
 */
import { setImmediate } from "node:timers/promises";
import { InputError } from "../../env/model/errors.ts";
import { evaluator } from "../../env/sim/objectives/evaluator.ts";
import {
  betterMove,
  type Move,
  singleMoveCount,
  singleMoves,
} from "../../env/sim/timeline/explain/best-move.ts";
import { type Explanation, explain as explainPlan } from "../../env/sim/timeline/explain/explanation.ts";
import { type ScoredPlan, scoredPlan } from "../../env/sim/timeline/scored-plan.ts";
import { traceOf } from "../../results/export/trace/trace.ts";
import { ganttSvg } from "../../results/page/drawing/gantt-svg.ts";
import { visible } from "../../results/text/visible.ts";
import { resolveScenario } from "../../scenarios/resolve.ts";
import { defineCommand, jsonFlag } from "../command.ts";
import { writeOutput } from "../files.ts";
import { jsonText } from "../json.ts";
import { explanationJson } from "../reports/plans/explain-json.ts";
import { explanationText, type MoveSearch } from "../reports/plans/explain-report.ts";
import { displayedScore } from "../reports/plans/score-report.ts";
import { startProgress } from "../terminal/progress.ts";
import { EXIT, type Terminal } from "../terminal/terminal.ts";
import { objectiveIn, placementFlag, readPlanArgument, scoredObjectiveFlag } from "./given-plan.ts";

const MOVES_BETWEEN_BREATHS = 64;

export const explain = defineCommand({
  name: "explain",
  summary:
    "Prints what makes a plan's value as large as it is: critical path, busy devices and links, loads or memory, " +
    "and the single move that helps most.",
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
    svg: {
      type: "text",
      placeholder: "FILE",
      describe: "write the step here as a Gantt chart with its critical path",
      defaultText: "none",
    },
    json: jsonFlag,
  },
  examples: [
    "solve inception-v3/2xP100 --planner mcmc --json > plan.json",
    "explain inception-v3/2xP100 --placement plan.json",
    "explain inception-v3/2xP100 --placement plan.json --trace step.json --svg step.svg",
  ],
  async run({ values, positionals: [address] }, terminal) {
    if (values.placement === undefined)
      throw new InputError('"explain" needs --placement FILE, the placement to explain.');
    const scenario = await resolveScenario(address, { objective: objectiveIn(values.objective) });
    const plan = readPlanArgument(values.placement, { scenario, address }, terminal);
    const scored = scoredPlan(scenario, plan);
    const told = scored.spec.timing === "engine" ? explainPlan(scenario, plan) : null;
    if (values.trace !== undefined) {
      if (told === null) throw notSimulated(scored, "--trace");
      writeOutput(values.trace, visible(JSON.stringify(traceOf(scenario, told))), terminal);
    }
    if (values.svg !== undefined) writeOutput(values.svg, ganttOf(scored, told, values.placement), terminal);
    const search = await bestMove(scored, terminal);
    const parts = { plan: values.placement, scored, told, search };
    terminal.write(
      values.json
        ? jsonText(explanationJson(parts))
        : explanationText({ ...parts, scored: displayedScore(scored) }),
    );
    return EXIT.done;
  },
});

function ganttOf(scored: ScoredPlan, told: Explanation | null, plan: string): string {
  const { scenario, spec, bound, timeline } = scored;
  if (timeline === null) throw notSimulated(scored, "--svg");
  const boundUs = spec.unit === "us" ? bound.value : 0;
  return ganttSvg(scenario, { timeline, criticalPath: told?.criticalPath }, { plan, bound: boundUs });
}

const notSimulated = ({ spec }: ScoredPlan, flag: string): InputError =>
  new InputError(
    `${flag} draws when ops run, which the objective ${spec.id} does not say; --objective makespan simulates a step.`,
  );

async function bestMove({ scenario, plan, outcome }: ScoredPlan, terminal: Terminal): Promise<MoveSearch> {
  const total = singleMoveCount(scenario, plan);
  const progress = startProgress(terminal, total, "moves");
  let best: Move | null = null;
  let [tried, helping, stuck] = [0, 0, 0];
  for (const move of singleMoves(evaluator(scenario), plan)) {
    best = betterMove(best, move);
    tried++;
    if (move.outcome === null) stuck++;
    else if (move.outcome.cost < outcome.cost) helping++;
    if (tried % MOVES_BETWEEN_BREATHS > 0) continue;
    progress.update(tried, "moving one group at a time");
    await setImmediate();
    if (terminal.signal.aborted) break;
  }
  progress.end();
  const helps = best !== null && best.outcome.cost < outcome.cost;
  return { best: helps ? best : null, tried, helping, stuck, complete: tried === total };
}
