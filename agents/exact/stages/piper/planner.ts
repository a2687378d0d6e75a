/**
 * Piper's plan of least time (NeurIPS 2021): the smallest limit at which the threshold program
 * finds a plan. The limit falls to what the plan found takes, and rises to the least that a run
 * without one leaves possible. So the search ends at the optimum, to rounding.
 */
import { downSets } from "./down-sets.ts";
import { ExactKnapsack } from "./exact-knapsack.ts";
import { GreedyKnapsack, type KnapsackName } from "./knapsack.ts";
import type { PiperStage } from "./plan-cost.ts";
import type { PiperProblem } from "./problem.ts";
import { itemsOf } from "./stage-items.ts";
import { type Stop, ThresholdProgram } from "./threshold-program.ts";

export interface PiperOptions {
  /** Default `greedy`, as released. */
  readonly knapsack?: KnapsackName;
  /** Default 40,000, as released. */
  readonly mostDownSets?: number;
}

export interface PiperPlan {
  /** Of the slowest stage, for a micro-batch: the program's value. */
  readonly time: number;
  /** First stage first. */
  readonly stages: readonly PiperStage[];
}

export interface PiperAnswer {
  /** Null where nothing fits the memory. */
  readonly plan: PiperPlan | null;
  readonly downSets: number;
  /** Runs of the threshold program, and what they looked at. */
  readonly runs: number;
  readonly stages: number;
  readonly knapsacks: number;
}

const MOST_DOWN_SETS = 40_000;
/** Share of the optimum that counts as nothing. */
const ROUNDING = 1e-12;
const FIRST_STEP = 0.01;

/** Undefined where there are too many down-sets. */
export function piperPlan(problem: PiperProblem, options: PiperOptions = {}): PiperAnswer | undefined {
  const { knapsack: name = "greedy", mostDownSets = MOST_DOWN_SETS } = options;
  const sets = downSets(problem, mostDownSets);
  if (sets === null) return undefined;
  const knapsack = name === "greedy" ? new GreedyKnapsack(problem) : new ExactKnapsack(problem);
  const program = new ThresholdProgram(problem, sets, knapsack);
  let runs = 0;
  const within = (limit: number, stop: Stop = "first"): PiperPlan | null => {
    runs++;
    const label = program.run(limit, stop);
    if (label === -1) return null;
    return { time: program.labels.slowest[label], stages: stagesOf(label) };
  };
  /** From the last stage added, the first of the pipeline, to the one on the empty down-set. */
  const stagesOf = (last: number): PiperStage[] => {
    const { labels } = program;
    const stages: PiperStage[] = [];
    for (let label = last; labels.from[label] !== -1; label = labels.from[label]) {
      const layers = sets.table.difference(labels.set[label], labels.set[labels.from[label]]);
      const degree = problem.degrees[labels.degree[label]];
      const items = itemsOf(problem, layers, degree, labels.replicas[label]);
      knapsack.solve(items, labels.inFlight[label]);
      const choices = layers.map((_, i) => problem.numberOf[items.choice[knapsack.picked[i]]]);
      stages.push({ layers, replicas: labels.replicas[label], degree, choices });
    }
    return stages;
  };

  let plan = within(Number.MAX_VALUE);
  let low = sets.deviceTime[sets.count - 1] / problem.devices;
  let step = FIRST_STEP;
  while (plan !== null && low < plan.time * (1 - ROUNDING)) {
    const middle = (low + plan.time) / 2;
    const limit = Math.min(middle, Math.max(low * (1 + step), plan.time * FIRST_STEP));
    const better = within(limit);
    if (better === null) low = Math.max(limit, program.nextLimit);
    else plan = better.time < plan.time ? better : plan;
    step = better === null ? 2 * step : step;
  }
  if (plan !== null) plan = within(plan.time * (1 + ROUNDING), "best") ?? plan;
  const { stages, knapsacks } = program;
  return { plan, downSets: sets.count, runs, stages, knapsacks };
}
