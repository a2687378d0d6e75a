/**
 * What planners see that assume equal devices: the accelerators of the type with most devices. They
 * have one bandwidth, that of the slowest link.
 */
import { isCpu } from "../../../env/model/cluster/cluster.ts";
import { type LayerChain, layerChain, MOST_LAYERS } from "../../../env/model/layers/layer-chain.ts";
import type { LayerStage } from "../../../env/model/layers/stage-plan.ts";
import type { Scenario } from "../../../env/model/scenario.ts";

export interface EqualDevices {
  readonly chain: LayerChain;
  /** Index into the chain's types. */
  readonly type: number;
  readonly devices: readonly number[];
  readonly memoryBytes: number;
}

/**
 * Those of the type with most devices; a sentence where they cannot run all ops.
 *
 * @param mostLayers layers of the chain, for planners whose programs need short ones
 */
export function equalDevices(scenario: Scenario, mostLayers = MOST_LAYERS): EqualDevices | string {
  const chain = layerChain(scenario, mostLayers);
  if (typeof chain === "string") return chain;
  let type = 0;
  chain.types.forEach(({ devices }, t) => {
    if (devices.length > chain.types[type].devices.length) type = t;
  });
  const { devices, memoryBytes } = chain.types[type];
  const times = [chain.forwardUs, chain.backwardUs, chain.updateUs];
  const isStuck = times.some((us) =>
    us.subarray(type * chain.count, (type + 1) * chain.count).includes(Number.POSITIVE_INFINITY),
  );
  if (!isStuck) return { chain, type, devices, memoryBytes };
  const { kind } = scenario.cluster.devices[devices[0]];
  return `Some op does not run on "${kind}", the only kind of device that this planner uses.`;
}

/** Stages asked for, 0 for one on each device; never more than there are devices or layers. */
export const stageCountOf = ({ chain, devices }: EqualDevices, asked: number): number =>
  Math.min(asked === 0 ? devices.length : asked, devices.length, chain.count);

/** Stages of given lengths on one device each. A stage without layers is left out. */
export function stagesOfLengths(lengths: readonly number[], devices: readonly number[]): LayerStage[] {
  let to = 0;
  return lengths.flatMap((length, stage) => {
    const from = to;
    to += length;
    return length === 0 ? [] : [{ from, to, devices: [devices[stage]], share: "split" as const }];
  });
}

/** Bandwidth of the slowest link between any of the devices; infinite where there is none. */
export function slowestBytesPerUs({ cluster }: Scenario, devices: readonly number[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const from of devices) {
    const row = cluster.routes[from];
    for (const to of devices)
      for (const link of row[to]) least = Math.min(least, cluster.links[link].bytesPerUs);
  }
  return least;
}

/**
 * Bandwidth between each of the devices and the host's memory while all send at once, of the
 * slowest; 0 without a host.
 */
export function hostBytesPerUs({ cluster }: Scenario, devices: readonly number[]): number {
  const host = cluster.devices.findIndex(isCpu);
  if (host === -1) return 0;
  const routes = devices.flatMap((d) => [cluster.routes[d][host], cluster.routes[host][d]]);
  const users = new Map<number, number>();
  for (const link of routes.flat()) users.set(link, (users.get(link) ?? 0) + 1);
  return [...users].reduce(
    (least, [link, count]) => Math.min(least, cluster.links[link].bytesPerUs / count),
    Number.POSITIVE_INFINITY,
  );
}
