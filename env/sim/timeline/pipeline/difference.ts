/**
 * Two pipelines of one scenario compared: which forward ops are in other stages, are treated
 * otherwise, or are divided otherwise inside their stage. Other ops follow these.
 */
import { Role } from "../../../model/graph/graph.ts";
import { HOST_STAGE } from "../../../model/plan/pipeline.ts";
import { divisionText } from "../sharding/difference.ts";
import type { PipelineTimeline } from "./contract.ts";

export interface OpChange {
  readonly op: number;
  /** Such as `stage 2, computed again, batch ÷ data 2`. */
  readonly before: string;
  readonly after: string;
}

/** In topological order. */
export function pipelineDifference(before: PipelineTimeline, after: PipelineTimeline): OpChange[] {
  const { graph } = before.scenario;
  return Array.from(graph.topologicalOrder)
    .filter((op) => graph.role[op] === Role.forward)
    .map((op) => ({ op, before: opText(before, op), after: opText(after, op) }))
    .filter((change) => change.before !== change.after);
}

function opText({ scenario, plan }: PipelineTimeline, op: number): string {
  const stage = plan.stageOf[op];
  if (stage === HOST_STAGE) return "on the host";
  const axes = plan.stages[stage].inside?.axes;
  const division =
    axes === undefined
      ? []
      : [divisionText(scenario.graph, { op, axes, split: plan.split?.[op] ?? null }, plan)];
  return [
    `stage ${stage}`,
    ...(plan.recompute?.[op] === 1 ? ["computed again"] : []),
    ...(plan.swap?.[op] === 1 ? ["swapped"] : []),
    ...division,
  ].join(", ");
}
