/**
 * Adaptive Paddle's mapper (Ao et al., arXiv 2112.02752): ranks that exchange most get devices with
 * the best links. The rank that sends most comes first. Then comes, again and again, the one that
 * exchanges most with a rank that has a device. It gets the free device with the best link to that.
 * A plain breadth-first order would give light neighbours of the first rank its best links.
 *
 * The released code sorts neighbours by the lightest first, and a slip skips them all. So it gives
 * out devices as they come: `code`.
 */
import type { ShardingPlan } from "../../../env/model/plan/sharding.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { createShardingRunner } from "../../../env/sim/lower/sharding/run.ts";
import { pairBytesPerUs } from "../../problems/pipeline/machine-levels.ts";

/** Bytes that each rank sends to each other one, [from][to]; one private pass of the engine. */
export function rankTraffic(scenario: Scenario, plan: ShardingPlan): number[][] {
  const { compiled, device } = createShardingRunner(scenario).run(plan);
  const count = scenario.cluster.devices.length;
  const rankOf = new Int32Array(count).fill(-1);
  plan.mesh.devices.forEach((d, rank) => {
    rankOf[d] = rank;
  });
  const bytes = plan.mesh.devices.map(() => new Array<number>(plan.mesh.devices.length).fill(0));
  for (let task = 0; task < compiled.opCount; task++)
    for (let i = compiled.depStart[task]; i < compiled.depStart[task + 1]; i++) {
      const slot = compiled.depSlot[i];
      const [from, to] = [rankOf[device[task] % count], rankOf[device[compiled.depConsumer[i]] % count]];
      if (slot >= 0 && from !== -1 && to !== -1 && from !== to) bytes[from][to] += compiled.slotBytes[slot];
    }
  return bytes;
}

export const mappers = ["paper", "code"] as const;
export type Mapper = (typeof mappers)[number];

/** The device of each rank. */
export function mappedRanks(
  scenario: Scenario,
  traffic: readonly (readonly number[])[],
  devices: readonly number[],
  mapper: Mapper,
): number[] {
  if (mapper === "code") return [...devices];
  const between = traffic.map((row, a) => row.map((bytes, b) => bytes + traffic[b][a]));
  const total = between.map((row) => row.reduce((sum, bytes) => sum + bytes, 0));
  const deviceOf = new Array<number>(traffic.length).fill(-1);
  const free = [...devices];
  for (let left = traffic.length; left > 0; left--) {
    const { from, to } = heaviest(between, deviceOf) ?? { from: -1, to: busiest(total, deviceOf) };
    const speeds = free.map((device) => (from === -1 ? 0 : pairBytesPerUs(scenario, deviceOf[from], device)));
    const [device] = free.splice(speeds.indexOf(Math.max(...speeds)), 1);
    deviceOf[to] = device;
  }
  return deviceOf;
}

/** Of a rank with a device and one without, those that exchange most; null where none do. */
function heaviest(between: readonly (readonly number[])[], deviceOf: readonly number[]) {
  let best: { readonly from: number; readonly to: number } | null = null;
  let most = 0;
  for (const [from, row] of between.entries()) {
    if (deviceOf[from] === -1) continue;
    for (const [to, bytes] of row.entries())
      if (deviceOf[to] === -1 && bytes > most) [best, most] = [{ from, to }, bytes];
  }
  return best;
}

const busiest = (total: readonly number[], deviceOf: readonly number[]): number =>
  [...total.keys()]
    .filter((rank) => deviceOf[rank] === -1)
    .reduce((best, rank) => (total[rank] > total[best] ? rank : best));
