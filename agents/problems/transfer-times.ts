/** Time of a tensor from device to device on an empty network, hop by hop. */
import type { Compiled } from "../../env/sim/engine/compile.ts";

/** One hop of a route: links that a transfer holds all at once. */
export interface Hop {
  readonly links: Int32Array;
  readonly latencyUs: number;
  sendUs(bytes: number): number;
}

export interface TransferTimes {
  /** Hops from device a to device b, at a x deviceCount + b. */
  readonly hops: readonly (readonly Hop[])[];
  /**
   * The least time from each device to each other one, shape [deviceCount x deviceCount]; 0 from a
   * device to itself.
   */
  fromTo(bytes: number): Float64Array;
}

export function transferTimes(compiled: Compiled): TransferTimes {
  const { deviceCount, fidelity } = compiled;
  const hops = Array.from({ length: deviceCount * deviceCount }, (_, pair) => hopsOf(compiled, pair));
  const known = new Map<number, Float64Array>();
  const aloneUs = (pair: number, bytes: number) =>
    hops[pair].reduce((us, hop) => us + hop.sendUs(bytes) + hop.latencyUs, 0);
  return {
    hops,
    fromTo(bytes) {
      const before = known.get(bytes);
      if (before !== undefined) return before;
      const table = Float64Array.from(hops, (_, pair) => aloneUs(pair, bytes));
      if (fidelity.multicast === "free") serveAll(table, deviceCount);
      known.set(bytes, table);
      return table;
    },
  };
}

/** One transfer that serves all consumers may have taken the route to any other device. */
function serveAll(table: Float64Array, deviceCount: number): void {
  for (let a = 0; a < deviceCount; a++) {
    const row = table.subarray(a * deviceCount, (a + 1) * deviceCount);
    const least = row.reduce((us, way, b) => (b === a ? us : Math.min(us, way)), Number.POSITIVE_INFINITY);
    row.forEach((_, b) => {
      if (b !== a) row[b] = least;
    });
  }
}

function hopsOf(compiled: Compiled, pair: number): Hop[] {
  const { routeStart, routeLink, fidelity, linkLatencyUs, linkBytesPerUs } = compiled;
  const route = routeLink.slice(routeStart[pair], routeStart[pair + 1]);
  if (route.length === 0) return [];
  const legs =
    fidelity.routing === "cut-through" ? [route] : Array.from(route, (link) => Int32Array.of(link));
  return legs.map((links) => ({
    links,
    latencyUs: links.reduce((us, link) => us + linkLatencyUs[link], 0),
    sendUs: (bytes) => links.reduce((us, link) => Math.max(us, bytes / linkBytesPerUs[link]), 0),
  }));
}
