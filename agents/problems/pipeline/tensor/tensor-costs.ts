/**
 * What a run of layers costs on devices of which some divide tensors, and the others the batch.
 * Tensor ranks divide Megatron's regions. Collectives are rings by the alpha-beta formulas.
 *
 * Sums of the passes are paid for each micro-batch. Sums of gradients and updates happen once in a
 * batch.
 */
import { launchTimesUs } from "../../../../env/model/cluster/micro-batch.ts";
import { runTimesUs } from "../../../../env/model/cluster/speed.ts";
import { type OpGraph, Role } from "../../../../env/model/graph/graph.ts";
import { opClasses } from "../../../../env/model/graph/op-classes.ts";
import type { LayerChain } from "../../../../env/model/layers/layer-chain.ts";
import type { TensorRegions } from "../../../../env/model/layers/tensor-regions.ts";
import { allReduceUs, type LinkCost } from "../../../../env/model/layout/alpha-beta.ts";
import { HOST_STAGE } from "../../../../env/model/plan/pipeline.ts";
import { prefixSums } from "../../prefix-sums.ts";

/** Sums over layers 0 up to each border. */
type Sums = ReturnType<typeof prefixSums>;

/** A pass of a micro-batch: us that it pays whole, of the batch outside regions and within. */
interface PassCosts {
  readonly fixedUs: Sums;
  readonly outsideUs: Sums;
  readonly insideUs: Sums;
  /** Collectives, and their bytes for the batch. */
  readonly sums: Sums;
  readonly sumBytes: Sums;
}

export interface LayerCosts {
  readonly degree: number;
  readonly forward: PassCosts;
  readonly backward: PassCosts;
  /** us, once in a batch. */
  readonly updateUs: Sums;
  /** Bytes of a rank: weights, gradients, activations of the batch that the backward pass needs. */
  readonly weightBytes: Sums;
  readonly gradientBytes: Sums;
  readonly keptBytes: Sums;
  /** What enters the layers after each border, for the batch. */
  readonly cutBytes: Float64Array;
}

/** `device`: any of the equal ones. */
export function layerCosts(
  chain: LayerChain,
  device: number,
  degree: number,
  regions: TensorRegions,
): LayerCosts {
  const { scenario, layerOf, count, gradientBytes, weightBytes } = chain;
  const { graph, cluster } = scenario;
  const { once } = opClasses(graph);
  const runUs = runTimesUs(graph, cluster);
  const launchUs = launchTimesUs(runUs, cluster);
  const { dimension, closing } = regions;
  const column = () => new Float64Array(count);
  const [updateUs, keptBytes, dividedWeights] = [column(), column(), column()];
  const [forward, backward] = [growingPass(count), growingPass(count)];
  const closes = new Set(closing);
  for (let v = 0; v < graph.opCount; v++) {
    const layer = layerOf[v];
    if (layer === HOST_STAGE) continue;
    const isForward = graph.role[v] === Role.forward;
    const pass = isForward ? forward : backward;
    const leader = isForward ? v : graph.twin[v];
    const isDivided = leader >= 0 && dimension[leader] >= 0;
    const at = v * cluster.devices.length + device;
    if (once[v] === 1 && !isForward) updateUs[layer] += runUs[at] / (isDivided ? degree : 1);
    else if (once[v] === 1) pass.fixedUs[layer] += runUs[at];
    else {
      pass.fixedUs[layer] += launchUs[at];
      (isDivided ? pass.insideUs : pass.outsideUs)[layer] += runUs[at] - launchUs[at];
    }
    if (!isForward) continue;
    if (isDivided) dividedWeights[layer] += graph.parameterBytes[v];
    keptBytes[layer] += keptOf(graph, v) / (isDivided && !closes.has(v) ? degree : 1);
  }
  addSums(chain, regions, forward, backward);
  /** Weights of regions are divided. */
  const rankShare = (layer: number): number =>
    weightBytes[layer] === 0 ? 1 : 1 - (dividedWeights[layer] / weightBytes[layer]) * (1 - 1 / degree);
  return {
    degree,
    forward: summedPass(forward),
    backward: summedPass(backward),
    updateUs: prefixSums(updateUs),
    weightBytes: prefixSums(weightBytes.map((bytes, layer) => bytes * rankShare(layer))),
    gradientBytes: prefixSums(gradientBytes.map((bytes, layer) => bytes * rankShare(layer))),
    keptBytes: prefixSums(keptBytes),
    cutBytes: chain.cutBytes,
  };
}

