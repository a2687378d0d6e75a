/**
 * Tasks under the objective cost, seen as placements of layers on types (types-view.ts). So every
 * learner of placements can choose types. A placement is scored as the pipeline that it stands for,
 * by the task's own meter, which is charged.
 *
 * Types for which no unit is left are replaced (env/sim/objectives/provisioning/type-choices.ts).
 */
import { InputError } from "../../env/model/errors.ts";
import type { PipelinePlan } from "../../env/model/plan/pipeline.ts";
import type { Placement } from "../../env/model/plan/placement.ts";
import { asPlacement, type Plan } from "../../env/model/plan/plan.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import type { MeteredEvaluator } from "../../env/sim/evaluator/meter.ts";
import { planOfTypes } from "../../env/sim/objectives/provisioning/plan-of-types.ts";
import { type PricedChain, pricedChain } from "../../env/sim/objectives/provisioning/priced-chain.ts";
import type { ProvisioningProblem } from "../../env/sim/objectives/provisioning/problem.ts";
import { type TypeChoices, typeChoices } from "../../env/sim/objectives/provisioning/type-choices.ts";
import type { Task, TaskSource } from "../contract.ts";
import { typesViewOf } from "../problems/provisioning/types-view.ts";

export interface TypesTasks {
  readonly views: TaskSource;
  viewOf(task: Task): Task;
  /** Of a view of these tasks; the next two too. */
  problemOf(view: Scenario): ProvisioningProblem;
  pipelineOf(view: Scenario, plan: Placement): PipelinePlan;
}

interface Known {
  readonly chain: PricedChain;
  readonly choices: TypeChoices;
}

export function typesTasks(tasks: TaskSource): TypesTasks {
  const views = new WeakMap<Scenario, Scenario>();
  const known = new WeakMap<Scenario, Known>();
  const byEvaluator = new WeakMap<MeteredEvaluator, Task>();

  function viewScenario(scenario: Scenario): Scenario {
    const before = views.get(scenario);
    if (before !== undefined) return before;
    if (scenario.objective !== "cost")
      throw new InputError(
        `Types of rented devices are for the objective cost; "${scenario.name}" has ${scenario.objective}.`,
      );
    const chain = pricedChain(scenario);
    const view = typesViewOf(scenario, chain);
    views.set(scenario, view);
    known.set(view, { chain, choices: typeChoices(chain.problem) });
    return view;
  }

  const pipelineOf = (view: Scenario, { device }: Placement): PipelinePlan => {
    const { chain, choices } = known.get(view)!;
    return planOfTypes(chain, choices.nearest(device));
  };

  function viewOf(task: Task): Task {
    const before = byEvaluator.get(task.evaluator);
    if (before !== undefined) return before;
    const scenario = viewScenario(task.scenario);
    const evaluator = viewedMeter(task.evaluator, scenario, (plan) =>
      pipelineOf(scenario, asPlacement(plan)),
    );
    const { name, scoreAhead } = task;
    const view: Task = {
      name,
      scenario,
      evaluator,
      ...(scoreAhead !== undefined && {
        scoreAhead: (plans) => scoreAhead(plans.map((plan) => pipelineOf(scenario, asPlacement(plan)))),
      }),
    };
    byEvaluator.set(task.evaluator, view);
    return view;
  }

  return {
    viewOf,
    pipelineOf,
    problemOf: (view) => known.get(view)!.chain.problem,
    views: {
      names: tasks.names,
      task: async (name) => viewOf(await tasks.task(name)),
      draw: async (rng) => viewOf(await tasks.draw(rng)),
    },
  };
}

/** The meter as one of placements of the view. Counts, curve and best plan are the meter's own. */
function viewedMeter(
  meter: MeteredEvaluator,
  scenario: Scenario,
  pipelineOf: (plan: Plan) => PipelinePlan,
): MeteredEvaluator {
  const evaluate = (plan: Plan) => meter.evaluate(pipelineOf(plan));
  return Object.create(meter, {
    scenario: { value: scenario, enumerable: true },
    accepts: { value: ["placement"], enumerable: true },
    evaluate: { value: evaluate },
    batch: { value: (plans: readonly Plan[]) => plans.map(evaluate) },
    around: { value: () => null },
    pass: { value: (share?: number) => meter.pass(share) },
    bound: { value: () => meter.bound() },
  });
}
