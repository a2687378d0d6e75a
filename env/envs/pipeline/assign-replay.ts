/**
 * From a pipeline plan to the episode of `Pipeline/Assign-v1` that makes it: what `reset` is given,
 * and the actions. The plan of that episode costs the same.
 */
import type { LayerChain } from "../../model/layers/layer-chain.ts";
import { layerEdges } from "../../model/layers/layer-edges.ts";
import { layerGroups } from "../../model/layers/layer-groups.ts";
import { layersUnder } from "../../model/layers/stage-plan.ts";
import { isHybrid } from "../../model/plan/inside.ts";
import type { PipelinePlan } from "../../model/plan/pipeline.ts";
import type { AssignChoices } from "./assign-rules.ts";

export interface AssignReplay {
  readonly options: AssignChoices;
  readonly actions: readonly number[];
}

/**
 * The episode, or one sentence where there is none: a stage with replicas, or stages in another
 * order than the env's. Each stage is a group.
 */
export function assignReplay(chain: LayerChain, plan: PipelinePlan): AssignReplay | string {
  const { stages, microBatches, schedule } = plan;
  const layers = layersUnder(chain, plan);
  if (isHybrid(plan)) return "The plan divides ops inside a stage; no action here does.";
  if (layers === null) return "The plan cuts or marks inside a layer of the chain.";
  const replicated = stages.findIndex(({ devices }) => devices.length > 1);
  if (replicated !== -1) return `Stage ${replicated} of the plan has replicas; a group has one device.`;
  const devices = stages.map((stage) => stage.devices[0]);
  if (devices.some((device, s) => s > 0 && device === devices[s - 1]))
    return "Two stages of the plan that follow each other are on one device; here they are one stage.";
  const { of, count } = layerGroups(layerEdges(chain), layers.stageOfLayer);
  if (count < stages.length || of.some((group, layer) => group !== layers.stageOfLayer[layer]))
    return "The plan's stages are in another order than that of their first layers.";
  const isMixed = new Set(devices).size < devices.length;
  return {
    options: {
      microBatches,
      schedule: structuredClone(schedule),
      recompute: Array.from(layers.recompute),
      swap: Array.from(layers.swap),
      groups: Array.from(of),
      devices: [...new Set(devices)],
      contiguity: isMixed ? "mixed" : "acyclic",
    },
    actions: devices,
  };
}
