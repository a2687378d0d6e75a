/**
 * A pipeline as a placement, for formats that hold a device for each op. Every op is on the first
 * device of its stage, and inputs of the host are on the first CPU.
 */
import { isCpu } from "../../../env/model/cluster/cluster.ts";
import { HOST_STAGE, type PipelinePlan } from "../../../env/model/plan/pipeline.ts";
import { type Placement, placement } from "../../../env/model/plan/placement.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { recomputed, replicaLoss, swapLoss } from "./losses.ts";

/** Pre: a valid plan, so that there is a CPU where some op needs one. */
export function firstReplicas({ cluster }: Scenario, { stageOf, stages }: PipelinePlan): Placement {
  const host = cluster.devices.findIndex(isCpu);
  return placement(stageOf.map((stage) => (stage === HOST_STAGE ? host : stages[stage].devices[0])));
}

/** What is left of the plan then. */
export function lostByDevices(format: string, { graph }: Scenario, plan: PipelinePlan): string[] {
  const { microBatches, schedule } = plan;
  const again = recomputed(graph, plan) === "none" ? "" : ", nor what is computed again";
  return [
    ...replicaLoss(format, plan),
    ...swapLoss(format, plan),
    `The format ${format} holds devices alone: not the ${microBatches} micro-batches nor the schedule ${schedule.name}${again}.`,
  ];
}
