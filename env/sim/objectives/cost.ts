/**
 * The objective `cost`: USD that it takes to train on the samples of the demand, on devices rented
 * by the hour. It scores pipelines.
 *
 *   cost = samples x time per sample x sum over stages of price x devices
 *   time per sample = max over stages of max(compute (1 - a + a / k), transfers (1 - b + b / k)) / batch
 *
 * Source: Liu et al. (HeterPS), arXiv 2111.10635; a stage has k devices of one type, a and b are
 * `computeShare` and `transferShare` (provisioning/problem.ts). A plan below the demanded
 * throughput is infeasible. Memory is not limited: the formula has none.
 */
import type { Plan } from "../../model/plan/plan.ts";
import type { Scenario } from "../../model/scenario.ts";
import { boundsOnce, PIPELINES } from "../bounds/best.ts";
import { checkAccepted } from "../evaluator/accepted.ts";
import type { Bound, Evaluator, Outcome } from "../evaluator/contract.ts";
import { pipelinePrices } from "./provisioning/pipeline-price.ts";
import { type PricedChain, pricedChain } from "./provisioning/priced-chain.ts";
import type { ProvisioningProblem } from "./provisioning/problem.ts";
import { floorTime, reachesFloor } from "./provisioning/stage-time.ts";

const US_PER_SECOND = 1e6;
/** What sums in another order may differ by. */
const ROUNDING = 1e-11;

/** Throws one sentence where the scenario lacks prices, a demand or the samples of its batch. */
export function createCostEvaluator(scenario: Scenario): Evaluator {
  const chain = pricedChain(scenario);
  const { problem } = chain;
  const price = pipelinePrices(scenario, chain);
  const ceiling = rentCeiling(problem);
  const evaluate = (plan: Plan): Outcome => {
    checkAccepted(scenario, PIPELINES, plan);
    const { cost, time } = price(plan);
    const peakBytes = weightBytes(scenario, plan);
    if (reachesFloor(problem, time)) return { feasible: true, value: cost, cost, violation: null, peakBytes };
    return {
      feasible: false,
      value: null,
      cost: ceiling * (2 - 1 / (time * problem.floor)),
      violation: null,
      shortfall: {
        samplesPerSecond: US_PER_SECOND / time,
        demandedPerSecond: US_PER_SECOND * problem.floor,
      },
      peakBytes,
    };
  };
  return {
    scenario,
    unit: "usd",
    accepts: PIPELINES,
    ceiling,
    reruns: 0,
    evaluate,
    batch: (plans) => plans.map(evaluate),
    around: () => null,
    ...boundsOnce(PIPELINES, () => [opWork(chain)]),
  };
}

/** Every device rented, as slow as the demand allows. */
const rentCeiling = (problem: ProvisioningProblem): number =>
  problem.samples *
  floorTime(problem) *
  problem.price.reduce((sum, price, type) => sum + price * problem.limit[type], 0);

/**
 * No number of devices computes an op for less than one device that is never idle: k devices take
 * at least the k-th part of its time.
 */
function opWork({ problem, runUs }: PricedChain): Bound {
  const { types, price, samples, batch } = problem;
  let rent = 0;
  for (let at = 0; at < runUs.length; at += types) {
    let least = Number.POSITIVE_INFINITY;
    for (let type = 0; type < types; type++)
      if (runUs[at + type] !== Number.POSITIVE_INFINITY)
        least = Math.min(least, price[type] * runUs[at + type]);
    rent += least;
  }
  return { value: ((samples * rent) / batch) * (1 - ROUNDING), argument: "work", covers: PIPELINES };
}

/** Weights that each device holds; nothing limits them. */
function weightBytes({ graph, cluster }: Scenario, plan: Extract<Plan, { kind: "pipeline" }>): Float64Array {
  const bytes = new Float64Array(cluster.devices.length);
  for (let v = 0; v < graph.opCount; v++)
    for (const d of plan.stages[plan.stageOf[v]]?.devices ?? []) bytes[d] += graph.parameterBytes[v];
  return bytes;
}
