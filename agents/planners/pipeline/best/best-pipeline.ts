/** `best` under the objectives that score pipelines: what it tries, in which order. */
import type { Plan } from "../../../../env/model/plan/plan.ts";
import type { Rng } from "../../../../env/model/rng.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import type { MeteredEvaluator } from "../../../../env/sim/evaluator/meter.ts";
import { objectiveOf } from "../../../../env/sim/objectives/evaluator.ts";
import { type Method, type PlannerModule, type PlannerReport, traitsOf } from "../../../contract.ts";
import { meshDevices, noSharding } from "../../../problems/sharding/mesh/meshes.ts";
import { searchPipelines } from "../../../search/pipelines/search.ts";
import { instantPlanners, pipelinePlanners, shardingPlanners } from "../../../selection.ts";
import { hybridCandidates } from "./hybrid-candidates.ts";

/** Planners of placements that are tried too: a graph of many branches may need no stages. */
const PLACEMENT_PLANNERS = 3;

/**
 * Tasks of a sharding, ops x ranks, up to which planners of shardings are tried: those that search
 * simulate many plans, the others one each.
 */
const TASKS_TO_SEARCH = 25_000;
const TASKS_TO_TRY = 100_000;

export const scoresPipelines = (scenario: Scenario): boolean =>
  objectiveOf(scenario).accepts.includes("pipeline");

export function bestPipeline(
  methods: readonly Method[],
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  rng: Rng,
  { flush }: { readonly flush: boolean },
): AsyncGenerator<Plan, PlannerReport | undefined> {
  const { accepts, id } = objectiveOf(scenario);
  const pipelines = pipelinePlanners(methods, id);
  // An objective of pipelines alone has planners of its own, the most useful one first.
  if (!accepts.includes("placement")) return planWith(pipelines[0], scenario, evaluator, rng);
  const flushing = pipelines.filter(({ traits }) => traits?.asynchronous !== true);
  const shardings = accepts.includes("sharding") ? plannersToShard(methods, scenario) : [];
  const planners = [
    ...(flush ? flushing : pipelines),
    ...instantPlanners(methods).slice(0, PLACEMENT_PLANNERS),
    ...shardings.filter(({ card }) => card.id !== SHARDING_SEARCH),
  ];
  return searchPipelines(scenario, evaluator, rng, {
    candidates: hybridCandidates,
    planners,
    shardings: shardings.find(({ card }) => card.id === SHARDING_SEARCH) ?? null,
    flush,
  });
}

const SHARDING_SEARCH = "sharding-search";

/** Those that may have the best answer, the quick ones first. */
function plannersToShard(methods: readonly Method[], scenario: Scenario): PlannerModule[] {
  if (noSharding(scenario) !== null) return [];
  const tasks = scenario.graph.opCount * meshDevices(scenario).length;
  if (tasks > TASKS_TO_TRY) return [];
  const all = shardingPlanners(methods).filter((method) => traitsOf(method).frontier !== true);
  return tasks > TASKS_TO_SEARCH ? all.filter((method) => traitsOf(method).effort === "instant") : all;
}

const planWith = (
  { options, create }: PlannerModule,
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  rng: Rng,
): AsyncGenerator<Plan, PlannerReport | undefined> =>
  create(options.parse({})).plan(scenario, evaluator, rng);
