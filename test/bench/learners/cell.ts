/**
 * One run of a method on a scenario with one seed, as a line of a file. It has what the run came to
 * at each budget of simulations, and its curve.
 *
 * A learner whose training does not depend on the budget runs once, to the largest one. At a
 * smaller budget its best plan so far counts. Its own plan is asked for at the last update that
 * leaves room for it. That is scored apart, and changes nothing of what it learns.
 */
import type { Agent, AgentModule, TrainStep } from "../../../agents/contract.ts";
import { resolveMethod } from "../../../agents/registry/registry.ts";
import { runMethod } from "../../../agents/run/run.ts";
import { evaluator, metered, type Scenario } from "../../../env/index.ts";
import { scenarioHash } from "../../../env/model/file.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { cellRng } from "../../../results/cells/random-stream.ts";
import { resolveScenario } from "../../../scenarios/index.ts";

export interface CellName {
  readonly scenario: string;
  readonly method: string;
  readonly seed: number;
  /** Budgets at which it is judged, ascending; the run ends at the last. */
  readonly budgets: readonly number[];
}

/** What a run came to within a budget; values are over the bound. */
export interface Judged {
  /** The best plan, the policy's own among them. */
  readonly best: number;
  /** The policy's own plan, null for planners and where it does not fit. */
  readonly own: number | null;
  readonly cpuSeconds: number;
}

export type Point = readonly [simulations: number, overBound: number];

export interface Cell extends CellName {
  /** As resolved: other defaults make another cell. */
  readonly options: unknown;
  /** One for each budget. */
  readonly judged: readonly Judged[];
  /** The best plan that fits so far, at each improvement. */
  readonly improvements: readonly Point[];
  /** Mean cost of the plans of each update; none for planners. */
  readonly updates: readonly Point[];
}

/** The budgets that one run of a method can serve. */
export async function sharedBudgets(method: string, budgets: readonly number[]): Promise<number[][]> {
  const { module } = await resolveMethod(method);
  // A run of `regal` takes all that is left, as planners may.
  const isFree = module.kind === "agent" && module.card.id !== "regal";
  return isFree ? [[...budgets]] : budgets.map((budget) => [budget]);
}

export async function runCell(name: CellName): Promise<Cell> {
  const scenario = await resolveScenario(name.scenario);
  const { module, options } = await resolveMethod(name.method);
  const cpuSeconds = cpuClock();
  const end = name.budgets[name.budgets.length - 1];
  const meter = metered(evaluator(scenario), { simulations: end });
  const bound = meter.bound().value;
  const updates: Point[] = [];
  const judged: Judged[] = [];
  const reserve = module.kind === "agent" ? (module as AgentModule).actEvaluations(scenario, options) : 0;
  const judge = (budget: number, own: number | null): void => {
    const best = Math.min(bestWithin(meter, budget), own ?? Number.POSITIVE_INFINITY);
    judged.push({ best: best / bound, own: own === null ? null : own / bound, cpuSeconds: cpuSeconds() });
  };
  let before = 0;
  const onTrainStep = async ({ simulations, metrics }: TrainStep, agent: Agent): Promise<void> => {
    if (metrics.meanCost !== undefined) updates.push([simulations, metrics.meanCost / bound]);
    // As many simulations as this update took are expected of the next.
    const next = 2 * simulations - before;
    before = simulations;
    for (const budget of name.budgets.slice(judged.length, -1))
      if (next > budget - reserve) judge(budget, await ownValue(agent, scenario));
  };
  const rng = cellRng({ rootSeed: 0, seedIndex: name.seed }, scenarioHash(scenario), module.card);
  const { last, report } = await runMethod({ module, options, scenario, meter, rng, onTrainStep });
  if (meter.best?.outcome.feasible !== true)
    throw new Error(`${name.method} has no plan for ${name.scenario}: ${report.failure}`);
  const isOwn = module.kind === "agent" && last !== null;
  const own = isOwn ? evaluator(scenario).evaluate(last).value : null;
  // A run that ended before an earlier budget has the same to show at each.
  while (judged.length < name.budgets.length) judge(name.budgets[judged.length], own);
  const improvements = meter.curve.flatMap(({ simulations, cost, feasible }): Point[] =>
    feasible ? [[simulations, cost / bound]] : [],
  );
  return { ...name, options, judged, improvements, updates };
}

function bestWithin({ curve }: MeteredEvaluator, budget: number): number {
  const within = curve.filter(({ simulations, feasible }) => feasible && simulations <= budget);
  return Math.min(...within.map(({ cost }) => cost));
}

async function ownValue(agent: Agent, scenario: Scenario): Promise<number | null> {
  const apart = metered(evaluator(scenario), {});
  const plan = await agent.act({ name: scenario.name, scenario, evaluator: apart });
  return evaluator(scenario).evaluate(plan).value;
}

function cpuClock(): () => number {
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
}
