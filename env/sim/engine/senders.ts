/**
 * Which transfer brings a tensor to a consumer under a placement, and whether a move changes what a
 * producer sends. A transfer has the number of the first dependency, as declared, that it serves.
 */
import type { Compiled } from "./compile.ts";

/** No transfer brings the tensor: producer and consumer are on one device. */
export const NO_SENDER = -1;

export interface Senders {
  /** The transfer that brings the slot of dependency `need` from `producer` to its consumer. */
  senderOf(placed: Int32Array, producer: number, need: number): number;
  /**
   * Does the producer, which has not moved, send the slot of `need` by the same transfers over the
   * same links as in the recorded placement?
   */
  sendsAlike(recorded: Int32Array, placed: Int32Array, producer: number, need: number): boolean;
}

export function createSenders(compiled: Compiled): Senders {
  const { depStart, depConsumer, depSlot, fidelity } = compiled;

  function senderTo(placed: Int32Array, producer: number, need: number, to: number): number {
    if (to === placed[producer]) return NO_SENDER;
    for (let i = depStart[producer]; i < depStart[producer + 1]; i++)
      if (depSlot[i] === depSlot[need] && placed[depConsumer[i]] === to) return i;
    return NO_SENDER;
  }

  const sendersByMulticast: Record<typeof fidelity.multicast, Senders["senderOf"]> = {
    free: (placed, producer, need) => {
      for (let i = depStart[producer]; i < depStart[producer + 1]; i++)
        if (depSlot[i] === depSlot[need] && placed[depConsumer[i]] !== placed[producer]) return i;
      return NO_SENDER;
    },
    "per-device": (placed, producer, need) => senderTo(placed, producer, need, placed[depConsumer[need]]),
    "per-consumer": (placed, producer, need) =>
      placed[depConsumer[need]] === placed[producer] ? NO_SENDER : need,
  };
  const senderOf = sendersByMulticast[fidelity.multicast];

  /**
   * Are the transfers to the old and to the new device what they were? Also true where the only
   * transfer goes to the other device by the same links.
   */
  function sendsAlikeToDevices(
    recorded: Int32Array,
    placed: Int32Array,
    producer: number,
    need: number,
  ): boolean {
    const [was, is] = [recorded[depConsumer[need]], placed[depConsumer[need]]];
    const wasToOld = senderTo(recorded, producer, need, was);
    const isToOld = senderTo(placed, producer, need, was);
    const wasToNew = senderTo(recorded, producer, need, is);
    const isToNew = senderTo(placed, producer, need, is);
    if (wasToOld === isToOld && wasToNew === isToNew) return true;
    const redirected = wasToOld === isToNew && wasToNew === NO_SENDER && isToOld === NO_SENDER;
    return redirected && isSameRoute(compiled, placed[producer], was, is);
  }

  return {
    senderOf,
    sendsAlike(recorded, placed, producer, need) {
      if (fidelity.multicast === "per-device") return sendsAlikeToDevices(recorded, placed, producer, need);
      const sender = senderOf(recorded, producer, need);
      if (sender !== senderOf(placed, producer, need)) return false;
      const consumer = depConsumer[sender];
      return (
        sender === NO_SENDER || isSameRoute(compiled, placed[producer], recorded[consumer], placed[consumer])
      );
    },
  };
}

/** Do the routes from one device to two others cross the same links? */
function isSameRoute(
  { deviceCount, routeStart, routeLink }: Compiled,
  from: number,
  to: number,
  other: number,
): boolean {
  if (to === other) return true;
  const [a, b] = [from * deviceCount + to, from * deviceCount + other];
  const length = routeStart[a + 1] - routeStart[a];
  if (length !== routeStart[b + 1] - routeStart[b]) return false;
  for (let i = 0; i < length; i++)
    if (routeLink[routeStart[a] + i] !== routeLink[routeStart[b] + i]) return false;
  return true;
}
