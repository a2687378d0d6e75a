/**
 * What a run of layers costs on a submesh, for Alpa's inter-operator program. In place of Alpa's
 * intra-operator program a stage has replicas that divide the batch, and tensor ranks that divide
 * Megatron's regions. Collectives are rings by the alpha-beta formulas.
 *
 * Sums of the passes are paid for each micro-batch. Sums of gradients and updates happen once in a
 * batch, so a micro-batch pays its part of them, as in Alpa.
 */
import { launchTimesUs } from "../../../../env/model/cluster/micro-batch.ts";
import { runTimesUs } from "../../../../env/model/cluster/speed.ts";
import { type OpGraph, Role } from "../../../../env/model/graph/graph.ts";
import { opClasses } from "../../../../env/model/graph/op-classes.ts";
import type { LayerChain } from "../../../../env/model/layers/layer-chain.ts";
import { allReduceUs, type LinkCost } from "../../../../env/model/layout/alpha-beta.ts";
import { HOST_STAGE } from "../../../../env/model/plan/pipeline.ts";
import type { TensorRegions } from "../../../problems/pipeline/tensor-regions.ts";
import { prefixSums } from "../../../problems/prefix-sums.ts";

/** Sums over layers 0 up to each border. */
type Sums = ReturnType<typeof prefixSums>;

export interface LayerCosts {
  readonly degree: number;
  /** us that each micro-batch pays, and us of the batch outside of regions and within. */
  readonly fixedUs: Sums;
  readonly outsideUs: Sums;
  readonly insideUs: Sums;
  readonly updateUs: Sums;
  /** Collectives of the passes, and their bytes for the batch. */
  readonly sums: Sums;
  readonly sumBytes: Sums;
  /** Bytes of a rank: weights, gradients, activations of the batch that the backward pass needs. */
  readonly weightBytes: Sums;
  readonly gradientBytes: Sums;
  readonly keptBytes: Sums;
}

/** `device`: any of the equal ones. */
export function layerCosts(
  { scenario, layerOf, count, gradientBytes, weightBytes }: LayerChain,
  device: number,
  degree: number,
  { dimension, closing, opening, openingBytes }: TensorRegions,
): LayerCosts {
  const { graph, cluster } = scenario;
  const { once } = opClasses(graph);
  const runUs = runTimesUs(graph, cluster);
  const launchUs = launchTimesUs(runUs, cluster);
  const column = () => new Float64Array(count);
  const [fixedUs, outsideUs, insideUs, updateUs] = [column(), column(), column(), column()];
  const [sums, sumBytes, keptBytes, dividedWeights] = [column(), column(), column(), column()];
  const closes = new Set(closing);
  for (let v = 0; v < graph.opCount; v++) {
    const layer = layerOf[v];
    if (layer === HOST_STAGE) continue;
    const leader = graph.role[v] === Role.forward ? v : graph.twin[v];
    const isDivided = leader >= 0 && dimension[leader] >= 0;
    const at = v * cluster.devices.length + device;
    if (once[v] === 1 && graph.role[v] !== Role.forward)
      updateUs[layer] += runUs[at] / (isDivided ? degree : 1);
    else if (once[v] === 1) fixedUs[layer] += runUs[at];
    else {
      fixedUs[layer] += launchUs[at];
      (isDivided ? insideUs : outsideUs)[layer] += runUs[at] - launchUs[at];
    }
    if (isDivided && graph.role[v] === Role.forward) dividedWeights[layer] += graph.parameterBytes[v];
    const isPart = isDivided && !closes.has(v);
    if (graph.role[v] === Role.forward) keptBytes[layer] += keptOf(graph, v) / (isPart ? degree : 1);
  }
  const addSum = (op: number, bytes: number): void => {
    sums[layerOf[op]]++;
    sumBytes[layerOf[op]] += bytes;
  };
  for (const op of closing) addSum(op, graph.outputBytes[graph.outputStart[op]]);
  if (graph.role.includes(Role.backward))
    for (const [i, op] of opening.entries()) addSum(op, openingBytes[i]);
  /** Weights of regions are divided. */
  const rankShare = (layer: number): number =>
    weightBytes[layer] === 0 ? 1 : 1 - (dividedWeights[layer] / weightBytes[layer]) * (1 - 1 / degree);
  return {
    degree,
    fixedUs: prefixSums(fixedUs),
    outsideUs: prefixSums(outsideUs),
    insideUs: prefixSums(insideUs),
    updateUs: prefixSums(updateUs),
    sums: prefixSums(sums),
    sumBytes: prefixSums(sumBytes),
    weightBytes: prefixSums(weightBytes.map((bytes, layer) => bytes * rankShare(layer))),
    gradientBytes: prefixSums(gradientBytes.map((bytes, layer) => bytes * rankShare(layer))),
    keptBytes: prefixSums(keptBytes),
  };
}

/** Outputs that the backward pass uses, and do not stay the same from batch to batch. */
function keptOf(graph: OpGraph, v: number): number {
  const { fixedPort } = opClasses(graph);
  const kept = new Set<number>();
  for (let i = graph.outStart[v]; i < graph.outStart[v + 1]; i++) {
    const e = graph.outEdge[i];
    const port = graph.outputStart[v] + graph.edgeOutput[e];
    const isUsed = graph.edgeOutput[e] >= 0 && graph.role[graph.edgeDestination[e]] === Role.backward;
    if (isUsed && fixedPort[port] === 0) kept.add(port);
  }
  return [...kept].reduce((sum, port) => sum + graph.outputBytes[port], 0);
}

export interface StageShape {
  readonly replicas: number;
  readonly microBatches: number;
  /** Between tensor ranks, and between replicas. */
  readonly tensorLink: LinkCost;
  readonly dataLink: LinkCost;
}

/** us of a micro-batch through layers `first` up to, not including, `end`. */
export function intraUs(costs: LayerCosts, first: number, end: number, shape: StageShape): number {
  const { degree } = costs;
  const { replicas, microBatches, tensorLink, dataLink } = shape;
  const of = (sums: Sums): number => sums[end] - sums[first];
  const share = 1 / microBatches / replicas;
  const collectives = of(costs.sums);
  const sumUs =
    degree === 1 || collectives === 0
      ? 0
      : collectives * allReduceUs(degree, (of(costs.sumBytes) * share) / collectives, tensorLink);
  const gradientUs = replicas === 1 ? 0 : allReduceUs(replicas, of(costs.gradientBytes), dataLink);
  return (
    of(costs.fixedUs) +
    share * (of(costs.outsideUs) + of(costs.insideUs) / degree) +
    sumUs +
    (gradientUs + of(costs.updateUs)) / microBatches
  );
}

/** Micro-batches whose activations fit beside weights, gradients and optimizer; at most all. */
export function mostInFlight(
  costs: LayerCosts,
  first: number,
  end: number,
  { replicas, microBatches }: StageShape,
  { memoryBytes, optimizerSlots }: { readonly memoryBytes: number; readonly optimizerSlots: number },
): number {
  const of = (sums: Sums): number => sums[end] - sums[first];
  const free = memoryBytes - (1 + optimizerSlots) * of(costs.weightBytes) - of(costs.gradientBytes);
  const each = of(costs.keptBytes) / microBatches / replicas;
  if (free < 0) return 0;
  return each === 0 ? microBatches : Math.min(microBatches, Math.floor(free / each));
}
