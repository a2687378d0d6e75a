/**
 * `explain`: what bounds the step of a plan, and the single move that helps most. On request it
 * writes a trace for Perfetto, speedscope or chrome://tracing, and the Gantt chart as SVG.
 */
import { writeFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { InputError } from "../../env/model/errors.ts";
import type { Plan } from "../../env/model/plan/plan.ts";
import { readPlan } from "../../env/model/plan/plan-file.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { evaluator } from "../../env/sim/objectives/evaluator.ts";
import {
  betterMove,
  type Move,
  singleMoveCount,
  singleMoves,
} from "../../env/sim/timeline/explain/best-move.ts";
import { explain as explainPlan } from "../../env/sim/timeline/explain/explanation.ts";
import { displayed } from "../../results/displayed.ts";
import { ganttSvg } from "../../results/drawing/gantt-svg.ts";
import { traceOf } from "../../results/trace/trace.ts";
import { visible } from "../../results/visible.ts";
import { resolveScenario } from "../../scenarios/resolve.ts";
import { defineCommand, jsonFlag } from "../command.ts";
import { readText } from "../files.ts";
import { jsonText } from "../json.ts";
import { explanationJson, explanationText, type MoveSearch } from "../reports/explain-report.ts";
import { startProgress } from "../terminal/progress.ts";
import { EXIT, type Terminal } from "../terminal/terminal.ts";

const MOVES_BETWEEN_BREATHS = 64;

export const explain = defineCommand({
  name: "explain",
  summary:
    "Prints what bounds one training step under a placement: critical path, busy devices and links, and the " +
    "single move that helps most.",
  positionals: [{ name: "SCENARIO", describe: "a URI such as inception-v3/2xP100, or a file", arity: "one" }],
  flags: {
    placement: {
      type: "text",
      placeholder: "FILE",
      describe:
        "JSON file of the placement, in a form that simulate takes, such as the output of solve --json",
      defaultText: "none; it is required",
    },
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
  async run({ values, positionals: [argument] }, terminal) {
    if (values.placement === undefined)
      throw new InputError('"explain" needs --placement FILE, the placement to explain.');
    const scenario = await stepOf(argument, terminal);
    const plan = readPlan(readText(values.placement, "Placement file"), values.placement, scenario);
    const told = explainPlan(scenario, plan);
    const score = evaluator(scenario);
    const base = score.evaluate(plan);
    const bound = score.bound();
    if (values.trace !== undefined)
      writeFile(values.trace, visible(JSON.stringify(traceOf(scenario, told))), terminal);
    if (values.svg !== undefined)
      writeFile(
        values.svg,
        ganttSvg(scenario, told, { plan: values.placement, bound: bound.value }),
        terminal,
      );
    const search = await bestMove(scenario, plan, base.cost, terminal);
    const parts = { scenario, plan: values.placement, told, bound, base, search };
    terminal.write(
      values.json
        ? jsonText(explanationJson(parts))
        : explanationText({ ...parts, scenario: displayed(scenario) }),
    );
    return EXIT.done;
  },
});

/** The scenario with the objective makespan, which is what a timeline explains. */
export async function stepOf(argument: string, terminal: Terminal): Promise<Scenario> {
  const scenario = await resolveScenario(argument);
  if (scenario.objective === "makespan") return scenario;
  terminal.note(
    `Note: the objective of ${scenario.name} is ${scenario.objective}; what follows is about the time of one step.`,
  );
  return { ...scenario, objective: "makespan" };
}

function writeFile(path: string, text: string, terminal: Terminal): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new InputError(`File "${path}" cannot be written: ${(error as Error).message}.`);
  }
  terminal.note(`Wrote ${path}`);
}

async function bestMove(
  scenario: Scenario,
  plan: Plan,
  cost: number,
  terminal: Terminal,
): Promise<MoveSearch> {
  const total = singleMoveCount(scenario, plan);
  const progress = startProgress(terminal, total, "moves");
  let best: Move | null = null;
  let [tried, helping] = [0, 0];
  for (const move of singleMoves(evaluator(scenario), plan)) {
    best = betterMove(best, move);
    tried++;
    if (move.outcome.cost < cost) helping++;
    if (tried % MOVES_BETWEEN_BREATHS > 0) continue;
    progress.update(tried, "moving one group at a time");
    await setImmediate();
    if (terminal.signal.aborted) break;
  }
  progress.end();
  const helps = best !== null && best.outcome.cost < cost;
  return { best: helps ? best : null, tried, helping, complete: tried === total };
}
