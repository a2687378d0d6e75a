/**
 * The figures of one plan: its timeline or the loads of its devices, its memory over time and its
 * peaks. Comparisons and the board show plans by them. Two plans side by side have charts of half
 * the width and of few bytes.
 */
import type { PipelinePlan } from "../../../env/model/plan/pipeline.ts";
import type { Plan } from "../../../env/model/plan/plan.ts";
import type { ShardingPlan } from "../../../env/model/plan/sharding.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { objectiveOf } from "../../../env/sim/objectives/evaluator.ts";
import { type Explanation, explain } from "../../../env/sim/timeline/explain/explanation.ts";
import { pipelineTimeline } from "../../../env/sim/timeline/pipeline/pipeline-timeline.ts";
import { shardingTimeline } from "../../../env/sim/timeline/sharding/sharding-timeline.ts";
import { shardingSummary } from "../../../env/sim/timeline/sharding-summary.ts";
import { timelineOf } from "../../../env/sim/timeline/timeline-of.ts";
import { type GanttOptions, ganttFigure } from "../charts/gantt.ts";
import { loadsFigure } from "../charts/loads.ts";
import { memoryFigure } from "../charts/memory.ts";
import { memoryOfPipeline, memoryOfStep, memoryTimeline } from "../charts/memory-timeline.ts";
import { HALF_LANES, WIDE_LANES } from "../charts/shapes.ts";
import { html, type Markup } from "../markup.ts";
import { pipelineDrawing } from "./pipeline-drawing.ts";
import { scheduleFigure } from "./schedule-svg.ts";
import { shardingTables } from "./sharding-tables.ts";
import { pictureFigure } from "./shardings/picture.ts";
import {
  type DividedPlan,
  isDivided,
  layoutPicture,
  meshPicture,
  stepPicture,
} from "./shardings/plan-pictures.ts";
import { stageTables } from "./stage-tables.ts";

export interface ShownPlan {
  readonly plan: Plan;
  /** Who made it. */
  readonly method: string;
  /** In the unit of the objective. */
  readonly bound: number;
  readonly peakBytes: readonly number[];
  /** True for one of two plans side by side. */
  readonly isHalf?: boolean;
}

export interface PlanFigures {
  readonly markup: Markup;
  /** Null for a pipeline or a sharding, and where the objective has no critical path. */
  readonly explanation: Explanation | null;
}

/** Pre: the plan is valid for the scenario. */
export function planFigures(scenario: Scenario, shown: ShownPlan): PlanFigures {
  if (shown.plan.kind === "pipeline") return pipelineFigures(scenario, shown.plan, shown);
  if (shown.plan.kind === "sharding") return shardingFigures(scenario, shown.plan, shown);
  const { markup, explanation } = timelineFigure(scenario, shown);
  return {
    markup: html`${markup}
${explanation === null ? null : memoryTimeline(scenario, memoryOfStep(explanation.tasks), widthOf(shown))}
${memoryFigure(scenario, shown.peakBytes)}`,
    explanation,
  };
}

/** A pipeline: its schedule, its stages, and memory over the same time. */
function pipelineFigures(scenario: Scenario, plan: PipelinePlan, shown: ShownPlan): PlanFigures {
  const timeline = pipelineTimeline(scenario, plan);
  return {
    markup: html`${scheduleFigure(pipelineDrawing(timeline, shown.method))}
${stageTables(timeline)}
${isDivided(plan) ? dividedFigures(scenario, plan, shown) : null}
${memoryTimeline(scenario, memoryOfPipeline(timeline), widthOf(shown))}
${memoryFigure(scenario, shown.peakBytes)}`,
    explanation: null,
  };
}

/** A sharding: its step, its facts and what its collectives send, its layouts, and memory. */
function shardingFigures(scenario: Scenario, plan: ShardingPlan, shown: ShownPlan): PlanFigures {
  const timeline = shardingTimeline(scenario, plan);
  const history = { steps: timeline.memorySteps, endUs: timeline.iterationUs };
  return {
    markup: html`${stepFigure(scenario, plan, shown.method)}
${shardingTables(shardingSummary(scenario, plan), timeline)}
${dividedFigures(scenario, plan, shown)}
${memoryTimeline(scenario, history, widthOf(shown))}
${memoryFigure(scenario, shown.peakBytes)}`,
    explanation: null,
  };
}

const stepFigure = (scenario: Scenario, plan: ShardingPlan, method: string): Markup =>
  pictureFigure(stepPicture(scenario, plan, method), `Step of the plan of ${method}`);

/** How a layer is divided, and the mesh on the machines. */
const dividedFigures = (scenario: Scenario, plan: DividedPlan, { method }: ShownPlan): Markup =>
  html`${pictureFigure(layoutPicture(scenario, plan, method), `Layouts of the plan of ${method}`)}
${pictureFigure(meshPicture(scenario, plan, method), `Mesh of the plan of ${method}`)}`;

/** The first of them alone: the timeline, or the loads where the objective has none. */
export function timelineFigure(scenario: Scenario, shown: Omit<ShownPlan, "peakBytes">): PlanFigures {
  const { plan, method, bound, isHalf = false } = shown;
  if (plan.kind === "pipeline") {
    const drawing = pipelineDrawing(pipelineTimeline(scenario, plan), method);
    return { markup: scheduleFigure(drawing), explanation: null };
  }
  if (plan.kind === "sharding") return { markup: stepFigure(scenario, plan, method), explanation: null };
  const { unit, timing } = objectiveOf(scenario);
  const explanation = timing === "engine" ? explain(scenario, plan) : null;
  const timeline = explanation?.timeline ?? timelineOf(scenario, plan);
  if (timeline === null) return { markup: loadsFigure(scenario, plan, { method, bound }), explanation };
  const options: GanttOptions = {
    method,
    bound: unit === "us" ? bound : 0,
    criticalPath: explanation?.criticalPath.segments ?? [],
    isCompact: isHalf,
    width: widthOf(shown),
  };
  return { markup: ganttFigure(scenario, timeline, options), explanation };
}

const widthOf = ({ isHalf = false }: Pick<ShownPlan, "isHalf">): number => (isHalf ? HALF_LANES : WIDE_LANES);
