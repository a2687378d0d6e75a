/**
 * The transfers of a timeline as journeys: which tensor went where, over which hops, for which
 * consumers.
 *
 * The engine logs hops one by one, each with the number of its transfer. That is the number of the
 * first dependency, in declared order, that the transfer serves.
 *
 * Pre: the timeline belongs to the compiled scenario. Post: every logged hop belongs to exactly one
 * journey.
 */
import { type Compiled, NO_SLOT } from "../../engine/compile.ts";
import type { TransferRecord } from "../../engine/engine.ts";
import type { Timeline } from "../timeline.ts";

export interface Journey {
  /** Number of the first dependency that it serves, as the engine numbers transfers. */
  readonly transfer: number;
  readonly producer: number;
  readonly bytes: number;
  /** Ops that wait for it, ascending. An op that uses a tensor twice is listed twice. */
  readonly consumers: readonly number[];
  /** In crossing order. */
  readonly hops: readonly TransferRecord[];
}

interface OpenJourney extends Journey {
  readonly consumers: number[];
  readonly hops: TransferRecord[];
}

export function journeysOf(compiled: Compiled, timeline: Pick<Timeline, "device" | "transfers">): Journey[] {
  const journeys = announced(compiled, timeline.device);
  const numbered = new Map(journeys.map((journey) => [journey.transfer, journey]));
  for (const hop of timeline.transfers) numbered.get(hop.transfer)?.hops.push(hop);
  return journeys;
}

/** What every op has to send under the placement, in the order in which the engine sends it. */
function announced(compiled: Compiled, device: Int32Array): OpenJourney[] {
  const { depStart, depConsumer, depSlot, slotBytes, opCount } = compiled;
  const journeys: OpenJourney[] = [];
  for (let producer = 0; producer < opCount; producer++) {
    const open = new Map<string, OpenJourney>();
    for (let i = depStart[producer]; i < depStart[producer + 1]; i++) {
      const [consumer, slot] = [depConsumer[i], depSlot[i]];
      const to = device[consumer];
      if (slot === NO_SLOT || to === device[producer]) continue;
      const shared = sharedBy(compiled, i, slot, to);
      const known = open.get(shared);
      if (known !== undefined) {
        known.consumers.push(consumer);
        continue;
      }
      const bytes = slotBytes[slot];
      const journey: OpenJourney = { transfer: i, producer, bytes, consumers: [consumer], hops: [] };
      open.set(shared, journey);
      journeys.push(journey);
    }
  }
  return journeys;
}

/** Key of a dependency: one transfer serves all dependencies of one producer with the same key. */
function sharedBy({ fidelity }: Compiled, dependency: number, slot: number, to: number): string {
  if (fidelity.multicast === "free") return `${slot}`;
  return fidelity.multicast === "per-device" ? `${slot}>${to}` : `${dependency}`;
}
