/**
 * A scenario as HetPipe sees it: nodes of equal GPUs, one link time within nodes and one between
 * them, those of the slowest pair. A node is accelerators of one type in one machine.
 */
import type { LayerChain } from "../../../../env/model/layers/layer-chain.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { machinesOf, pairBytesPerUs } from "../../../problems/pipeline/machine-levels.ts";
import { shareTimes } from "../../../problems/pipeline/micro-batches.ts";
import type { GpuCluster, GpuNode, LinkTime } from "./cluster.ts";
import type { TypedChain } from "./worker-partition.ts";

export interface GpuNodes {
  readonly cluster: GpuCluster;
  /** The scenario's devices of each node. */
  readonly devicesOf: readonly (readonly number[])[];
}

export function gpuNodes({ scenario, types }: LayerChain): GpuNodes {
  const typeOf = new Map(types.flatMap(({ devices }, type) => devices.map((d) => [d, type] as const)));
  const devices = [...typeOf.keys()].sort((a, b) => a - b);
  const devicesOf = types.flatMap((type) => machinesOf(scenario, type.devices));
  const nodes = devicesOf.map((own): GpuNode => {
    const type = typeOf.get(own[0])!;
    return { type, gpus: own.length, memoryBytes: types[type].memoryBytes };
  });
  const nodeOf = new Map(devicesOf.flatMap((own, node) => own.map((d) => [d, node] as const)));
  const linkWhere = (isWithin: boolean) =>
    slowestLink(scenario, devices, (a, b) => (nodeOf.get(a) === nodeOf.get(b)) === isWithin);
  return { cluster: { nodes, withinNode: linkWhere(true), betweenNodes: linkWhere(false) }, devicesOf };
}

function slowestLink(
  scenario: Scenario,
  devices: readonly number[],
  counts: (a: number, b: number) => boolean,
): LinkTime {
  const { routes, links } = scenario.cluster;
  let [latencyUs, bytesPerUs] = [0, Number.POSITIVE_INFINITY];
  for (const a of devices)
    for (const b of devices) {
      if (a === b || !counts(a, b)) continue;
      bytesPerUs = Math.min(bytesPerUs, pairBytesPerUs(scenario, a, b));
      const routeUs = routes[a][b].reduce((sum, link) => sum + links[link].latencyUs, 0);
      latencyUs = Math.max(latencyUs, routeUs);
    }
  return { latencyUs, bytesPerUs };
}

/** The chain with times of a share of the batch, on each type. */
export function typedChain(chain: LayerChain, share: number): TypedChain {
  const times = chain.types.map((_, type) => shareTimes(chain, type, share));
  const ofShare = (bytes: Float64Array) => bytes.map((each) => each * share);
  return {
    layers: chain.count,
    forwardUs: Float64Array.from(times.flatMap(({ forwardUs }) => [...forwardUs])),
    backwardUs: Float64Array.from(times.flatMap(({ backwardUs }) => [...backwardUs])),
    weightBytes: chain.weightBytes,
    keptBytes: ofShare(chain.keptBytes),
    outputBytes: ofShare(chain.cutBytes),
  };
}
