/**
 * What a stage costs whose replicas are so many tensor ranks, as the estimator of stages without
 * meshes tells it (search/pipelines/stage-estimate.ts).
 */
import type { LayerChain } from "../../../../env/model/layers/layer-chain.ts";
import { tensorRegions } from "../../../../env/model/layers/tensor-regions.ts";
import { machineBorders } from "../../../problems/pipeline/machine-borders.ts";
import {
  type LayerCosts,
  layerCosts,
  stageBytes,
  tensorPassUs,
} from "../../../problems/pipeline/tensor/tensor-costs.ts";
import { tensorLinks } from "../../../problems/pipeline/tensor/tensor-links.ts";
import type { StageEstimator, StageRange } from "../../../search/pipelines/stage-estimate.ts";

export interface TensorEstimator extends Omit<StageEstimator, "slowestType"> {
  readonly degree: number;
}

export function tensorEstimator(chain: LayerChain, degree: number): TensorEstimator {
  const { scenario, types } = chain;
  const regions = tensorRegions(scenario.graph, degree);
  const costs = types.map(({ devices }) => layerCosts(chain, devices[0], degree, regions));
  const machines = machineBorders(
    scenario,
    types.flatMap(({ devices }) => devices),
  );
  const { inside } = tensorLinks(scenario, machines);
  const { optimizerSlots } = scenario.fidelity;
  /** One replica of so many micro-batches is what a share of the batch is. */
  const shapeOf = (share: number) => ({
    replicas: 1,
    microBatches: 1 / share,
    tensorLink: inside,
    dataLink: inside,
  });
  const layersOf = ({ from, to }: Pick<StageRange, "from" | "to">) => ({ first: from, end: to });
  const over = (sums: LayerCosts["updateUs"], { from, to }: Pick<StageRange, "from" | "to">) =>
    sums[to] - sums[from];
  return {
    degree,
    us(range, share) {
      const [own, layers, shape] = [costs[range.type], layersOf(range), shapeOf(share)];
      const forwardUs = tensorPassUs(own, "forward", layers, shape);
      return (range.recompute ? 2 : 1) * forwardUs + tensorPassUs(own, "backward", layers, shape);
    },
    bytes(range, share, live) {
      const treatment = { recompute: range.recompute, zero: false, optimizerSlots };
      const { fixed, inFlight } = stageBytes(costs[range.type], layersOf(range), shapeOf(share), treatment);
      return fixed + live * inFlight;
    },
    updateUs: (range) => over(costs[range.type].updateUs, range),
    weightBytes: (range) => over(costs[0].gradientBytes, range),
  };
}
