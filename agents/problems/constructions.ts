/**
 * Placements that need no search: one device for each group, from the choices alone.
 */
import type { Rng } from "../../env/model/rng.ts";
import type { Choices } from "./choices.ts";

/** Every group on `device`; a group that cannot run there goes to the first device that runs it. */
export function onOneDevice({ legal }: Choices, device: number): Int32Array {
  return Int32Array.from(legal, (devices) => (devices.includes(device) ? device : devices[0]));
}

/**
 * Round robin: the groups in topological order, each on the next device. A group that cannot run
 * there goes to the device after it that can.
 */
export function inTurn({ legal, devices }: Choices): Int32Array {
  return Int32Array.from(legal, (allowed, g) => {
    for (let turn = 0; turn < devices.length; turn++) {
      const device = devices[(g + turn) % devices.length];
      if (allowed.includes(device)) return device;
    }
    return allowed[0];
  });
}

/** A uniformly random legal device for each group. */
export function drawn({ legal }: Choices, rng: Rng): Int32Array {
  return Int32Array.from(legal, (devices) => devices[rng.int(devices.length)]);
}
