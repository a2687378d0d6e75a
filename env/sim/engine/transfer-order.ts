/**
 * The order of transfers under `transferOrder: "plan"`. On each link the first transfer is the one
 * whose consumer comes first in the plan. Equal ones go by the plan's order of producers, then by
 * tensor. A transfer that serves several consumers counts with the first of them.
 *
 * Pre: cut-through routing, so that a transfer waits for all of its links at once. Twin:
 * reference/transfer-order.ts.
 */
import { type Compiled, longestRoute, NO_SLOT } from "./compile.ts";

/**
 * What the kernel reads. A transfer has the number of the first dependency, as declared, that it
 * serves.
 */
export interface TransferOrder {
  /**
   * How many things each transfer waits for: its producer, and for each of its links the transfer
   * before it, if there is one.
   */
  readonly waits: Int32Array;
  /**
   * The transfer behind each transfer on each link of its route, -1 for none, shape [dependencies x
   * links of the longest route].
   */
  readonly followers: Int32Array;
}

export interface OrderedPlan {
  readonly device: Int32Array;
  /** Position of each op in the plan's order. */
  readonly opRank: Int32Array;
}

/** Writes the order of a plan's transfers. */
export function writeTransferOrder(
  compiled: Compiled,
  plan: OrderedPlan,
  { waits, followers }: TransferOrder,
): void {
  const { deviceCount, linkCount, depConsumer, depSlot, slotProducer, routeStart, routeLink } = compiled;
  const { device, opRank } = plan;
  const width = longestRoute(compiled);
  const consumerRank = firstConsumers(compiled, plan);
  const transfers = [...consumerRank.keys()].sort(
    (a, b) =>
      consumerRank.get(a)! - consumerRank.get(b)! ||
      opRank[slotProducer[depSlot[a]]] - opRank[slotProducer[depSlot[b]]] ||
      depSlot[a] - depSlot[b],
  );
  followers.fill(-1);
  // For each link, the entry of `followers` that belongs to its last transfer so far.
  const lastEntry = new Int32Array(linkCount).fill(-1);
  for (const transfer of transfers) {
    const pair = device[slotProducer[depSlot[transfer]]] * deviceCount + device[depConsumer[transfer]];
    waits[transfer] = 1;
    for (let i = routeStart[pair]; i < routeStart[pair + 1]; i++) {
      const link = routeLink[i];
      if (lastEntry[link] !== -1) {
        followers[lastEntry[link]] = transfer;
        waits[transfer]++;
      }
      lastEntry[link] = transfer * width + i - routeStart[pair];
    }
  }
}

/** The transfers of a placement, each with the least rank of the consumers that it serves. */
function firstConsumers(compiled: Compiled, { device, opRank }: OrderedPlan): Map<number, number> {
  const { opCount, deviceCount, depStart, depConsumer, depSlot, fidelity } = compiled;
  const least = new Map<number, number>();
  for (let v = 0; v < opCount; v++) {
    const numberOf = new Map<number, number>();
    for (let i = depStart[v]; i < depStart[v + 1]; i++) {
      const to = device[depConsumer[i]];
      if (to === device[v] || depSlot[i] === NO_SLOT) continue;
      const served = { free: depSlot[i], "per-device": depSlot[i] * deviceCount + to, "per-consumer": i };
      const key = served[fidelity.multicast];
      const transfer = numberOf.get(key) ?? i;
      numberOf.set(key, transfer);
      least.set(transfer, Math.min(least.get(transfer) ?? opCount, opRank[depConsumer[i]]));
    }
  }
  return least;
}
