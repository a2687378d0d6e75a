/** The layers of each stage of a pipeline, as programs name them. */
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import { HOST_STAGE, type PipelinePlan } from "../../../env/model/plan/pipeline.ts";
import { layerName, modelLayers, NO_LAYER } from "../../../scenarios/plans/pipeline/model-layers.ts";

export interface StageLayers {
  /** By stage, each in the order in which the model runs them. */
  readonly ofStage: readonly (readonly string[])[];
  /** Layers whose ops are in several stages. */
  readonly broken: readonly string[];
  /** Layers that the model runs after one of a later stage. */
  readonly outOfOrder: number;
}

/** A layer with ops in several stages is named op by op. */
export function stageLayers(graph: OpGraph, { stageOf, stages }: PipelinePlan): StageLayers {
  const isHosted = (v: number): boolean => stageOf[v] === HOST_STAGE;
  const whole = modelLayers(graph, isHosted);
  const stageOfLayer = new Int32Array(whole.names.length).fill(NO_LAYER);
  const broken = new Set<string>();
  whole.of.forEach((layer, v) => {
    if (layer === NO_LAYER) return;
    if (stageOfLayer[layer] !== NO_LAYER && stageOfLayer[layer] !== stageOf[v])
      broken.add(layerName(graph.names[v]));
    stageOfLayer[layer] = stageOf[v];
  });
  const { names, of } = modelLayers(graph, isHosted, broken);
  const stage = new Int32Array(names.length);
  of.forEach((layer, v) => {
    if (layer !== NO_LAYER) stage[layer] = stageOf[v];
  });
  const ofStage = stages.map((): string[] => []);
  let [latest, outOfOrder] = [0, 0];
  names.forEach((name, layer) => {
    ofStage[stage[layer]].push(name);
    if (stage[layer] < latest) outOfOrder++;
    latest = Math.max(latest, stage[layer]);
  });
  return { ofStage, broken: [...broken], outOfOrder };
}
