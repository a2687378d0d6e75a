/** What a format loses of a pipeline, as sentences that begin with the format. */
import { type OpGraph, Role } from "../../../env/model/graph/graph.ts";
import { HOST_STAGE, type PipelinePlan } from "../../../env/model/plan/pipeline.ts";
import { count } from "../../../scenarios/import/sentences.ts";
import { visibleName } from "../../text/visible.ts";

export function replicaLoss(format: string, { stages }: PipelinePlan): string[] {
  const replicated = [...stages.keys()].filter((k) => stages[k].devices.length > 1);
  if (replicated.length === 0) return [];
  const [first] = replicated;
  return [
    `The format ${format} has no replicas: of ${count(replicated.length, "stage")}, such as stage ${first} with ${stages[first].devices.length}, the first replica is written.`,
  ];
}

export function swapLoss(format: string, { swap }: PipelinePlan): string[] {
  const swapped = swap?.filter((flag) => flag === 1).length ?? 0;
  return swapped === 0
    ? []
    : [
        `The format ${format} cannot keep activations in the host's memory, as ${count(swapped, "op")} of the plan do.`,
      ];
}

/** `runs`: the schedule that the program runs; `held`: names of ours that are the same. */
export function scheduleLoss(
  format: string,
  { schedule }: PipelinePlan,
  { runs, held }: { readonly runs: string; readonly held: readonly string[] },
): string[] {
  return held.includes(schedule.name)
    ? []
    : [`The format ${format} cannot hold the schedule ${schedule.name}: it runs ${runs}.`];
}

/** Two stages on one device are one for a program that gives each process one stage. */
export function sharedDeviceLoss(format: string, { stages }: PipelinePlan): string[] {
  const owner = new Map<number, number>();
  for (const [k, { devices }] of stages.entries())
    for (const d of devices) {
      const other = owner.get(d);
      if (other !== undefined)
        return [`The format ${format} has one stage a device, and stages ${other} and ${k} share one.`];
      owner.set(d, k);
    }
  return [];
}

export function orderLoss(format: string, outOfOrder: number): string[] {
  return outOfOrder === 0
    ? []
    : [
        `The format ${format} cuts the model in the order in which it runs: ${count(outOfOrder, "layer")} of earlier stages would have to move before layers of later ones.`,
      ];
}

export function brokenLoss(format: string, broken: readonly string[]): string[] {
  return broken.length === 0
    ? []
    : [
        `The format ${format} cuts between layers, and the plan inside ${count(broken.length, "layer")}, such as "${visibleName(broken[0])}".`,
      ];
}

/** Ops that are computed again: none, all of the stages, or some. */
export function recomputed(graph: OpGraph, { recompute, stageOf }: PipelinePlan): "none" | "all" | "some" {
  let [flagged, all] = [0, 0];
  for (let v = 0; v < graph.opCount; v++) {
    if (graph.role[v] !== Role.forward || stageOf[v] === HOST_STAGE) continue;
    all++;
    if (recompute?.[v] === 1) flagged++;
  }
  if (flagged === 0) return "none";
  return flagged === all ? "all" : "some";
}

export function recomputeLoss(format: string, graph: OpGraph, plan: PipelinePlan): string[] {
  return recomputed(graph, plan) === "some"
    ? [`The format ${format} recomputes all layers or none, and the plan some; none is written.`]
    : [];
}
