/**
 * Virtual workers that cut the layers alike. Together they are one pipeline whose stages have a
 * replica in each worker, which take mini-batches in turn. HetPipe's workers (Park et al., USENIX
 * ATC 2020) may each have cuts of their own, which no single pipeline is.
 *
 * From a plan of HetPipe this makes the best one of that kind. It tries the cuts of each worker:
 * for all workers, and for those alone that have them already.
 */
import type { GpuCluster } from "./cluster.ts";
import { pacedPlan, type VirtualWorkerOptions, type VirtualWorkerPlan } from "./virtual-workers.ts";
import {
  stagesWithCuts,
  type TypedChain,
  type WorkerPartition,
  type WorkerStage,
} from "./worker-partition.ts";

/** Is the plan one pipeline as it is? */
export const hasCommonCuts = ({ workers }: VirtualWorkerPlan): boolean =>
  workers.every(({ stages }) => cutsOf(stages) === cutsOf(workers[0].stages));

export function withCommonCuts(
  chain: TypedChain,
  cluster: GpuCluster,
  options: VirtualWorkerOptions,
  plan: VirtualWorkerPlan,
): VirtualWorkerPlan {
  if (hasCommonCuts(plan)) return plan;
  const { policy, inFlight } = plan;
  const paced = (workers: readonly WorkerPartition[]) =>
    pacedPlan(chain, cluster, options, { policy, workers, inFlight });
  const candidates: VirtualWorkerPlan[] = [];
  for (const [cuts, own] of groupedByCuts(plan.workers)) {
    candidates.push(paced(own));
    const starts = own[0].stages.map(({ from }) => from);
    const all = plan.workers.map(({ stages }) =>
      cutsOf(stages) === cuts
        ? stages
        : stages.length === starts.length
          ? stagesWithCuts(chain, cluster, orderOf(stages), starts, { ...options, inFlight })
          : null,
    );
    const fitting = all.filter((stages) => stages !== null);
    if (fitting.length === all.length) candidates.push(paced(fitting.map(partitionOf)));
  }
  return candidates.reduce((best, candidate) => (candidate.batchUs < best.batchUs ? candidate : best));
}

function groupedByCuts(workers: readonly WorkerPartition[]): Map<string, WorkerPartition[]> {
  const groups = new Map<string, WorkerPartition[]>();
  for (const worker of workers) {
    const cuts = cutsOf(worker.stages);
    groups.set(cuts, [...(groups.get(cuts) ?? []), worker]);
  }
  return groups;
}

const cutsOf = (stages: readonly WorkerStage[]): string => stages.map(({ from }) => from).join();
const orderOf = (stages: readonly WorkerStage[]): number[] => stages.map(({ node }) => node);

const partitionOf = (stages: readonly WorkerStage[]): WorkerPartition => ({
  gpus: orderOf(stages),
  stages,
  slowestUs: Math.max(...stages.map(({ forwardUs, backwardUs }) => forwardUs + backwardUs)),
});
