/**
 * Exact branch and bound over the devices of groups, for small graphs. It finds the best placement
 * as the simulator scores it (first come, first served, with memory), and proves that none is
 * better. Every leaf is one evaluation. The bounds are in agents/exact/branching. A hill climb
 * finds the first good plan. It has a random stream of its own, so the answer is the same for every
 * seed.
 *
 * If the budget or the limit of nodes ends the search, it returns the best plan so far. It also
 * returns the least bound of what it has not searched. It stops on numbers of nodes and evaluations
 * only.
 */

import { z } from "zod";
import { colocationGrouping } from "../../../../env/model/coarsen/grouping.ts";
import type { Plan } from "../../../../env/model/plan/plan.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { PLACEMENTS } from "../../../../env/sim/bounds/best.ts";
import { type Compiled, compile } from "../../../../env/sim/engine/compile.ts";
import type { Bound } from "../../../../env/sim/evaluator/contract.ts";
import type { MeteredEvaluator } from "../../../../env/sim/evaluator/meter.ts";
import { objectiveSpecs } from "../../../../env/sim/objectives/evaluator.ts";
import { endOf, type Fact, type PlannerModule, type PlannerReport } from "../../../contract.ts";
import { yieldEvery } from "../../../event-loop.ts";
import {
  type BranchResult,
  branchAndBound,
  type PartialBound,
} from "../../../exact/branching/branch-and-bound.ts";
import { partialMaxLoad } from "../../../exact/branching/load-bound.ts";
import { partialMakespan } from "../../../exact/branching/makespan-bound.ts";
import { partialMemory } from "../../../exact/branching/memory-bound.ts";
import { placingOrder } from "../../../exact/branching/placing-order.ts";
import { type Choices, choicesOf, planOf } from "../../../problems/choices.ts";
import { interchangeableDevices } from "../../../problems/interchangeable-devices.ts";
import { firstPlans } from "../../../search/groups/first-plans.ts";
import { topoBlocks } from "../baselines/topo-blocks.ts";
import { hillClimb } from "../search/hill-climb.ts";

const options = z.strictObject({
  nodes: z
    .int()
    .min(1)
    .default(2_000_000)
    .describe("Partial placements looked at before the search gives up."),
  climb: z
    .int()
    .min(0)
    .default(400)
    .describe("Evaluations of a hill climb before the search, at most a quarter of the budget."),
});
type Options = z.infer<typeof options>;

export const branchAndBoundPlanner: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "branch-and-bound",
    name: "Branch and bound",
    summary:
      "The proven optimum over all placements of the groups, for graphs of up to about fourteen groups.",
    searchSpace: "device per group",
    limits:
      "Time grows with devices ^ groups. Above some twenty groups, or if groups hold many ops that wait for each other, the answer " +
      "is the best plan so far and a bound. Groups are not split, and orders of ops are not searched: plans run first come, first served. " +
      "For latency it prunes by memory and equal devices only.",
  },
  traits: { answers: "placement", objectives: "any", effort: "seconds", random: false },
  options,
  create: (given) => ({
    plan: (scenario, evaluator) => solve(scenario, evaluator, given),
  }),
};

/** The largest rounding error between a bound and the optimum that it proves. */
const ROUNDING = 1e-9;
/** The most device pairs times dependencies; more need too much memory. */
const MOST_PAIRS = 20_000_000;

const FIRST_PLANNERS = [topoBlocks, hillClimb] as PlannerModule[];

