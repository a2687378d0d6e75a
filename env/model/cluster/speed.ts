/**
 * How long an op runs on a device: measured for the device's kind, else measured for any kind, else
 * the roofline
 *
 *   launchUs + max(flops / (flopsPerUs x efficiency), bytesTouched / memoryBytesPerUs)
 *
 * with `launchUs` only for ops that do any work. A measured time includes the launch and is not
 * changed. An op that has measured times but neither FLOP nor bytes cannot run on a kind without a
 * time.
 */

import { ANY_KIND, type OpGraph } from "../graph/graph.ts";
import { runsOnKind } from "../graph/support.ts";
import type { Cluster, Device } from "./cluster.ts";

/**
 * Run times in us, shape [opCount x deviceCount]; `Infinity` where the device cannot run the op.
 */
export function runTimesUs(graph: OpGraph, { devices }: Cluster): Float64Array {
  const times = new Float64Array(graph.opCount * devices.length);
  const { columnOf, first } = equalDevices(devices);
  const columns = first.map((device) => deviceTimesUs(graph, device));
  let at = 0;
  for (let v = 0; v < graph.opCount; v++)
    for (let d = 0; d < devices.length; d++) times[at++] = columns[columnOf[d]][v];
  return times;
}

function deviceTimesUs(graph: OpGraph, device: Device): Float64Array {
  const measured = graph.measuredUs.get(device.kind);
  const anywhere = graph.measuredUs.get(ANY_KIND);
  return Float64Array.from({ length: graph.opCount }, (_, v) =>
    runsOnKind(graph, v, device.kind)
      ? (firstNumber(measured?.[v], anywhere?.[v]) ?? rooflineUs(graph, device, v))
      : Number.POSITIVE_INFINITY,
  );
}

/** Devices that differ in names alone have equal times; a large cluster has few others. */
function equalDevices(devices: readonly Device[]) {
  const columns = new Map<string, number>();
  const first: Device[] = [];
  const columnOf = Int32Array.from(devices, ({ name: _, ...device }, d) => {
    const key = JSON.stringify(device);
    if (!columns.has(key)) columns.set(key, first.push(devices[d]) - 1);
    return columns.get(key)!;
  });
  return { columnOf, first };
}

/** What the roofline asks of ops. */
export interface WorkColumns extends Pick<OpGraph, "dtype" | "types"> {
  readonly flops: ArrayLike<number>;
  readonly bytesTouched: ArrayLike<number>;
}

/** Roofline time of op v in us. */
export function rooflineUs(graph: WorkColumns, device: Device, v: number): number {
  if (graph.flops[v] === 0 && graph.bytesTouched[v] === 0) return 0;
  const share = device.efficiency?.[graph.types[v]] ?? device.efficiency?.["*"] ?? 1;
  const computeUs = graph.flops[v] === 0 ? 0 : graph.flops[v] / (device.flopsPerUs[graph.dtype] * share);
  return device.launchUs + Math.max(computeUs, graph.bytesTouched[v] / device.memoryBytesPerUs);
}

function firstNumber(...candidates: (number | undefined)[]): number | undefined {
  return candidates.find((value) => value !== undefined && !Number.isNaN(value));
}
