/**
 * HetPipe's partition of a chain of layers over the GPUs of one virtual worker (Park et al., USENIX
 * ATC 2020), by a dynamic program in place of its integer program. For each order of the GPUs that
 * differs in types or nodes,
 *
 *     F(g, j) = min over i of max( F(g-1, i), time(g, i..j) + receive(g, i) + receive(g, j) )
 *
 * with layers i up to j on the g-th GPU. It receives the input from the GPU before and the gradient
 * of its output from the GPU after. Every GPU has a layer. Memory is for a number of mini-batches
 * in flight, min(Nm, 2 (k - 1 - g) + 1) on the g-th of k GPUs.
 *
 * Nodes of one type, memory and number of the worker's GPUs are alike: orders that exchange them
 * are tried once.
 */

import { prefixSums } from "../../../problems/prefix-sums.ts";
import { type GpuCluster, moveUs, type WorkerGpus } from "./cluster.ts";

export interface TypedChain {
  readonly layers: number;
  /** Times of each layer by type of GPU, shape [types, layers]. */
  readonly forwardUs: Float64Array;
  readonly backwardUs: Float64Array;
  readonly weightBytes: Float64Array;
  /** Kept for the backward pass of one mini-batch. */
  readonly keptBytes: Float64Array;
  readonly outputBytes: Float64Array;
}

export interface WorkerMemory {
  /** Mini-batches in flight, Nm. */
  readonly inFlight: number;
  /** Bytes of gradients and of the optimizer's state for each byte of weights. */
  readonly stateFactor: number;
  /** Does each mini-batch in flight keep weights of its own? */
  readonly versions: boolean;
}

export interface WorkerStage {
  /** Layers from `from` up to but not including `to`. */
  readonly from: number;
  readonly to: number;
  readonly node: number;
  readonly replicas: 1;
  /** Time of each pass of a mini-batch with what it receives for it. */
  readonly forwardUs: number;
  readonly backwardUs: number;
  readonly memoryBytes: number;
}

export interface WorkerPartition {
  /** Node of each of the worker's GPUs, as the policy lists them. */
  readonly gpus: WorkerGpus;
  /** Time of the slowest stage. */
  readonly slowestUs: number;
  readonly stages: readonly WorkerStage[];
}

/** The best partition over all orders of the GPUs; null where none fits. */
export function partitionWorker(
  chain: TypedChain,
  cluster: GpuCluster,
  gpus: WorkerGpus,
  memory: WorkerMemory,
): WorkerPartition | null {
  let best: WorkerPartition | null = null;
  for (const order of distinctOrders(gpus, cluster)) {
    const found = partitionInOrder(chain, cluster, order, memory);
    if (found !== null && (best === null || found.slowestUs < best.slowestUs)) best = { ...found, gpus };
  }
  return best;
}

/** Orders of the GPUs, those of one node alike, and nodes that are alike. */
export function* distinctOrders(gpus: WorkerGpus, { nodes }: Pick<GpuCluster, "nodes">): Generator<number[]> {
  const own = new Map<number, number>();
  for (const node of gpus) own.set(node, (own.get(node) ?? 0) + 1);
  const kindOf = (node: number) => `${nodes[node].type} ${nodes[node].memoryBytes} ${own.get(node)}`;
  const left = new Map(own);
  const used = [...left.keys()].sort((a, b) => a - b);
  const order: number[] = [];
  function* extend(): Generator<number[]> {
    if (order.length === gpus.length) yield [...order];
    const begun = new Set<string>();
    for (const node of used) {
      const count = left.get(node)!;
      if (count === 0) continue;
      const isNew = count === own.get(node);
      if (isNew && begun.has(kindOf(node))) continue;
      if (isNew) begun.add(kindOf(node));
      left.set(node, count - 1);
      order.push(node);
      yield* extend();
      order.pop();
      left.set(node, count);
    }
  }
  yield* extend();
}

/** Mini-batches whose activations a stage keeps, in slots of one forward and one backward pass. */
export const inFlightAt = (stage: number, stages: number, inFlight: number): number =>
  Math.min(inFlight, 2 * (stages - 1 - stage) + 1);

