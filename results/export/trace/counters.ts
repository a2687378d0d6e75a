/**
 * The counters of a trace over time: the memory of each device, in all and by part, and the number
 * of busy links. Where a device holds more for an instant than before and after, the trace has both
 * levels.
 */

import type { Scenario } from "../../../env/model/scenario.ts";
import { type MemoryStep, memoryPartNames } from "../../../env/sim/timeline/explain/memory-steps.ts";
import { linksOf, type Tasks } from "../../../env/sim/timeline/explain/tasks.ts";
import { CLUSTER, type CounterEvent, onGrid } from "./events.ts";

export function memoryCounters({ cluster }: Scenario, steps: readonly MemoryStep[]): CounterEvent[] {
  const held = new Float64Array(cluster.devices.length);
  return steps.flatMap(({ device, timeUs, highestBytes, bytes }) => {
    const levels = highestBytes > Math.max(held[device], bytes) ? [highestBytes, bytes] : [bytes];
    held[device] = bytes;
    return levels.map((level) => ({
      ph: "C" as const,
      pid: CLUSTER,
      tid: 0,
      name: `memory ${cluster.devices[device].name}`,
      ts: onGrid(timeUs),
      args: { bytes: level },
    }));
  });
}

/** What each device holds from each instant on, by part. Parts that it never holds are left out. */
export function memoryPartCounters({ cluster }: Scenario, steps: readonly MemoryStep[]): CounterEvent[] {
  return cluster.devices.flatMap(({ name }, d) => {
    const own = steps.filter(({ device }) => device === d);
    const held = memoryPartNames.filter((part) => own.some(({ parts }) => parts[part] > 0));
    if (held.length === 0) return [];
    return own.map(({ timeUs, parts }) => ({
      ph: "C" as const,
      pid: CLUSTER,
      tid: 0,
      name: `memory of ${name} by part`,
      ts: onGrid(timeUs),
      args: Object.fromEntries(held.map((part) => [part, parts[part]])),
    }));
  });
}

export const busyLinkCounter = ({ transfers }: Tasks): CounterEvent[] =>
  carriedCounter(
    transfers.flatMap((task) =>
      linksOf(task).map((link) => ({ link, startUs: task.startUs, doneUs: task.doneUs })),
    ),
  );

/** A link that carries something for a while. */
export interface CarriedSpan {
  readonly link: number;
  readonly startUs: number;
  readonly doneUs: number;
}

/** How many links carry something. */
export function carriedCounter(links: readonly CarriedSpan[]): CounterEvent[] {
  const changes = links
    .filter(({ startUs, doneUs }) => doneUs > startUs)
    .flatMap(({ link, startUs, doneUs }) => [
      { timeUs: startUs, link, carried: 1 },
      { timeUs: doneUs, link, carried: -1 },
    ])
    .sort((a, b) => a.timeUs - b.timeUs);
  const carried = new Map<number, number>();
  let busy = 0;
  const levels = new Map<number, number>([[0, 0]]);
  for (const { timeUs, link, carried: change } of changes) {
    const before = carried.get(link) ?? 0;
    carried.set(link, before + change);
    busy += Math.sign(before + change) - Math.sign(before);
    levels.set(onGrid(timeUs), busy);
  }
  return Array.from(levels, ([ts, links]) => ({
    ph: "C" as const,
    pid: CLUSTER,
    tid: 0,
    name: "busy links",
    ts,
    args: { links },
  }));
}
