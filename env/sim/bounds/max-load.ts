/**
 * Certified lower bounds on max load. One is the work divided over the devices, with and without
 * their memory. The other is about ops that share a device because their separation would cost more
 * in transfers than it saves.
 */
import { isCpu, weightLimitBytes } from "../../model/cluster/cluster.ts";
import { dataConsumers, transferTimesUs } from "../../model/cluster/output-transfers.ts";
import { runTimesUs } from "../../model/cluster/speed.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { Bound } from "../evaluator/contract.ts";
import { PLACEMENTS, roundingFor } from "./best.ts";
import { inseparableUs, type Pairs } from "./makespan/inseparable.ts";
import { memoryWorkUs } from "./memory-work.ts";
import { largestUnitUs, type Units, unitsOf } from "./units.ts";
import { workBound } from "./work-bound.ts";

export function maxLoadBounds(scenario: Scenario): Bound[] {
  const units = weightUnits(scenario);
  const memoryUs = memoryWorkUs(units);
  const roundedDown = roundingFor(units.opUs, transferTimesUs(scenario.graph, scenario.cluster));
  const bounds: Bound[] = [
    {
      argument: "work",
      covers: PLACEMENTS,
      value: roundedDown(workBound(units.unitUs, units.machines).valueUs),
    },
    { argument: "largest unit", covers: PLACEMENTS, value: roundedDown(largestUnitUs(units)) },
    ...(memoryUs === null
      ? []
      : [{ argument: "work within memory", covers: PLACEMENTS, value: roundedDown(memoryUs) }]),
    {
      argument: "inseparable ops",
      covers: PLACEMENTS,
      value: roundedDown(inseparableUs(units, apart(scenario, units))),
    },
  ];
  return bounds.filter(({ value }) => value !== Number.POSITIVE_INFINITY);
}

/**
 * Units under the memory rule of weight-memory.ts, with CPUs and accelerators as different labels.
 */
export function weightUnits({ graph, cluster, ...rest }: Scenario): Units {
  return unitsOf(
    { graph, cluster, ...rest },
    {
      occupiedUs: runTimesUs(graph, cluster),
      opBytes: graph.parameterBytes,
      limitBytes: Float64Array.from(cluster.devices, weightLimitBytes),
      label: cluster.devices.map(isCpu),
    },
  );
}

/**
 * Producer and consumer on two devices: the larger load of the two, with the transfer where the
 * device pays for it.
 */
function apart(scenario: Scenario, units: Units): Pairs {
  const { cluster, graph } = scenario;
  const { typeCount, unitUs, unitOf, machines, deviceOf } = units;
  const transferUs = transferTimesUs(graph, cluster);
  const paid = Array.from(deviceOf, (d) => (isCpu(cluster.devices[d]) ? 0 : 1));
  const consumers = dataConsumers(scenario);
  const a = new Int32Array(consumers.op.length);
  for (let u = 0; u < graph.opCount; u++) a.fill(u, consumers.start[u], consumers.start[u + 1]);
  const apartUs = Float64Array.from(consumers.op, (v, i) => {
    let least = Number.POSITIVE_INFINITY;
    for (let from = 0; from < typeCount; from++)
      for (let to = 0; to < typeCount; to++) {
        if (from === to && machines[from] === 1) continue;
        const sender = unitUs[unitOf[a[i]] * typeCount + from] + paid[from] * transferUs[a[i]];
        const receiver = unitUs[unitOf[v] * typeCount + to] + paid[to] * transferUs[a[i]];
        least = Math.min(least, Math.max(sender, receiver));
      }
    return unitOf[a[i]] === unitOf[v] ? 0 : least;
  });
  return { a, b: consumers.op, apartUs };
}
