/**
 * From a pipeline plan to the episode of `Pipeline/Cuts-v1` that makes it: what `reset` is given,
 * and the actions. The plan of that episode costs the same.
 */
import type { LayerChain } from "../../model/layers/layer-chain.ts";
import { layersUnder } from "../../model/layers/stage-plan.ts";
import { isHybrid } from "../../model/plan/inside.ts";
import type { PipelinePlan } from "../../model/plan/pipeline.ts";
import type { CutChoices } from "./cut-rules.ts";
import { refusalOfStages } from "./settings.ts";

export interface CutReplay {
  readonly options: CutChoices;
  readonly actions: readonly number[];
}

/**
 * The episode, or one sentence where the plan is no list of intervals of the chain's layers. A
 * chain of fewer layers has fewer cuts.
 */
export function cutReplay(chain: LayerChain, plan: PipelinePlan): CutReplay | string {
  const layers = layersUnder(chain, plan);
  if (isHybrid(plan)) return "The plan divides ops inside a stage; no action here does.";
  if (layers === null) return "The plan cuts or marks inside a layer of the chain.";
  const { stageOfLayer, recompute, swap } = layers;
  if (
    stageOfLayer.some(
      (stage, i) => i > 0 && stage !== stageOfLayer[i - 1] && stage !== stageOfLayer[i - 1] + 1,
    )
  )
    return "The plan's stages are no intervals of the chain's layers.";
  const { stages, microBatches, schedule } = plan;
  return {
    options: {
      microBatches,
      schedule: structuredClone(schedule),
      recompute: Array.from(recompute),
      swap: Array.from(swap),
      lastStage: "chosen",
      ...(isFree(chain, plan)
        ? {
            share: stages.find(({ devices }) => devices.length > 1)?.share ?? stages[0].share,
            devices: stages.flatMap(({ devices }) => devices),
            stages: null,
          }
        : { stages: stages.map(({ devices, share }) => ({ devices: [...devices], share })) }),
    },
    actions: Array.from(stageOfLayer, (stage, layer) =>
      stageOfLayer[layer + 1] === stage ? 0 : stages[stage].devices.length,
    ),
  };
}

/** Can free replicas make the stages, or have they to be fixed? */
function isFree(chain: LayerChain, plan: PipelinePlan): boolean {
  const { stages } = plan;
  const devices = stages.flatMap((stage) => stage.devices);
  if (new Set(devices).size < devices.length) return false;
  const shares = new Set(stages.flatMap((stage) => (stage.devices.length > 1 ? [stage.share] : [])));
  if (shares.size > 1) return false;
  const settings = { ...plan, recompute: null, swap: null };
  // After every cut the plain end must suit the schedule: one more stage on one device.
  return stages.every((_, s) => {
    const next = stages[s].devices.slice(0, 1);
    const plain = [...stages.slice(0, s), { devices: next, share: stages[s].share }];
    return refusalOfStages(chain, settings, plain) === null;
  });
}
