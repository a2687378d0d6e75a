/**
 * What the certificate knows of a scenario: units, kinds of devices, and run times, weights and
 * data edges read from the graph itself. No code is shared with split-problem.ts.
 */

import { isCpu } from "../../../env/model/cluster/cluster.ts";
import { transferTimesUs } from "../../../env/model/cluster/output-transfers.ts";
import { runTimesUs } from "../../../env/model/cluster/speed.ts";
import { CONTROL } from "../../../env/model/graph/graph.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { type PlainUnits, plainUnits } from "./units.ts";

export interface CertificateProblem extends DataEdges {
  readonly units: PlainUnits;
  readonly opsOf: readonly (readonly number[])[];
  /** Direct successors of each unit. */
  readonly after: readonly (readonly number[])[];
  readonly kinds: readonly Kind[];
  /** Run time of each unit on each kind, shape [units x kinds]. */
  readonly kindUs: Float64Array;
  /** The least of them, per unit. */
  readonly leastUs: Float64Array;
  readonly unitBytes: Float64Array;
  /** Time of one transfer of each op's output. */
  readonly transferUs: Float64Array;
}

export interface Kind {
  /** One device of the kind; the others are interchangeable with it. */
  readonly device: number;
  readonly count: number;
  readonly memoryBytes: number;
  readonly paysTransfers: boolean;
}

/** Edges that carry data, per op. */
interface DataEdges {
  /** How many leave each op. */
  readonly users: Int32Array;
  /** The producer of each one that enters an op. */
  readonly inputs: readonly (readonly number[])[];
}

export function certificateProblem(scenario: Scenario): CertificateProblem {
  const { graph, cluster } = scenario;
  const units = plainUnits(scenario);
  const n = units.count;
  const opsOf = Array.from({ length: n }, (): number[] => []);
  units.of.forEach((unit, v) => {
    opsOf[unit].push(v);
  });
  const after = Array.from({ length: n }, (): number[] => []);
  units.before.forEach((list, unit) => {
    for (const first of list) after[first].push(unit);
  });
  const runUs = runTimesUs(graph, cluster);
  const kinds = kindsOfDevices(scenario, runUs);
  const kindUs = Float64Array.from({ length: n * kinds.length }, (_, i) =>
    opsOf[Math.floor(i / kinds.length)].reduce(
      (sum, v) => sum + runUs[v * cluster.devices.length + kinds[i % kinds.length].device],
      0,
    ),
  );
  const leastUs = Float64Array.from({ length: n }, (_, unit) =>
    kinds.reduce((least, _, k) => Math.min(least, kindUs[unit * kinds.length + k]), Number.POSITIVE_INFINITY),
  );
  const unitBytes = Float64Array.from(opsOf, (ops) =>
    ops.reduce((sum, v) => sum + graph.parameterBytes[v], 0),
  );
  const transferUs = transferTimesUs(graph, cluster);
  return { units, opsOf, after, kinds, kindUs, leastUs, unitBytes, transferUs, ...dataEdges(scenario) };
}

function dataEdges({ graph, fidelity }: Scenario): DataEdges {
  const carries = (e: number) => graph.edgeOutput[e] !== CONTROL || fidelity.controlEdges !== "free";
  const users = new Int32Array(graph.opCount);
  const inputs = Array.from({ length: graph.opCount }, (): number[] => []);
  for (let e = 0; e < graph.edgeCount; e++) {
    if (!carries(e)) continue;
    users[graph.edgeSource[e]]++;
    inputs[graph.edgeDestination[e]].push(graph.edgeSource[e]);
  }
  return { users, inputs };
}

function kindsOfDevices({ cluster, graph }: Scenario, runUs: Float64Array): Kind[] {
  const deviceCount = cluster.devices.length;
  const kinds = new Map<string, Kind>();
  cluster.devices.forEach((device, d) => {
    const paysTransfers = !isCpu(device);
    const memoryBytes = paysTransfers ? device.memoryBytes : Number.POSITIVE_INFINITY;
    const times = Array.from({ length: graph.opCount }, (_, v) => runUs[v * deviceCount + d]);
    const name = `${paysTransfers} ${memoryBytes} ${times.join(" ")}`;
    const count = (kinds.get(name)?.count ?? 0) + 1;
    kinds.set(name, { device: kinds.get(name)?.device ?? d, count, memoryBytes, paysTransfers });
  });
  return [...kinds.values()];
}
