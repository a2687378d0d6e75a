/**
 * The turns of transfers under `transferOrder: "plan"`: on each link the transfer goes first whose
 * consumer the plan puts first, then the one whose producer it puts first, then by tensor. A
 * transfer that serves several consumers goes with the first of them.
 *
 * Pre: cut-through routing, so that a transfer stands in all of its lines at once. Twin:
 * reference-turns.ts.
 */
import { type Compiled, NO_SLOT } from "./compile.ts";
import { longestRoute } from "./kernel/start.ts";

/**
 * What the kernel reads. A transfer has the number of the first dependency, as declared, that it
 * serves.
 */
export interface Turns {
  /**
   * How many things each transfer waits for: its producer, and one for each link with a transfer
   * before it.
   */
  readonly waits: Int32Array;
  /**
   * The transfer behind it on each link of its route, -1 for none, shape [dependencies x links of
   * the longest route].
   */
  readonly next: Int32Array;
}

export interface OrderedPlan {
  readonly device: Int32Array;
  /** Position of each op in the plan's order. */
  readonly opRank: Int32Array;
}

export function takeTurns(compiled: Compiled, plan: OrderedPlan, { waits, next }: Turns): void {
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
  next.fill(-1);
  // Where in `next` the last transfer of each link so far names the one behind it.
  const lineEnd = new Int32Array(linkCount).fill(-1);
  for (const transfer of transfers) {
    const pair = device[slotProducer[depSlot[transfer]]] * deviceCount + device[depConsumer[transfer]];
    waits[transfer] = 1;
    for (let i = routeStart[pair]; i < routeStart[pair + 1]; i++) {
      const link = routeLink[i];
      if (lineEnd[link] !== -1) {
        next[lineEnd[link]] = transfer;
        waits[transfer]++;
      }
      lineEnd[link] = transfer * width + i - routeStart[pair];
    }
  }
}

/** The transfers of a placement, and for each the least rank of the consumers that it serves. */
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
