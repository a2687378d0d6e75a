/**
 * `solve`: one method on one scenario. The answer is the cell that `compare` would run with the
 * same seed.
 */

import { type BoundEffort, boundEfforts } from "../../../agents/bounds.ts";
import { unknownWorkLines } from "../../../env/model/graph/unknown-work.ts";
import { planFromJson } from "../../../env/model/plan/plan.ts";
import type { Objective } from "../../../env/model/scenario.ts";
import { bestOf } from "../../../env/sim/bounds/best.ts";
import { type Budget, leadingLimit } from "../../../env/sim/evaluator/budget.ts";
import { gapOf } from "../../../env/sim/evaluator/contract.ts";
import type { ScoredPlan } from "../../../env/sim/timeline/scored-plan.ts";
import type { BestSoFar, CellOutcome, CellResult } from "../../../results/cells/cell.ts";
import { clausesOf, estimateText } from "../../../results/comparison/facts-text.ts";
import { memoryTitle, pretrainingText, shortfallText } from "../../../results/comparison/row-text.ts";
import { displayedWords } from "../../../results/text/displayed.ts";
import {
  formatBytes,
  formatCount,
  formatGap,
  formatSeconds,
  formatValue,
  scaleFor,
} from "../../../results/text/format.ts";
import { pipelineFacts } from "../../../results/text/pipelines/facts.ts";
import { shardingFacts } from "../../../results/text/shardings/facts.ts";
import {
  backendFlag,
  backendOf,
  budgetFlags,
  budgetOf,
  defineCommand,
  givenBudget,
  jsonFlag,
  objectiveFlag,
  seedFlag,
} from "../../command.ts";
import { jsonText } from "../../json.ts";
import { stageLines } from "../../reports/plans/pipeline/pipeline-text.ts";
import { tellLogs } from "../../terminal/logs-text.ts";
import { startProgress } from "../../terminal/progress.ts";
import { EXIT, type Terminal } from "../../terminal/terminal.ts";
import { duration } from "../../terminal/time-left.ts";
import { pictureFlags, wantsPicture, writePictures } from "../plan-pictures.ts";

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
        'planner or agent: an id, an id with options such as "mcmc?beta=2", a path such as ./mine.ts, or ' +
        "a trained policy such as placeto@runs/nmt, which without a budget gives its own plan alone",
    },
    objective: objectiveFlag,
    bound: {
      type: "text",
      choices: boundEfforts,
      default: "cheap",
      placeholder: "NAME",
      describe: "bounds of the makespan beside the cheap ones, which take seconds: lp, refutation or all",
    },
    ...budgetFlags,
    seed: seedFlag,
    backend: backendFlag,
    "log-evaluations": {
      type: "text",
      placeholder: "FILE",
      describe: "keep every plan and what it scored, as JSON lines in gzip, for offline learning",
    },
    ...pictureFlags,
    json: jsonFlag,
  },
  examples: [
    "solve inception-v3/2xP100 --planner hill-climb --simulations 2000",
    "solve bert24_inference.json --planner ideals-dp --objective max-load --json",
  ],
  async run({ values, positionals: [scenario] }, terminal) {
    const { runCell } = await import("../../../results/cells/cell.ts");
    const { answerBudget } = await import("../../../results/cells/answer-budget.ts");
    const objective = values.objective as Objective | undefined;
    const budget =
      givenBudget(values) ?? (await answerBudget(scenario, values.planner, objective)) ?? budgetOf(values);
    const progress = progressOf(budget, terminal);
    const logTo = values["log-evaluations"];
    const outcome = await runCell(
      {
        scenario,
        method: values.planner,
        rootSeed: values.seed,
        seedIndex: 0,
        budget,
        objective,
        backend: backendOf(values.backend, terminal),
      },
      {
        clock: terminal.seconds,
        cpuClock: terminal.cpuSeconds,
        signal: terminal.signal,
        onEvaluation: progress.spent,
        logTo,
      },
    ).finally(progress.end);
    const effort = values.bound as BoundEffort;
    const result = effort === "cheap" ? outcome.result : await proveMore(outcome.result, effort, terminal);
    if (result.backend !== null) terminal.note(`TensorFlow.js backend: ${result.backend}`);
    const wanted = wantsPicture(values);
    const isShown = !values.json && result.plan !== null && result.plan.kind !== "placement";
    const scored = wanted || isShown ? await scoredAgain(result) : null;
    terminal.write(
      values.json
        ? jsonText(answerOf({ ...outcome, result }, values.seed))
        : textOf(displayedWords({ ...outcome, result }), scored),
    );
    const { frontier } = result;
    const drawn = { plan: result.method, told: null, ...(frontier !== undefined && { frontier }) };
    if (scored !== null) await writePictures(values, { scored, ...drawn }, terminal);
    else if (wanted) terminal.note("There is no plan to draw.");
    if (logTo !== undefined) tellLogs([logTo], terminal);
    if (result.failure !== null) terminal.note(`placement-gym: ${result.failure}`);
    for (const text of await beatenTexts([result])) terminal.note(text);
    return result.feasible ? EXIT.done : EXIT.failed;
  },
});

