/**
 * What learning is judged by: a trained agent's best and greedy plan, best-of-N random placements,
 * one device, and the bound.
 */
import type { AgentModule } from "../../../agents/contract.ts";
import { runAgent } from "../../../agents/run/agent.ts";
import { oneTask } from "../../../agents/run/tasks.ts";
import {
  asPlacement,
  createRng,
  evaluator,
  metered,
  randomPlacement,
  type Scenario,
} from "../../../env/index.ts";
import { liftToOps } from "../../../env/model/coarsen/grouping.ts";
import { placement } from "../../../env/model/plan/placement.ts";
import { testBackend } from "../tensors/test-backend.ts";

export interface Judged {
  /** Step times over the bound. */
  readonly best: number;
  readonly greedy: number;
  readonly greedyDevice: Int32Array;
}

export async function trained(
  module: AgentModule,
  scenario: Scenario,
  evaluations: number,
  seed: number,
  changes: object = {},
): Promise<Judged> {
  const meter = metered(evaluator(scenario), { evaluations });
  const options = module.options.parse(changes);
  const task = { name: scenario.name, scenario, evaluator: meter };
  const { greedy } = await runAgent({
    backend: testBackend,
    module,
    options,
    tasks: oneTask(task),
    rng: createRng(seed),
  });
  const { plan } = greedy.get(task.name)!;
  const bound = meter.bound().value;
  return {
    best: meter.best!.outcome.cost / bound,
    greedy: evaluator(scenario).evaluate(plan).cost / bound,
    greedyDevice: asPlacement(plan).device,
  };
}

/** The best of uniformly random placements over the bound. */
export function bestRandom(scenario: Scenario, evaluations: number): number {
  const score = evaluator(scenario);
  const rng = createRng("random");
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < evaluations; i++) {
    const device = liftToOps(scenario.grouping, randomPlacement(scenario, rng));
    best = Math.min(best, score.evaluate(placement(device)).cost);
  }
  return best / score.bound().value;
}

/** The best placement on one device over the bound. */
export function bestSingleDevice(scenario: Scenario): number {
  const score = evaluator(scenario);
  const costs = scenario.cluster.devices.map(
    (_, d) => score.evaluate(placement(new Int32Array(scenario.graph.opCount).fill(d))).cost,
  );
  return Math.min(...costs) / score.bound().value;
}
