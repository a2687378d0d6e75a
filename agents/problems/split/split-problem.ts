/**
 * `SplitProblem`: the max-load problem of a scenario as the exact methods see it: elements to
 * place, types of equal devices, and nets. The formula is that of env/sim/objectives/max-load.ts.
 * Transfers are always those of the original ops.
 *
 * A net is an op's output: its transfer time and the elements of the op and of all its consumers.
 * An accelerator pays for the net exactly when it holds some of these elements but not all. With
 * the op it sends, without the op it receives.
 */

import { isCpu } from "../../../env/model/cluster/cluster.ts";
import { deviceTypes } from "../../../env/model/cluster/device-types.ts";
import { dataConsumers, transferTimesUs } from "../../../env/model/cluster/output-transfers.ts";
import { runTimesUs } from "../../../env/model/cluster/speed.ts";
import type { Elements } from "../../../env/model/layers/elements.ts";
import type { Scenario } from "../../../env/model/scenario.ts";

/** Devices that are interchangeable: the same times, memory limit and part in transfers. */
export interface DeviceType {
  readonly devices: readonly number[];
  readonly paysTransfers: boolean;
  readonly memoryBytes: number;
}

export interface SplitProblem {
  readonly scenario: Scenario;
  readonly elements: Elements;
  readonly types: readonly DeviceType[];
  /**
   * Run time of each element on each type in us, shape [elements x types]; `Infinity` where
   * unsupported.
   */
  readonly timeUs: Float64Array;
  readonly memoryBytes: Float64Array;
  readonly nets: Nets;
}

export interface Nets {
  readonly count: number;
  readonly transferUs: Float64Array;
  /** Element of the op that sends. */
  readonly owner: Int32Array;
  /** Elements of net h: pins[pinStart[h] .. pinStart[h + 1]), the owner first, at least two. */
  readonly pinStart: Int32Array;
  readonly pins: Int32Array;
  /** Nets of element v: ofElement[elementStart[v] .. elementStart[v + 1]). */
  readonly elementStart: Int32Array;
  readonly ofElement: Int32Array;
}

export function splitProblem(scenario: Scenario, elements: Elements): SplitProblem {
  const { graph, cluster } = scenario;
  const runUs = runTimesUs(graph, cluster);
  const types = splitTypes(scenario, runUs);
  const deviceCount = cluster.devices.length;
  const timeUs = new Float64Array(elements.count * types.length);
  const memoryBytes = new Float64Array(elements.count);
  for (let v = 0; v < graph.opCount; v++) {
    memoryBytes[elements.of[v]] += graph.parameterBytes[v];
    types.forEach(({ devices }, type) => {
      timeUs[elements.of[v] * types.length + type] += runUs[v * deviceCount + devices[0]];
    });
  }
  return { scenario, elements, types, timeUs, memoryBytes, nets: netsOf(scenario, elements) };
}

/**
 * The same problem where merged idle ops (elements.ts) have no weights and take no time. No split
 * of the original ops is below its optimum.
 */
export function withoutMergedIdle(problem: SplitProblem): SplitProblem {
  const { scenario, elements, types } = problem;
  const runUs = runTimesUs(scenario.graph, scenario.cluster);
  const deviceCount = scenario.cluster.devices.length;
  const timeUs = new Float64Array(problem.timeUs.length);
  const memoryBytes = new Float64Array(elements.count);
  elements.of.forEach((element, v) => {
    if (elements.mergedIdle[v]) return;
    memoryBytes[element] += scenario.graph.parameterBytes[v];
    types.forEach(({ devices }, type) => {
      timeUs[element * types.length + type] += runUs[v * deviceCount + devices[0]];
    });
  });
  return { ...problem, timeUs, memoryBytes };
}

/** The same problem without types whose memory limit the weights of an element alone exceed. */
export function withoutMisfits(problem: SplitProblem): SplitProblem {
  const { types, memoryBytes } = problem;
  const timeUs = problem.timeUs.map((us, i) =>
    memoryBytes[Math.floor(i / types.length)] > types[i % types.length].memoryBytes
      ? Number.POSITIVE_INFINITY
      : us,
  );
  return { ...problem, timeUs };
}

function splitTypes({ cluster: { devices } }: Scenario, runUs: Float64Array): DeviceType[] {
  const paysTransfers = devices.map((device) => !isCpu(device));
  const memoryBytes = devices.map((device) =>
    isCpu(device) ? Number.POSITIVE_INFINITY : device.memoryBytes,
  );
  const { typeOf, first } = deviceTypes(devices.length, [paysTransfers, memoryBytes, runUs]);
  return first.map((d, type) => ({
    devices: [...devices.keys()].filter((other) => typeOf[other] === type),
    paysTransfers: paysTransfers[d],
    memoryBytes: memoryBytes[d],
  }));
}

/** Nets that span at least two elements and take time; equal ones are added up. */
function netsOf(scenario: Scenario, elements: Elements): Nets {
  const { graph, cluster } = scenario;
  const transferUs = transferTimesUs(graph, cluster);
  const consumers = dataConsumers(scenario);
  const byPins = new Map<string, { us: number; pins: number[] }>();
  for (let u = 0; u < graph.opCount; u++) {
    if (transferUs[u] === 0) continue;
    const owner = elements.of[u];
    const used = new Set<number>();
    for (let i = consumers.start[u]; i < consumers.start[u + 1]; i++) used.add(elements.of[consumers.op[i]]);
    used.delete(owner);
    if (used.size === 0) continue;
    const pins = [owner, ...[...used].sort((a, b) => a - b)];
    const known = byPins.get(pins.join());
    if (known) known.us += transferUs[u];
    else byPins.set(pins.join(), { us: transferUs[u], pins });
  }

  const nets = [...byPins.values()];
  const pinStart = new Int32Array(nets.length + 1);
  const elementStart = new Int32Array(elements.count + 1);
  nets.forEach(({ pins }, h) => {
    pinStart[h + 1] = pinStart[h] + pins.length;
    for (const element of pins) elementStart[element + 1]++;
  });
  for (let v = 0; v < elements.count; v++) elementStart[v + 1] += elementStart[v];
  const ofElement = new Int32Array(pinStart[nets.length]);
  const next = elementStart.slice(0, elements.count);
  nets.forEach(({ pins }, h) => {
    for (const element of pins) ofElement[next[element]++] = h;
  });
  return {
    count: nets.length,
    transferUs: Float64Array.from(nets, (net) => net.us),
    owner: Int32Array.from(nets, (net) => net.pins[0]),
    pinStart,
    pins: Int32Array.from(nets.flatMap((net) => net.pins)),
    elementStart,
    ofElement,
  };
}
