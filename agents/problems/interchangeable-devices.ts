/**
 * Which devices of a scenario are interchangeable, and which one of several equivalent placements a
 * search looks at: the first in lexicographic order.
 *
 * A permutation of the devices makes them interchangeable if every op takes as long and every
 * device holds as much. Every route must also cross equally fast links in the same order, and links
 * that routes share must stay shared.
 *
 * The engine makes the same schedule of two placements that such a permutation turns into each
 * other, with one exception. At one instant, devices and links take turns by number. That matters
 * where what they start ends at the same instant. Where this can be, `leaves` gives every placement
 * of the class, not only the first.
 */

import { isCpu } from "../../env/model/cluster/cluster.ts";
import { deviceTypes } from "../../env/model/cluster/device-types.ts";
import type { Compiled } from "../../env/sim/engine/compile.ts";

export interface InterchangeableDevices {
  /** Permutations of the devices, without the identity. */
  readonly permutations: readonly Int32Array[];
  /** Judges placements that place groups in this order. */
  leaderOf(order: readonly number[]): Leader;
  /** The placements that a complete one stands for. The array is reused. */
  leaves(groupDevice: Int32Array): Iterable<Int32Array>;
}

export interface Leader {
  /**
   * False where a permutation makes the placement of the first `depth + 1` groups come earlier.
   * Pre: the call for the groups before had the same devices.
   */
  mayTake(groupDevice: Int32Array, depth: number): boolean;
}

/** More devices have too many permutations to try; no symmetry is used there. */
const MOST_DEVICES = 7;

export function interchangeableDevices(compiled: Compiled): InterchangeableDevices {
  const { deviceCount } = compiled;
  const permutations = deviceCount > MOST_DEVICES ? [] : permutationsOf(compiled);
  const alone = isBlindToNumbers(compiled);
  return {
    permutations,
    leaderOf: (order) => leaderOf(permutations, order),
    *leaves(groupDevice) {
      yield groupDevice;
      if (alone) return;
      const seen = new Set([groupDevice.join()]);
      for (const permutation of permutations) {
        const leaf = groupDevice.map((d) => permutation[d]);
        const name = leaf.join();
        if (seen.has(name)) continue;
        seen.add(name);
        yield leaf;
      }
    },
  };
}

function leaderOf(permutations: readonly Int32Array[], order: readonly number[]): Leader {
  // open[depth]: permutations that have not changed any of the groups before.
  const open: (readonly Int32Array[])[] = [permutations];
  return {
    mayTake(groupDevice, depth) {
      const device = groupDevice[order[depth]];
      const kept: Int32Array[] = [];
      for (const permutation of open[depth]) {
        if (permutation[device] < device) return false;
        if (permutation[device] === device) kept.push(permutation);
      }
      open[depth + 1] = kept;
      return true;
    },
  };
}

/** All permutations but the identity, built device by device while the types are equal. */
function permutationsOf(compiled: Compiled): Int32Array[] {
  const { deviceCount } = compiled;
  const typeOf = typesOf(compiled);
  const image = new Int32Array(deviceCount).fill(-1);
  const found: Int32Array[] = [];
  const extend = (d: number): void => {
    if (d === deviceCount) {
      if (image.some((to, from) => to !== from) && routesMatch(compiled, image)) found.push(image.slice());
      return;
    }
    for (let to = 0; to < deviceCount; to++) {
      if (typeOf[d] !== typeOf[to] || image.subarray(0, d).includes(to)) continue;
      image[d] = to;
      extend(d + 1);
    }
    image[d] = -1;
  };
  extend(0);
  return found;
}

function typesOf({ scenario, runUs, deviceCount }: Compiled): Int32Array {
  const { devices } = scenario.cluster;
  const bytes = devices.map((device) => device.memoryBytes);
  const isCpuDevice = devices.map((device) => Number(isCpu(device)));
  return deviceTypes(deviceCount, [bytes, isCpuDevice, runUs]).typeOf;
}

/** Is there one renaming of the links that maps every route to that of the image devices? */
function routesMatch(compiled: Compiled, image: Int32Array): boolean {
  const { deviceCount, routeStart, routeLink, linkCount, linkBytesPerUs, linkLatencyUs } = compiled;
  const linkImage = new Int32Array(linkCount).fill(-1);
  const linkOrigin = new Int32Array(linkCount).fill(-1);
  for (let a = 0; a < deviceCount; a++)
    for (let b = 0; b < deviceCount; b++) {
      const from = routeStart[a * deviceCount + b];
      const to = routeStart[image[a] * deviceCount + image[b]];
      const length = routeStart[a * deviceCount + b + 1] - from;
      if (routeStart[image[a] * deviceCount + image[b] + 1] - to !== length) return false;
      for (let i = 0; i < length; i++) {
        const link = routeLink[from + i];
        const other = routeLink[to + i];
        if (linkImage[link] === -1 && linkOrigin[other] === -1) {
          linkImage[link] = other;
          linkOrigin[other] = link;
        }
        if (linkImage[link] !== other || linkOrigin[other] !== link) return false;
        if (linkBytesPerUs[link] !== linkBytesPerUs[other] || linkLatencyUs[link] !== linkLatencyUs[other])
          return false;
      }
    }
  return true;
}

/**
 * Is no schedule dependent on the numbers of devices and links? The engine uses them in three ways:
 *
 *   - ties between devices and links that start something, which matter only where that takes no
 *     time;
 *   - ties between arrivals of one producer over two links, which matter only where both continue
 *     over one link;
 *   - the order in which shares of speed are added up.
 */
function isBlindToNumbers(compiled: Compiled): boolean {
  const { scenario, fidelity, runUs, slotBytes } = compiled;
  if (scenario.objective === "max-load") return true;
  if (scenario.objective === "latency" || fidelity.contention === "fair") return false;
  return runUs.every((us) => us > 0) && slotBytes.every((bytes) => bytes > 0) && routesAreTrees(compiled);
}

/** From one device, does every link have one link before it on all routes? */
function routesAreTrees({ deviceCount, routeStart, routeLink, linkCount }: Compiled): boolean {
  const START = -2;
  for (let a = 0; a < deviceCount; a++) {
    const before = new Int32Array(linkCount).fill(-1);
    for (let b = 0; b < deviceCount; b++) {
      let previous = START;
      for (let i = routeStart[a * deviceCount + b]; i < routeStart[a * deviceCount + b + 1]; i++) {
        const link = routeLink[i];
        if (before[link] === -1) before[link] = previous;
        if (before[link] !== previous) return false;
        previous = link;
      }
    }
  }
  return true;
}
