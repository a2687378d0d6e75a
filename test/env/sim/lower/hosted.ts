/** A machine for tests with a CPU, whose memory takes what plans offload. */
import type { Cluster } from "../../../../env/index.ts";
import { machines } from "./machines.ts";

/** Devices of one machine and their host, which all reach by one shared link each way. */
export function hosted(count: number, bytesPerUs: number, hostSpeed = 1): Cluster {
  const { devices, links, routes, ...rest } = machines([count]);
  const up = links.length;
  const host = { ...devices[0], name: "cpu:0", kind: "cpu", flopsPerUs: { float32: hostSpeed } };
  const link = (name: string) => ({ name, bytesPerUs, latencyUs: 0 });
  return {
    ...rest,
    devices: [...devices, host],
    links: [...links, link("to host"), link("from host")],
    routes: [...routes.map((row) => [...row, [up]]), [...devices.map(() => [up + 1]), []]],
  };
}
