/**
 * From a pipeline plan to the episode of `Hybrid/Plan-v1` that makes it: what `reset` is given, and
 * the actions. The plan of that episode costs the same.
 */
import type { LayerChain } from "../../model/layers/layer-chain.ts";
import { familyOf } from "../../model/layers/stage-families.ts";
import { stagesIn } from "../../model/layers/stage-plan.ts";
import { ranksOf } from "../../model/plan/inside.ts";
import type { PipelinePlan } from "../../model/plan/pipeline.ts";
import { usableDevices } from "../pipeline/settings.ts";
import { type HybridChoices, treatmentsOf } from "./hybrid-rules.ts";

export interface HybridReplay {
  readonly options: HybridChoices;
  readonly actions: readonly number[];
}

/** The episode, or one sentence where no action makes what the plan has. */
export function hybridReplay(chain: LayerChain, plan: PipelinePlan): HybridReplay | string {
  const { stages: given, microBatches, schedule, collective = "ring", sync = "overlapped" } = plan;
  if (collective !== "ring" || sync !== "overlapped")
    return `The plan sums gradients by ${collective}, ${sync}; here sums are rings and overlapped.`;
  const field = (["ratios", "layouts", "panels"] as const).find((each) => (plan[each] ?? []).length > 0);
  if (field !== undefined) return `The plan has ${field}; here ops are divided equally along their splits.`;
  const dealt = given.findIndex((stage) => stage.share === "dealt" && stage.devices.length > ranksOf(stage));
  if (dealt !== -1) return `Stage ${dealt} of the plan deals whole micro-batches; here replicas split them.`;
  const found = stagesIn(chain, plan);
  if (found === null)
    return "The plan's stages are no intervals of layers that are each treated and divided in one way.";
  const devices = found.stages.flatMap((stage) => stage.devices);
  if (new Set(devices).size < devices.length) return "Stages of the plan share devices; here none do.";
  const treatments = treatmentsOf(chain, usableDevices(chain).length);
  const actions = [0, 0];
  for (const stage of found.stages) {
    const { tensor, zero } = familyOf(stage)!;
    const treatment = treatments.findIndex(
      (each) => each.tensor === tensor && each.zero === zero && each.recompute === (stage.recompute === true),
    );
    if (treatment === -1) return `No treatment of a stage has ${tensor} tensor ranks.`;
    for (let layer = stage.from; layer + 1 < stage.to; layer++) actions.push(0);
    actions.push(stage.devices.length, treatment);
  }
  const options = { devices, schedules: [structuredClone(schedule)], microBatches: [microBatches] };
  return { options, actions };
}