/** The plan of a cell with all that there is to say of it; null without a plan. */
async function scoredAgain({ scenario: address, objective, plan }: CellResult): Promise<ScoredPlan | null> {
  if (plan === null) return null;
  const { resolveScenario } = await import("../../../scenarios/index.ts");
  const { scoredPlan } = await import("../../../env/sim/timeline/scored-plan.ts");
  const scenario = await resolveScenario(address, { objective });
  return scoredPlan(scenario, planFromJson(scenario, plan, "The plan"));
}

/** What the best known plans of the package are, which only a whole answer needs. */
async function beatenTexts(cells: readonly CellResult[]): Promise<string[]> {
  const { ownFolders } = await import("../comparisons/leaderboard/folders.ts");
  return (await import("../../reports/plans/beaten-report.ts")).beatenTexts(cells, ownFolders.bestKnown);
}

/** The result with the largest of its bound and the bounds that the user asked for. */
async function proveMore(result: CellResult, effort: BoundEffort, { note }: Terminal): Promise<CellResult> {
  const { resolveScenario } = await import("../../../scenarios/index.ts");
  const { boundsOf } = await import("../../../agents/bounds.ts");
  const scenario = await resolveScenario(result.scenario, { objective: result.objective });
  const { value, argument } = bestOf(await boundsOf(scenario, effort, note, result.value ?? undefined));
  if (value <= result.bound) return result;
  return { ...result, bound: value, boundArgument: argument, gap: gapOf(result.value, value) };
}

function progressOf(budget: Budget, terminal: Terminal) {
  const { unit, amount } = leadingLimit(budget);
  const progress = startProgress(terminal, amount, unit, { usesAll: false });
  return {
    spent: (spent: number, best?: BestSoFar) => progress.update(spent, textOfBest(best)),
    end: progress.end,
  };
}

const textOfBest = (best?: BestSoFar): string =>
  typeof best?.value === "number"
    ? `best so far ${formatValue(best.unit, best.value)}`
    : "nothing fits so far";

/** The cell, its plan whole, with the clock readings and what `compare` has no need to repeat. */
function answerOf({ result, times }: CellOutcome, seed: number): Record<string, unknown> {
  const { method, curve: _, simulatorBounds: __, plannerBound: ___, seedIndex: ____, ...answer } = result;
  return { planner: method, ...answer, seed, seconds: times.seconds, cpuSeconds: times.cpuSeconds };
}

function textOf({ result, times }: CellOutcome, scored: ScoredPlan | null): string {
  const { unit, bound, boundArgument, gap, violation, largestPeakBytes, estimate } = result;
  const scale = scaleFor(unit, result.value ?? bound);
  const rows: [string, string][] = [
    [result.objective, valueText(result)],
    ["bound", `${formatValue(unit, bound)} (${boundArgument})`],
    ["gap", gap === null ? "none" : formatGap(gap)],
    ...unknownWorkLines(result.unknownWork).map((line): [string, string] => ["assumed", line]),
  ];
  if (violation !== null)
    rows.push([
      "out of memory",
      `${violation.device} by ${formatBytes(violation.excessBytes)}${violation.op === null ? "" : ` at "${violation.op}"`}`,
    ]);
  if (result.shortfall !== undefined) rows.push(["too slow", shortfallText(result.shortfall)]);
  if (largestPeakBytes !== null) rows.push([memoryTitle(result), formatBytes(largestPeakBytes)]);
  rows.push(["simulations", countText(result.simulations, result.bestSimulation)]);
  rows.push(["evaluations", countText(result.evaluations, result.bestEvaluation)]);
  rows.push(["CPU time", secondsText(times.cpuSeconds)]);
  rows.push(["time", secondsText(times.seconds)]);
  if (estimate !== null) rows.push(["estimate", estimateText(estimate, result.value, scale)]);
  for (const clause of clausesOf(result, scale)) rows.push(["note", clause]);
  if (result.pretraining !== null) rows.push(["note", pretrainingText(result.pretraining)]);
  if (result.ended === "clock") rows.push(["ended by", "a clock, so another run may differ"]);
  const pipeline = scored?.pipeline ?? null;
  if (pipeline !== null)
    rows.push(...pipelineFacts(pipeline).map(([name, text]): [string, string] => [name, text]));
  const sharding = scored?.sharding ?? null;
  if (sharding !== null) rows.push(...shardingFacts(sharding));
  const lines = rows.map(([name, text]) => `  ${name.padEnd(13)}  ${text}`);
  const stages = pipeline === null ? [] : stageLines(pipeline, scored!.limitBytes);
  return `${[`${result.methodName} on ${result.scenario}`, ...lines, ...stages].join("\n")}\n`;
}

const countText = (count: number, best: number | null): string =>
  best === null ? formatCount(count) : `${formatCount(count)}, the best at ${formatCount(best)}`;

const secondsText = (seconds: number): string =>
  seconds < 60 ? `${formatSeconds(seconds)} s` : duration(seconds);

function valueText({ value, unit, plan }: CellResult): string {
  if (value !== null) return formatValue(unit, value);
  return plan === null ? "no plan" : "infeasible";
}
