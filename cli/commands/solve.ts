/**
 * `solve`: one method on one scenario. The answer is the cell that `compare` would run with the
 * same seed.
 */

import { type BoundEffort, boundEfforts } from "../../agents/bounds.ts";
import type { Objective } from "../../env/model/scenario.ts";
import { bestOf } from "../../env/sim/bounds/best.ts";
import { gapOf } from "../../env/sim/evaluator/contract.ts";
import type { BestSoFar, CellOutcome, CellResult } from "../../results/comparison/cell.ts";
import { formatBytes, formatCount, formatGap, formatSeconds, formatValue } from "../../results/format.ts";
import {
  backendFlag,
  backendOf,
  budgetOf,
  defineCommand,
  evaluationsFlag,
  jsonFlag,
  objectiveFlag,
  secondsFlag,
  seedFlag,
} from "../command.ts";
import { jsonText } from "../json.ts";
import { duration, startProgress } from "../terminal/progress.ts";
import { EXIT, type Terminal } from "../terminal/terminal.ts";

export const solve = defineCommand({
  name: "solve",
  summary:
    "Runs one planner or agent on one scenario and prints its best plan, its value and the proven bound.",
  positionals: [{ name: "SCENARIO", describe: "a URI such as inception-v3/2xP100, or a file", arity: "one" }],
  flags: {
    planner: {
      type: "text",
      default: "best",
      placeholder: "ID",
      describe:
        'planner or agent: an id, an id with options such as "mcmc?beta=2", or a path such as ./mine.ts',
    },
    objective: objectiveFlag,
    bound: {
      type: "text",
      choices: boundEfforts,
      default: "cheap",
      placeholder: "NAME",
      describe: "bounds of the makespan beside the cheap ones, which take seconds: lp, refutation or all",
    },
    evaluations: evaluationsFlag,
    seconds: secondsFlag,
    seed: seedFlag,
    backend: backendFlag,
    json: jsonFlag,
  },
  examples: [
    "solve inception-v3/2xP100 --planner hill-climb --evaluations 2000",
    "solve bert24_inference.json --planner ideals-dp --objective max-load --json",
  ],
  async run({ values, positionals: [scenario] }, terminal) {
    const { runCell } = await import("../../results/comparison/cell.ts");
    const budget = budgetOf(values);
    const progress = progressOf(budget, terminal);
    const outcome = await runCell(
      {
        scenario,
        method: values.planner,
        rootSeed: values.seed,
        seedIndex: 0,
        budget,
        objective: values.objective as Objective | undefined,
        backend: backendOf(values.backend, terminal),
      },
      { clock: terminal.seconds, signal: terminal.signal, onEvaluation: progress.spent },
    ).finally(progress.end);
    const effort = values.bound as BoundEffort;
    const result = effort === "cheap" ? outcome.result : await proveMore(outcome.result, effort, terminal);
    if (result.backend !== null) terminal.note(`TensorFlow.js backend: ${result.backend}`);
    terminal.write(
      values.json ? jsonText(answerOf({ ...outcome, result }, values.seed)) : textOf({ ...outcome, result }),
    );
    if (result.failure !== null) terminal.note(`placement-gym: ${result.failure}`);
    return result.feasible ? EXIT.done : EXIT.failed;
  },
});

/** The result with the largest of its bound and the bounds that the user asked for. */
async function proveMore(result: CellResult, effort: BoundEffort, { note }: Terminal): Promise<CellResult> {
  const { resolveScenario } = await import("../../scenarios/index.ts");
  const { boundsOf } = await import("../../agents/bounds.ts");
  const scenario = await resolveScenario(result.scenario, { objective: result.objective });
  const { value, argument } = bestOf(await boundsOf(scenario, effort, note, result.value ?? undefined));
  if (value <= result.bound) return result;
  return { ...result, bound: value, boundArgument: argument, gap: gapOf(result.value, value) };
}

/** Progress in evaluations, or in seconds where only they are limited. */
function progressOf(budget: { evaluations?: number; seconds?: number }, terminal: Terminal) {
  if (budget.evaluations !== undefined) {
    const progress = startProgress(terminal, budget.evaluations, "evaluations");
    return {
      spent: (evaluations: number, best?: BestSoFar) => progress.update(evaluations, textOfBest(best)),
      end: progress.end,
    };
  }
  const startedAt = terminal.seconds();
  const progress = startProgress(terminal, Math.ceil(budget.seconds ?? 0), "seconds");
  return {
    spent: (evaluations: number, best?: BestSoFar) =>
      progress.update(
        Math.floor(terminal.seconds() - startedAt),
        `${formatCount(evaluations)} evaluations, ${textOfBest(best)}`,
      ),
    end: progress.end,
  };
}

const textOfBest = (best?: BestSoFar): string =>
  typeof best?.value === "number"
    ? `best so far ${formatValue(best.unit, best.value)}`
    : "nothing fits so far";

function answerOf({ result, times }: CellOutcome, seed: number): Record<string, unknown> {
  return {
    planner: result.method,
    objective: result.objective,
    value: result.value,
    bound: result.bound,
    unit: result.unit,
    gap: result.gap,
    evaluations: result.evaluations,
    seconds: times.seconds,
    plan: result.plan,
    opPriority: result.opPriority,
    scenario: result.scenario,
    scenarioHash: result.scenarioHash,
    seed,
    feasible: result.feasible,
    violation: result.violation,
    boundArgument: result.boundArgument,
    peakBytes: result.peakBytes,
    estimate: result.estimate,
    note: result.note,
    failure: result.failure,
    timeLimited: result.timeLimited,
    backend: result.backend,
  };
}

function textOf({ result, times }: CellOutcome): string {
  const { unit, bound, boundArgument, gap, violation, bestEvaluation, largestPeakBytes, note } = result;
  const rows: [string, string][] = [
    [result.objective, valueText(result)],
    ["bound", `${formatValue(unit, bound)} (${boundArgument})`],
    ["gap", gap === null ? "none" : formatGap(gap)],
  ];
  if (violation !== null)
    rows.push([
      "out of memory",
      `${violation.device} by ${formatBytes(violation.excessBytes)}${violation.op === null ? "" : ` at "${violation.op}"`}`,
    ]);
  if (largestPeakBytes !== null) rows.push(["peak memory", formatBytes(largestPeakBytes)]);
  rows.push([
    "evaluations",
    `${formatCount(result.evaluations)}${bestEvaluation === null ? "" : `, the best at ${formatCount(bestEvaluation)}`}`,
  ]);
  rows.push(["time", times.seconds < 60 ? `${formatSeconds(times.seconds)} s` : duration(times.seconds)]);
  if (note !== null) rows.push(["note", note]);
  if (result.timeLimited) rows.push(["ended by", "a clock, so another run may differ"]);
  const lines = rows.map(([name, text]) => `  ${name.padEnd(13)}  ${text}`);
  return `${result.methodName} on ${result.scenario}\n${lines.join("\n")}\n`;
}

function valueText({ value, unit, plan }: CellResult): string {
  if (value !== null) return formatValue(unit, value);
  return plan === null ? "no plan" : "infeasible";
}
