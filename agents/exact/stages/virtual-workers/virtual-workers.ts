/**
 * HetPipe's planner (Park et al., USENIX ATC 2020). It forms virtual workers by each policy and
 * partitions the layers in each worker. It raises the mini-batches in flight while every worker
 * fits and keeps the number with the best simulated throughput. The partition is new for each
 * number, since memory differs. Parameters are local to the stages where that is possible, as they
 * are in a single worker.
 */
import { type Allocation, allocate, allocations, type GpuCluster, type WorkerGpus } from "./cluster.ts";
import { crossingBytes, mayBeLocal, type Sharding } from "./parameter-servers.ts";
import { runWaves, stalenessBound } from "./wave-clock.ts";
import {
  partitionWorker,
  type TypedChain,
  type WorkerMemory,
  type WorkerPartition,
  type WorkerStage,
} from "./worker-partition.ts";
import { type WorkerPace, workerPace } from "./worker-pipeline.ts";

export interface VirtualWorkerOptions extends Omit<WorkerMemory, "inFlight"> {
  readonly policies?: readonly Allocation[];
  readonly mostInFlight: number;
  /** Clock distance, D. */
  readonly distance: number;
}

export interface VirtualWorkerPlan {
  readonly policy: Allocation;
  readonly workers: readonly WorkerPartition[];
  readonly inFlight: number;
  readonly sharding: Sharding;
  /** Time for one mini-batch of all workers together. */
  readonly batchUs: number;
  /** Most mini-batches that the weights of one may miss. */
  readonly staleness: number;
}

const WAVES = 64;

/** The best plan of all policies; null where no worker of any fits. */
export function virtualWorkerPlan(
  chain: TypedChain,
  cluster: GpuCluster,
  options: VirtualWorkerOptions,
): VirtualWorkerPlan | null {
  let best: VirtualWorkerPlan | null = null;
  for (const policy of options.policies ?? allocations) {
    const workers = allocate(cluster, policy, (type) => 1 / totalUs(chain, type));
    if (workers === null) continue;
    for (let inFlight = 1; inFlight <= options.mostInFlight; inFlight++) {
      const plan = planWith(chain, cluster, options, { policy, workers, inFlight });
      if (plan === null) break;
      if (best === null || plan.batchUs < best.batchUs) best = plan;
    }
  }
  return best;
}

interface Choice {
  readonly policy: Allocation;
  readonly workers: readonly WorkerGpus[];
  readonly inFlight: number;
}

function planWith(
  chain: TypedChain,
  cluster: GpuCluster,
  options: VirtualWorkerOptions,
  { policy, workers, inFlight }: Choice,
): VirtualWorkerPlan | null {
  const memory = { ...options, inFlight };
  const known = new Map<string, WorkerPartition | null>();
  const partitions: WorkerPartition[] = [];
  for (const gpus of workers) {
    const key = likenessOf(cluster, gpus);
    let partition = known.get(key);
    if (partition === undefined) partition = partitionWorker(chain, cluster, gpus, memory);
    known.set(key, partition);
    if (partition === null) return null;
    partitions.push(onNodes(partition, gpus));
  }
  return pacedPlan(chain, cluster, options, { policy, workers: partitions, inFlight });
}

/** Equal for workers of which one's partition is also the other's, on nodes of the same kinds. */
function likenessOf({ nodes }: GpuCluster, gpus: WorkerGpus): string {
  const own = [...new Set(gpus)];
  return gpus.map((node) => `${own.indexOf(node)}:${nodes[node].type}:${nodes[node].memoryBytes}`).join();
}

/** The partition of a worker that is alike, on other nodes. */
function onNodes(partition: WorkerPartition, gpus: WorkerGpus): WorkerPartition {
  const from = [...new Set(partition.gpus)];
  const to = [...new Set(gpus)];
  const stages = partition.stages.map((stage) => ({ ...stage, node: to[from.indexOf(stage.node)] }));
  return { ...partition, gpus, stages };
}

/** What given partitions of the workers reach together. */
export function pacedPlan(
  chain: TypedChain,
  cluster: GpuCluster,
  { distance }: Pick<VirtualWorkerOptions, "distance">,
  { policy, workers, inFlight }: Pick<VirtualWorkerPlan, "policy" | "workers" | "inFlight">,
): VirtualWorkerPlan {
  const stagesOf = workers.map(({ stages }) => stages);
  const isLocal = (policy === "equal" && mayBeLocal(stagesOf)) || workers.length === 1;
  const sharding = isLocal ? "local" : "roundRobin";
  const paces = new Map<string, WorkerPace>();
  const paceOf = (stages: readonly WorkerStage[]): WorkerPace => {
    const key = stages.map(({ forwardUs, backwardUs }) => `${forwardUs}:${backwardUs}`).join();
    const pace = paces.get(key) ?? workerPace(stages, inFlight);
    paces.set(key, pace);
    return pace;
  };
  const paced = stagesOf.map((stages) => {
    const bytes = crossingBytes(stages, chain.weightBytes, sharding, cluster.nodes.length);
    const { latencyUs, bytesPerUs } = cluster.betweenNodes;
    const pushUs = bytes === 0 ? 0 : latencyUs + bytes / bytesPerUs;
    return { ...paceOf(stages), pushUs };
  });
  const setting = { inFlight, distance };
  const { batchUs } = runWaves(paced, setting, WAVES);
  return { policy, workers, inFlight, sharding, batchUs, staleness: stalenessBound(setting) };
}

function totalUs({ layers, forwardUs, backwardUs }: TypedChain, type: number): number {
  let us = 0;
  for (let v = 0; v < layers; v++) us += forwardUs[type * layers + v] + backwardUs[type * layers + v];
  return us;
}
