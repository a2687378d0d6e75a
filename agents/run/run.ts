/**
 * Runs one method on one scenario under one meter: a planner to its end, or an agent on a source of
 * one task.
 *
 * A spent budget is the normal way for a run to end, so `BudgetExhausted` is caught here and in
 * `runAgent`, and nowhere else. A run that a clock or a signal ended before it had scored anything
 * answers with a plain plan, never with nothing.
 */

import { InputError } from "../../env/model/errors.ts";
import type { Plan } from "../../env/model/plan/plan.ts";
import type { Rng } from "../../env/model/rng.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { BudgetExhausted, isTimed } from "../../env/sim/evaluator/budget.ts";
import type { MeteredEvaluator } from "../../env/sim/evaluator/meter.ts";
import {
  type AgentModule,
  type BackendName,
  type Fact,
  type Method,
  type PlannerModule,
  type PlannerReport,
  refusalOf,
  traitsOf,
} from "../contract.ts";
import { provenInfeasible } from "../problems/infeasible.ts";
import { plainPlanFor } from "../problems/plain-plan.ts";
import { type AgentHooks, type AgentRun, runAgent } from "./agent.ts";
import { oneTask } from "./tasks.ts";

/** The hooks are for agents. */
export interface MethodRun extends Omit<AgentHooks, "onCreated">, Pick<AgentRun, "trainsFor" | "drawsOn"> {
  readonly module: Method;
  /** As the module's options schema gives them. */
  readonly options: unknown;
  readonly scenario: Scenario;
  readonly meter: MeteredEvaluator;
  readonly rng: Rng;
  /** For agents; default the agent's own. */
  readonly backend?: BackendName;
  /** For agents: what `Agent.savePolicy` gave, to begin with instead of a fresh policy. */
  readonly policy?: unknown;
}

export interface MethodResult {
  /** The best plan that was scored, null where none was. */
  readonly best: MeteredEvaluator["best"];
  /** The planner's last plan or the agent's greedy one; null where the budget ended before it. */
  readonly last: Plan | null;
  readonly report: PlannerReport;
  /** The backend that an agent used. */
  readonly backend: BackendName | null;
}

export async function runMethod(run: MethodRun): Promise<MethodResult> {
  const { meter, scenario } = run;
  const refusal = refusalOf(run.module, run.options, scenario);
  if (refusal !== null) return { best: null, last: null, report: { failure: refusal }, backend: null };
  const ran =
    run.module.kind === "planner" ? await runPlanner(run, run.module) : await runLearner(run, run.module);
  const { report } = ran;
  if (meter.best === null && meter.exhausted && meter.lastResort(plainPlanFor(scenario)) !== null)
    return {
      ...ran,
      best: meter.best,
      report: { ...report, ended: "clock", failure: undefined, facts: [PLAIN] },
    };
  const ended = isTimed(meter.refused)
    ? "clock"
    : (report.ended ?? (meter.refused === null ? "done" : "budget"));
  const failure = meter.best?.outcome.feasible === true ? report.failure : failureOf(run, report);
  return { ...ran, best: meter.best, report: { ...report, ended, failure } };
}

/** Why there is no plan that fits: proven, as the method says, or only not found. */
function failureOf(run: MethodRun, report: PlannerReport): string {
  const proof = provenInfeasible(run.scenario, traitsOf(run.module).answers);
  if (proof !== null) return proof;
  if (report.failure !== undefined) return report.failure;
  if (run.meter.best === null) return nothingScored(run);
  const { evaluations, best } = run.meter;
  const isSlow = best.outcome.shortfall !== undefined;
  const verb = isSlow ? (evaluations === 1 ? "reach" : "reaches") : evaluations === 1 ? "fit" : "fits";
  const scored =
    evaluations === 1
      ? `the one plan scored does not ${verb}`
      : `none of ${evaluations} plans scored ${verb}`;
  return `None found: ${scored} ${isSlow ? "the demanded throughput" : "the memory"}; that no plan does is not proven.`;
}

const PLAIN: Fact = {
  name: "plan",
  value: "made without search: the method had scored none when it was ended",
};

function nothingScored({ module, meter }: MethodRun): string {
  const reason = meter.refused === null ? "" : `: the budget of ${meter.refused} was spent`;
  return `${module.card.name} ended before it had scored a plan${reason}.`;
}

type Ended = Omit<MethodResult, "best">;

async function runPlanner(
  { options, scenario, meter, rng }: MethodRun,
  module: PlannerModule,
): Promise<Ended> {
  const plans = module.create(options).plan(scenario, meter, rng);
  let last: Plan | null = null;
  let report: PlannerReport = {};
  try {
    for (;;) {
      const { done, value } = await plans.next();
      if (done === true) {
        report = value ?? {};
        break;
      }
      if (meter.evaluations === 0)
        throw new InputError(
          `Planner "${module.card.id}" yielded a plan without scoring one; score each plan with the evaluator first.`,
        );
      last = value;
    }
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error;
  } finally {
    await plans.return(undefined);
  }
  return { last, report, backend: null };
}

async function runLearner(run: MethodRun, module: AgentModule): Promise<Ended> {
  const { scenario, meter, policy, ...rest } = run;
  const task = { name: scenario.name, scenario, evaluator: meter };
  const { greedy, backend } = await runAgent({
    ...rest,
    module,
    tasks: oneTask(task),
    onCreated: (agent) => (policy === undefined ? undefined : agent.loadPolicy(policy)),
  });
  return { last: greedy.get(task.name)?.plan ?? null, report: {}, backend };
}