export function partitionInOrder(
  chain: TypedChain,
  cluster: GpuCluster,
  order: readonly number[],
  memory: WorkerMemory,
): WorkerPartition | null {
  const n = chain.layers;
  const k = order.length;
  const sums = chainSums(chain);
  const at = (g: number, j: number) => g * (n + 1) + j;
  const best = new Float64Array((k + 1) * (n + 1)).fill(Number.POSITIVE_INFINITY);
  const from = new Int32Array(best.length);
  best[0] = 0;
  for (let g = 0; g < k; g++)
    for (let j = g + 1; j <= n - (k - 1 - g); j++)
      for (let i = g; i < j; i++) {
        if (best[at(g, i)] >= best[at(g + 1, j)]) continue;
        const stage = stageOf(sums, cluster, order, { stage: g, from: i, to: j }, memory);
        if (stage.memoryBytes > cluster.nodes[order[g]].memoryBytes) continue;
        const value = Math.max(best[at(g, i)], stage.forwardUs + stage.backwardUs);
        if (value >= best[at(g + 1, j)]) continue;
        best[at(g + 1, j)] = value;
        from[at(g + 1, j)] = i;
      }
  const slowestUs = best[at(k, n)];
  if (slowestUs === Number.POSITIVE_INFINITY) return null;
  const stages: WorkerStage[] = [];
  for (let g = k - 1, to = n; g >= 0; g--) {
    const start = from[at(g + 1, to)];
    stages.unshift(stageOf(sums, cluster, order, { stage: g, from: start, to }, memory));
    to = start;
  }
  return { gpus: order, slowestUs, stages };
}

/**
 * The stages of an order of GPUs that begin with given layers; null where one does not fit its GPU.
 */
export function stagesWithCuts(
  chain: TypedChain,
  cluster: GpuCluster,
  order: readonly number[],
  starts: readonly number[],
  memory: WorkerMemory,
): WorkerStage[] | null {
  const sums = chainSums(chain);
  const stages = order.map((_, stage) => {
    const to = starts[stage + 1] ?? chain.layers;
    return stageOf(sums, cluster, order, { stage, from: starts[stage], to }, memory);
  });
  return stages.every(({ node, memoryBytes }) => memoryBytes <= cluster.nodes[node].memoryBytes)
    ? stages
    : null;
}

/** Sums of the columns before each layer, by type where these differ. */
interface ChainSums {
  readonly layers: number;
  readonly forwardUs: Float64Array;
  readonly backwardUs: Float64Array;
  readonly weightBytes: Float64Array;
  readonly keptBytes: Float64Array;
  readonly outputBytes: Float64Array;
}

function chainSums(chain: TypedChain): ChainSums {
  const { layers, outputBytes } = chain;
  const summed = (values: Float64Array) => {
    const rows = values.length / layers;
    const sums = new Float64Array(rows * (layers + 1));
    for (let row = 0; row < rows; row++)
      sums.set(prefixSums(values.subarray(row * layers, (row + 1) * layers)), row * (layers + 1));
    return sums;
  };
  return {
    layers,
    forwardUs: summed(chain.forwardUs),
    backwardUs: summed(chain.backwardUs),
    weightBytes: summed(chain.weightBytes),
    keptBytes: summed(chain.keptBytes),
    outputBytes,
  };
}

interface LayerRange {
  readonly stage: number;
  readonly from: number;
  readonly to: number;
}

function stageOf(
  sums: ChainSums,
  cluster: GpuCluster,
  order: readonly number[],
  { stage, from, to }: LayerRange,
  { inFlight, stateFactor, versions }: WorkerMemory,
): WorkerStage {
  const node = order[stage];
  const at = cluster.nodes[node].type * (sums.layers + 1);
  const { outputBytes } = sums;
  const inputUs = stage === 0 ? 0 : moveUs(cluster, order[stage - 1], node, outputBytes[from - 1]);
  const isLast = stage === order.length - 1;
  const gradientUs = isLast ? 0 : moveUs(cluster, order[stage + 1], node, outputBytes[to - 1]);
  const weightBytes = sums.weightBytes[to] - sums.weightBytes[from];
  const keptBytes = sums.keptBytes[to] - sums.keptBytes[from];
  const flying = inFlightAt(stage, order.length, inFlight);
  return {
    from,
    to,
    node,
    replicas: 1,
    forwardUs: sums.forwardUs[at + to] - sums.forwardUs[at + from] + inputUs,
    backwardUs: sums.backwardUs[at + to] - sums.backwardUs[at + from] + gradientUs,
    memoryBytes: (1 + stateFactor) * weightBytes + flying * (keptBytes + (versions ? weightBytes : 0)),
  };
}
