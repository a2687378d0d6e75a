/**
 * PipeTransformer's elastic pipeline, epoch by epoch. At the boundary of an epoch the number of
 * frozen layers is looked up. If it has grown, the pipeline is built anew. It halves as long as no
 * partition on half the GPUs is larger than the largest one at the start. The GPUs set free take
 * further replicas of the pipeline. Then data are dealt out again, and the outputs of the frozen
 * layers are cached once enough are frozen.
 */
import { InputError } from "../../../env/model/errors.ts";
import { type FillRule, greedyFill } from "./balance.ts";

export interface ElasticModel {
  /** Parameters of each unit in millions; unit 0 is the embedding. */
  readonly millions: Float64Array;
  /** Units of each layer: attention and MLP. */
  readonly unitsPerLayer: number;
}

export interface ElasticOptions {
  readonly gpusPerNode: number;
  readonly nodes: number;
  /** GPUs of one pipeline at the start: a power of two. */
  readonly pipeline: number;
  readonly fill: FillRule;
  /** Frozen layers from which their outputs are cached: 3 for ViT of 12, 5 for BERT of 24. */
  readonly cacheFrom: number;
}

export interface ElasticEpoch {
  readonly frozenLayers: number;
  readonly frozenUnits: number;
  /** GPUs of one pipeline (K), and pipelines (R). */
  readonly pipeline: number;
  readonly replicas: number;
  /** Units of each partition, frozen ones included. */
  readonly lengths: Int32Array;
  readonly microBatches: number;
  readonly isCached: boolean;
  /** Whether the pipeline was built anew before this epoch. */
  readonly isRebuilt: boolean;
}

/** @param frozenLayers of each epoch, never fewer than before; the first epoch trains all layers */
export function elasticEpochs(
  model: ElasticModel,
  options: ElasticOptions,
  frozenLayers: readonly number[],
): ElasticEpoch[] {
  checkOptions(options);
  const { fill, cacheFrom } = options;
  const gpus = options.nodes * options.gpusPerNode;
  // What one GPU held at the start, with nothing frozen, is what it may hold later.
  const allowed = greedyFill(model.millions, options.pipeline, 0, fill).largest;
  let pipeline = options.pipeline;
  let before = -1;
  return frozenLayers.map((layers) => {
    if (layers < before) throw new InputError(`${before} frozen layers cannot become ${layers}.`);
    const isRebuilt = layers !== before;
    before = layers;
    const frozenUnits = unitsOf(model, layers);
    if (isRebuilt && layers > 0) pipeline = compressed(model, pipeline, frozenUnits, allowed, fill);
    return {
      frozenLayers: layers,
      frozenUnits,
      pipeline,
      replicas: gpus / pipeline,
      lengths: greedyFill(model.millions, pipeline, frozenUnits, fill).lengths,
      microBatches: microBatchesOf(pipeline),
      isCached: layers >= cacheFrom,
      isRebuilt,
    };
  });
}

/** GPUs of the shortest pipeline that halving reaches, each step within what a GPU may hold. */
function compressed(
  { millions }: ElasticModel,
  pipeline: number,
  frozenUnits: number,
  allowed: number,
  fill: FillRule,
): number {
  let length = pipeline;
  while (length >= 2 && greedyFill(millions, length / 2, frozenUnits, fill).largest <= allowed) length /= 2;
  return length;
}

/** The embedding freezes together with the first layer. */
function unitsOf({ millions, unitsPerLayer }: ElasticModel, layers: number): number {
  return layers === 0 ? 0 : Math.min(millions.length, layers * unitsPerLayer + 1);
}

/** The released program's table, which a profile of each length would replace. */
export function microBatchesOf(pipeline: number): number {
  return pipeline === 8 || pipeline === 4 || pipeline === 2 ? 16 : 4 * pipeline;
}

function checkOptions({ pipeline, gpusPerNode, nodes }: ElasticOptions): void {
  if (!Number.isInteger(Math.log2(pipeline)))
    throw new InputError(`A pipeline of ${pipeline} GPUs cannot halve to one, expected a power of two.`);
  if ((nodes * gpusPerNode) % pipeline !== 0)
    throw new InputError(`${nodes * gpusPerNode} GPUs cannot hold whole pipelines of ${pipeline}.`);
}
