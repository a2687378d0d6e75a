/** Four nodes of four GPUs, one type each, and a chain of equal layers for HetPipe's planner. */
import type { GpuCluster } from "../../../../../agents/exact/stages/virtual-workers/cluster.ts";
import type { TypedChain } from "../../../../../agents/exact/stages/virtual-workers/worker-partition.ts";

const cluster: GpuCluster = {
  nodes: [0, 1, 2, 3].map((type) => ({ type, gpus: 4, memoryBytes: 1_000 })),
  withinNode: { latencyUs: 0, bytesPerUs: 1e3 },
  betweenNodes: { latencyUs: 0, bytesPerUs: 1e3 },
};
/** Of the types. */
const speeds = [4, 3, 2, 1];
const LAYERS = 20;
const perLayer = (value: number) => new Float64Array(LAYERS).fill(value);
const chain: TypedChain = {
  layers: LAYERS,
  forwardUs: Float64Array.from(speeds.flatMap((speed) => [...perLayer(12 / speed)])),
  backwardUs: Float64Array.from(speeds.flatMap((speed) => [...perLayer(24 / speed)])),
  weightBytes: perLayer(10),
  keptBytes: perLayer(5),
  outputBytes: perLayer(1),
};
const options = { mostInFlight: 8, distance: 0, stateFactor: 2, versions: true };

export const fourNodes = { chain, cluster, options, speeds };