async function* solve(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  given: Options,
): AsyncGenerator<Plan, PlannerReport | undefined> {
  const choices = choicesOf(scenario, "all");
  const pairs = scenario.graph.edgeCount * choices.deviceCount ** 2;
  if (pairs > MOST_PAIRS)
    return {
      failure: `The scenario is too large for branch and bound: ${pairs} device pairs of edges, limit ${MOST_PAIRS}.`,
    };
  yield* firstPlans(scenario, evaluator, {
    planners: FIRST_PLANNERS,
    most: given.climb,
    stream: "the first plans of branch and bound",
  });

  const compiled = compile(scenario);
  const interchangeable = interchangeableDevices(compiled);
  const best = evaluator.best?.outcome;
  const search = branchAndBound({
    order: placingOrder(compiled),
    legal: choices.legal,
    interchangeable,
    lowerBound: partialBoundOf(compiled),
    rootBound: evaluator.bound().value,
    score: (groupDevice) =>
      evaluator.exhausted
        ? null
        : (evaluator.evaluate(planOf(choices, groupDevice)).value ?? Number.POSITIVE_INFINITY),
    known: best?.value ?? Number.POSITIVE_INFINITY,
    nodes: given.nodes,
  });
  const yieldNow = yieldEvery(1);
  let step = search.next(false);
  while (step.done !== true) {
    if (step.value !== null) yield planOf(choices, step.value);
    await yieldNow();
    step = search.next(evaluator.exhausted);
  }
  return reportOf(choices, evaluator, step.value, given);
}

/** The bound of a partial placement, for any objective; infinite if it exceeds the memory. */
export function partialBoundOf(compiled: Compiled): PartialBound {
  const memory = partialMemory(compiled);
  const ofObjective = objectiveBound(compiled, memory.peakBytes);
  return (groupDevice, cutoff) =>
    memory.fits(groupDevice) ? ofObjective(groupDevice, cutoff) : Number.POSITIVE_INFINITY;
}

function objectiveBound(compiled: Compiled, peakBytes: PartialBound): PartialBound {
  const { scenario } = compiled;
  if (scenario.objective === "makespan") return partialMakespan(compiled);
  if (scenario.objective === "max-load") return partialMaxLoad(scenario);
  return scenario.objective === "peak-memory" ? peakBytes : () => 0;
}

function reportOf(
  { scenario, groupCount }: Choices,
  evaluator: MeteredEvaluator,
  result: BranchResult,
  given: Options,
): PlannerReport {
  const feasible = evaluator.best?.outcome.feasible === true;
  const counts = `${result.nodes} nodes, ${result.leaves} leaves`;
  const groups = groupCount === 1 ? "the one group" : `the ${groupCount} groups`;
  if (!feasible && result.complete)
    return {
      failure: `Proven infeasible: no placement of ${groups}, first come first served, fits the memory (branch and bound, exhaustive: ${counts}).`,
    };
  const bound = boundOf(scenario, result, evaluator.best?.outcome.value ?? Number.POSITIVE_INFINITY);
  const isLimit = !result.complete && result.nodes >= given.nodes;
  const facts: Fact[] = [
    { name: "nodes", value: result.nodes },
    { name: "leaves", value: result.leaves },
  ];
  const among = `placements of ${groups}, first come first served`;
  if (result.complete) return { ended: "done", bound, optimalAmong: among, facts };
  facts.unshift({
    name: `no ${among.replace("placements", "placement")} is below`,
    value: result.proven,
    unit: evaluator.unit,
  });
  return { ended: isLimit ? "limit" : endOf(evaluator), bound, facts };
}

/**
 * The bound that holds for every plan. No plan may split the groups, and orders of ops may be
 * better than first come, first served.
 */
function boundOf(
  { graph, grouping, objective }: Scenario,
  result: BranchResult,
  bestValue: number,
): Bound | undefined {
  if (colocationGrouping(graph).groupCount !== grouping.groupCount) return undefined;
  const value = Math.min(objectiveSpecs[objective].keepsOrder ? result.relaxed : result.proven, bestValue);
  const argument = value >= bestValue * (1 - ROUNDING) ? "branch and bound, exhaustive" : "branch and bound";
  return value > 0 && value < Number.POSITIVE_INFINITY ? { value, argument, covers: PLACEMENTS } : undefined;
}
