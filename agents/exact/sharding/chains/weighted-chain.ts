/**
 * The layers of a chain as AccPar sees them: forward ops that sum products with weights, one
 * after another. A layer has a batch, input and output channels, and the rest of its maps and
 * kernel. What has no weights between two layers belongs to neither.
 */
import { type OpGraph, Role } from "../../../../env/model/graph/graph.ts";
import { type OpIteration, WHOLE } from "../../../../env/model/graph/iteration.ts";
import { elementsIn } from "../../../../env/model/layout/layout.ts";
import { dataEdges, iterationOf } from "../../../../env/model/plan/sharding.ts";
import type { ChainLayer } from "./type-chain.ts";

export interface WeightedLayer {
  readonly op: number;
  readonly sizes: ChainLayer;
  /** Dimensions that each type may halve, by type: batch, input and output channels. */
  readonly dimensionsOf: readonly [readonly number[], readonly number[], readonly number[]];
}

/** A sentence where the layers are no chain. */
export function weightedChain(graph: OpGraph): readonly WeightedLayer[] | string {
  const layers: WeightedLayer[] = [];
  /** Layers that an op's inputs come from, without one in between. */
  const sources: ReadonlySet<number>[] = [];
  for (const v of graph.topologicalOrder) {
    if (graph.role[v] !== Role.forward) continue;
    const before = new Set(dataEdges(graph, v).flatMap((e) => [...(sources[graph.edgeSource[e]] ?? [])]));
    const iteration = iterationOf(graph, v);
    const isLayer = iteration !== null && hasWeights(iteration);
    sources[v] = isLayer ? new Set([v]) : before;
    if (!isLayer) continue;
    const previous = layers[layers.length - 1]?.op;
    const isNext = previous === undefined ? before.size === 0 : before.size === 1 && before.has(previous);
    if (!isNext)
      return `Layers with weights are no chain: "${graph.names[v]}" does not follow "${graph.names[previous]}" alone.`;
    layers.push(layerOf(v, iteration!));
  }
  return layers.length === 0 ? "No op sums products with weights." : layers;
}

/** Whether it sums products with weights: those of a norm or a bias have an entry for a channel. */
function hasWeights({ parameters, inputs, outputs }: OpIteration): boolean {
  return parameters.some(({ shape, along }) => {
    const isOwn = (d: number) =>
      d === WHOLE || (inputs[0]?.along.includes(d) && outputs[0].along.includes(d));
    return shape.length > 2 || (shape.length === 2 && !along.every(isOwn));
  });
}

function layerOf(op: number, iteration: OpIteration): WeightedLayer {
  const { dimensions, inputs, outputs, sums } = iteration;
  const weights = iteration.parameters.find(({ shape }) => shape.length > 1)!;
  const has = (along: readonly number[] | undefined, d: number) => along?.includes(d) === true;
  const every = dimensions.map((_, d) => d);
  const [input, output] = [inputs[0], outputs[0]];
  const samples = every.filter((d) => !has(weights.along, d) && has(output.along, d));
  const batch = samples.filter((d) => dimensions[d].kind === "batch").slice(0, 1);
  const inner = every.filter((d) => has(weights.along, d) && has(input?.along, d) && sums.includes(d));
  const outer = every.filter((d) => has(weights.along, d) && has(output.along, d) && !has(input?.along, d));
  const lengthIn = (
    tensor: { shape: readonly number[]; along: readonly number[] },
    wanted: readonly number[],
  ) =>
    tensor.shape.reduce(
      (product, length, t) =>
        tensor.along[t] !== WHOLE && wanted.includes(tensor.along[t]) ? product * length : product,
      1,
    );
  const sizes = {
    batch: lengthIn(output, batch),
    inputChannels: lengthIn(weights, inner),
    outputChannels: lengthIn(weights, outer),
  };
  const { inputChannels, outputChannels } = sizes;
  return {
    op,
    dimensionsOf: [batch, inner, outer],
    sizes: {
      ...sizes,
      inputArea: elementsIn(input?.shape ?? []) / (sizes.batch * inputChannels),
      outputArea: elementsIn(output.shape) / (sizes.batch * outputChannels),
      kernelArea: elementsIn(weights.shape) / (inputChannels * outputChannels),
    },
  };
}
