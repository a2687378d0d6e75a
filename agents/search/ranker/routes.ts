/**
 * How long a tensor travels between two devices on an empty network, as one latency and one time
 * per byte for each pair of devices. The same times as `LinkQueues.routeUs`.
 */
import type { Compiled } from "../../../env/sim/engine/compile.ts";

export interface Routes {
  /** Shape [deviceCount x deviceCount], us; 0 within a device. */
  readonly latencyUs: Float64Array;
  readonly usPerByte: Float64Array;
}

export function routesOf(compiled: Compiled): Routes {
  const { deviceCount, routeStart, routeLink, linkBytesPerUs, linkLatencyUs, fidelity } = compiled;
  const latencyUs = new Float64Array(deviceCount ** 2);
  const usPerByte = new Float64Array(deviceCount ** 2);
  const holdsWholeRoute = fidelity.routing === "cut-through";
  for (let pair = 0; pair < deviceCount ** 2; pair++) {
    for (let i = routeStart[pair]; i < routeStart[pair + 1]; i++) {
      const own = 1 / linkBytesPerUs[routeLink[i]];
      latencyUs[pair] += linkLatencyUs[routeLink[i]];
      usPerByte[pair] = holdsWholeRoute ? Math.max(usPerByte[pair], own) : usPerByte[pair] + own;
    }
  }
  return { latencyUs, usPerByte };
}
