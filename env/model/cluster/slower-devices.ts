/**
 * A scenario whose named devices run at a share of their speed. All else is the same: names, links,
 * memories and which device may run which op. It stands for a machine that is slower than the one
 * that a plan was made for.
 *
 * Measured times are kept by kind of device. A slow device with measured times is therefore of a
 * kind of its own.
 */
import { createScenario } from "../create-scenario.ts";
import { InputError } from "../errors.ts";
import { ANY_KIND, type OpGraph } from "../graph/graph.ts";
import type { Scenario } from "../scenario.ts";
import { notKnown } from "../suggest.ts";
import { type Device, isCpu } from "./cluster.ts";

/** Share of its speed, above 0 and at most 1, by the name of the device. */
export type DeviceSpeeds = Readonly<Record<string, number>>;

export function withSlowerDevices(scenario: Scenario, speeds: DeviceSpeeds): Scenario {
  const { cluster } = scenario;
  checkSpeeds(cluster.devices, speeds);
  let { graph } = scenario;
  const devices = cluster.devices.map((device) => {
    const speed = speeds[device.name] ?? 1;
    if (speed === 1) return device;
    const slow = slowed(device, speed);
    if (!graph.measuredUs.has(device.kind) && !graph.measuredUs.has(ANY_KIND)) return slow;
    if (isCpu(device))
      throw new InputError(
        `Device "${device.name}" has measured times, so its speed cannot be changed; name an accelerator.`,
      );
    const kind = `${device.kind} ${device.name} at ${speed}`;
    graph = withKind(graph, device.kind, kind, speed);
    return { ...slow, kind };
  });
  return createScenario({ ...scenario, graph, cluster: { ...cluster, devices } });
}

function checkSpeeds(devices: readonly Device[], speeds: DeviceSpeeds): void {
  const names = devices.map(({ name }) => name);
  for (const [name, speed] of Object.entries(speeds)) {
    if (!names.includes(name)) throw new InputError(notKnown("Device", name, names));
    if (!(speed > 0 && speed <= 1))
      throw new InputError(
        `The speed of device "${name}" is ${speed}, expected a share above 0 and at most 1.`,
      );
  }
}

const slowed = (device: Device, speed: number): Device => ({
  ...device,
  flopsPerUs: Object.fromEntries(
    Object.entries(device.flopsPerUs).map(([dtype, flops]) => [dtype, flops * speed]),
  ),
  memoryBytesPerUs: device.memoryBytesPerUs * speed,
  launchUs: device.launchUs / speed,
});

/** The graph with a kind more, which can do what `from` can, at a share of its speed. */
function withKind(graph: OpGraph, from: string, kind: string, speed: number): OpGraph {
  const measured = graph.measuredUs.get(from);
  const anywhere = graph.measuredUs.get(ANY_KIND);
  const timeOf = (v: number) => {
    const own = measured?.[v] ?? Number.NaN;
    return (Number.isNaN(own) ? (anywhere?.[v] ?? Number.NaN) : own) / speed;
  };
  const times = Float64Array.from({ length: graph.opCount }, (_, v) => timeOf(v));
  return {
    ...graph,
    measuredUs: new Map([...graph.measuredUs, [kind, times]]),
    supportedKinds: graph.supportedKinds.map((kinds) => (kinds?.includes(from) ? [...kinds, kind] : kinds)),
  };
}