const growingPass = (count: number): PassCosts => ({
  fixedUs: new Float64Array(count),
  outsideUs: new Float64Array(count),
  insideUs: new Float64Array(count),
  sums: new Float64Array(count),
  sumBytes: new Float64Array(count),
});

const summedPass = ({ fixedUs, outsideUs, insideUs, sums, sumBytes }: PassCosts): PassCosts => ({
  fixedUs: prefixSums(fixedUs),
  outsideUs: prefixSums(outsideUs),
  insideUs: prefixSums(insideUs),
  sums: prefixSums(sums),
  sumBytes: prefixSums(sumBytes),
});

/** Of what closes a region forward, of the gradient of what opens it backward. */
function addSums(
  { scenario: { graph }, layerOf }: LayerChain,
  { closing, opening, openingBytes }: TensorRegions,
  forward: PassCosts,
  backward: PassCosts,
): void {
  for (const op of closing) {
    forward.sums[layerOf[op]]++;
    forward.sumBytes[layerOf[op]] += graph.outputBytes[graph.outputStart[op]];
  }
  if (!graph.role.includes(Role.backward)) return;
  for (const [i, op] of opening.entries()) {
    backward.sums[layerOf[op]]++;
    backward.sumBytes[layerOf[op]] += openingBytes[i];
  }
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

/** Layers `first` up to, not including, `end`. */
export interface LayerRange {
  readonly first: number;
  readonly end: number;
}

export interface StageShape {
  /** Parts of each micro-batch, on tensor ranks each. */
  readonly replicas: number;
  readonly microBatches: number;
  /** Between tensor ranks, and between replicas. */
  readonly tensorLink: LinkCost;
  readonly dataLink: LinkCost;
}

/** us of one pass of a micro-batch. */
export function tensorPassUs(
  layers: LayerCosts,
  pass: "forward" | "backward",
  { first, end }: LayerRange,
  { replicas, microBatches, tensorLink }: StageShape,
): number {
  const { degree } = layers;
  const costs = layers[pass];
  const of = (sums: Sums): number => sums[end] - sums[first];
  const share = 1 / microBatches / replicas;
  const collectives = of(costs.sums);
  const sumUs =
    degree === 1 || collectives === 0
      ? 0
      : collectives * allReduceUs(degree, (of(costs.sumBytes) * share) / collectives, tensorLink);
  return of(costs.fixedUs) + share * (of(costs.outsideUs) + of(costs.insideUs) / degree) + sumUs;
}

/** us of what happens once in a batch: sums of gradients between replicas, and updates. */
export function batchEndUs(
  { gradientBytes, updateUs }: LayerCosts,
  { first, end }: LayerRange,
  { replicas, dataLink }: StageShape,
): number {
  const gradientUs =
    replicas === 1 ? 0 : allReduceUs(replicas, gradientBytes[end] - gradientBytes[first], dataLink);
  return gradientUs + updateUs[end] - updateUs[first];
}

/** What a stage does beside its two passes. */
export interface StageTreatment {
  /** Whether its forward ops are computed again, and only its inputs kept. */
  readonly recompute: boolean;
  /** Whether replicas divide the optimizer's state. */
  readonly zero: boolean;
}

/**
 * Bytes of a rank: what it always holds, and what each micro-batch in flight adds. Recomputation
 * makes the activations of one micro-batch at a time.
 */
export function stageBytes(
  { weightBytes, gradientBytes, keptBytes, cutBytes }: LayerCosts,
  { first, end }: LayerRange,
  { replicas, microBatches }: StageShape,
  { recompute, zero, optimizerSlots }: StageTreatment & { readonly optimizerSlots: number },
): { readonly fixed: number; readonly inFlight: number } {
  const of = (sums: Sums): number => sums[end] - sums[first];
  const share = 1 / microBatches / replicas;
  const slots = optimizerSlots / (zero ? replicas : 1);
  const state = (1 + slots) * of(weightBytes) + of(gradientBytes);
  const kept = of(keptBytes) * share;
  if (!recompute) return { fixed: state, inFlight: kept };
  return { fixed: state + kept, inFlight: first === 0 ? 0 : cutBytes[first - 1] * share };
}

/** Micro-batches whose activations fit beside the rest; at most all. */
export function mostInFlight(
  { fixed, inFlight }: ReturnType<typeof stageBytes>,
  memoryBytes: number,
  microBatches: number,
): number {
  const free = memoryBytes - fixed;
  if (free < 0) return 0;
  return inFlight === 0 ? microBatches : Math.min(microBatches, Math.floor(free / inFlight));
}
