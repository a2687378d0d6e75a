/**
 * What HeterPS sees of a layer (Liu et al., arXiv 2111.10635): its number and its kind, one-hot,
 * the bytes of its input and of its weights, and the time that its input takes. All are in [0, 1].
 *
 * `compute` adds, which is ours, the share of the layer's computing that each type needs, and how
 * much computing that is.
 */
import { groupGraph } from "../../../env/model/coarsen/group-graph.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { ProvisioningProblem } from "../../../env/sim/objectives/provisioning/problem.ts";
import type { GroupFeatures } from "../group-features.ts";

export interface LayerFeatureOptions {
  /** Whether each layer's computing on each type is seen. */
  readonly compute: boolean;
}

/** The scenario is the view of the problem on types. */
export function layerFeatures(
  scenario: Scenario,
  { layers, types, computeTime, transferTime, price }: ProvisioningProblem,
  { compute }: LayerFeatureOptions,
): GroupFeatures {
  const { graph } = scenario;
  const groups = groupGraph(scenario);
  const kinds = [...new Set(graph.types)].sort();
  const inputBytes = new Float64Array(layers);
  groups.edgeDestination.forEach((layer, e) => {
    inputBytes[layer] += groups.edgeBytes[e];
  });
  const numbers = [shares(inputBytes), shares(groups.parameterBytes), shares(transferTime)];
  if (compute)
    for (let type = 0; type < types; type++)
      numbers.push(rentShares(computeTime, price, layers, types, type));
  const columns = layers + kinds.length + numbers.length;
  const values = new Float32Array(layers * columns);
  for (let layer = 0; layer < layers; layer++) {
    const row = layer * columns;
    values[row + layer] = 1;
    values[row + layers + kinds.indexOf(graph.types[layer])] = 1;
    numbers.forEach((column, i) => {
      values[row + layers + kinds.length + i] = column[layer];
    });
  }
  return { columns, types: 0, values };
}

/** Over the largest; 0 where that is 0. */
function shares(values: Float64Array): Float64Array {
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  return values.map((value) => (largest === 0 ? 0 : value / largest));
}

/** What a layer costs on a type, over its dearest type. */
function rentShares(
  computeTime: Float64Array,
  price: Float64Array,
  layers: number,
  types: number,
  type: number,
): Float64Array {
  const rent = (layer: number, of: number) => price[of] * computeTime[layer * types + of];
  return Float64Array.from({ length: layers }, (_, layer) => {
    // A type that cannot run the layer is as dear as the dearest that can.
    const dearest = Array.from({ length: types }, (_, of) => rent(layer, of))
      .filter(Number.isFinite)
      .reduce((most, value) => Math.max(most, value), 0);
    return dearest === 0 ? 0 : Math.min(1, rent(layer, type) / dearest);
  });
}
