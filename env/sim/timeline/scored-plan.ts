/**
 * `ScoredPlan`: all that there is to say of one plan under its scenario's objective, for people and
 * programs. Every command on a given plan uses it. The value, what is feasible and the bytes held
 * are the evaluator's. A plan that does not fit has the value that it would have with enough
 * memory, beside.
 */
import type { Plan } from "../../model/plan/plan.ts";
import { placedRewriting, type RewritingPlan, rewrittenScenario } from "../../model/plan/rewriting.ts";
import type { Scenario } from "../../model/scenario.ts";
import { type Bound, gapOf, type Outcome } from "../evaluator/contract.ts";
import { type DeviceLoads, deviceLoads } from "../objectives/device-loads.ts";
import { evaluator, type ObjectiveSpec, objectiveOf } from "../objectives/evaluator.ts";
import { memoryLimits } from "../objectives/memory-limits.ts";
import { pricedPipeline } from "../objectives/provisioning/pipeline-price.ts";
import type { PipelineTimeline } from "./pipeline/contract.ts";
import { pipelineTimeline } from "./pipeline/pipeline-timeline.ts";
import { type ShardingSummary, shardingSummary } from "./sharding-summary.ts";
import type { Timeline } from "./timeline.ts";
import { timelinesOf } from "./timeline-of.ts";

export interface ScoredPlan {
  /** Of a rewriting, that of the rewritten graph. */
  readonly scenario: Scenario;
  /** Of a rewriting, its placement. */
  readonly plan: Plan;
  readonly spec: ObjectiveSpec;
  readonly outcome: Outcome;
  /**
   * The value if no memory were limited and nothing demanded; that of the outcome where the plan is
   * feasible.
   */
  readonly unlimitedValue: number;
  /** The best bound that needs no solver, and the distance of a feasible plan from it. */
  readonly bound: Bound;
  readonly gap: number | null;
  /** Bytes that each device may hold by the objective's rule; infinite where nothing limits it. */
  readonly limitBytes: Float64Array;
  /** When each op runs; null for other kinds of plans, and where the objective has no times. */
  readonly timeline: Timeline | null;
  /** When each phase of each stage runs; null for other kinds of plans. */
  readonly pipeline: PipelineTimeline | null;
  /** What devices and collectives do; null for other kinds of plans. */
  readonly sharding: ShardingSummary | null;
  /** What each device has to do; null where there is a timeline. */
  readonly loads: DeviceLoads | null;
}

/** Scores plans of one scenario. Throws `InputError` on what is no plan for it. */
export function createScorer(scenario: Scenario): (plan: Plan) => ScoredPlan {
  const spec = objectiveOf(scenario);
  const score = evaluator(scenario);
  const timelineOf = timelinesOf(scenario);
  const limitBytes = memoryLimits(scenario);
  return (plan) => {
    if (plan.kind === "rewriting") return scoredRewriting(scenario, plan);
    const outcome = score.evaluate(plan);
    const timeline = plan.kind === "placement" ? timelineOf(plan) : null;
    const pipeline = plan.kind === "pipeline" ? pipelineTimeline(scenario, plan) : null;
    const sharding = plan.kind === "sharding" ? shardingSummary(scenario, plan) : null;
    const loads = spec.figure === "loads" ? deviceLoads(scenario, plan) : null;
    const bound = score.bound([plan.kind]);
    return {
      scenario,
      plan,
      spec,
      outcome,
      unlimitedValue:
        outcome.value ?? unlimitedValue(spec, { scenario, plan, timeline, pipeline, sharding, loads }),
      bound,
      gap: gapOf(outcome.value, bound.value),
      limitBytes,
      timeline,
      pipeline,
      sharding,
      loads,
    };
  };
}

/** The placement on the rewritten graph, with what is known of bounds on rewritings. */
function scoredRewriting(scenario: Scenario, plan: RewritingPlan): ScoredPlan {
  const score = evaluator(scenario);
  score.evaluate(plan);
  const bound = score.bound([plan.kind]);
  const scored = createScorer(rewrittenScenario(scenario, plan.rewrites))(placedRewriting(plan));
  return { ...scored, bound, gap: gapOf(scored.outcome.value, bound.value) };
}

/** One plan. For many plans of one scenario make one scorer. */
export const scoredPlan = (scenario: Scenario, plan: Plan): ScoredPlan => createScorer(scenario)(plan);

function unlimitedValue(
  { id, unit }: ObjectiveSpec,
  {
    scenario,
    plan,
    timeline,
    pipeline,
    sharding,
    loads,
  }: Pick<ScoredPlan, "scenario" | "plan" | "timeline" | "pipeline" | "sharding" | "loads">,
): number {
  if (unit === "usd") return pricedPipeline(scenario, plan).cost;
  if (loads !== null) return largest(loads.loadUs);
  if (unit === "bytes") return largest(timeline!.peakBytes);
  const us = pipeline?.iterationUs ?? sharding?.iterationUs ?? timeline!.makespanUs;
  return id === "throughput" ? us / scenario.graph.batch! : us;
}

const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, value), 0);
