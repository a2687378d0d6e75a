/**
 * The transfers of a timeline told as journeys: which tensor went where, over which hops, for whose sake.
 *
 * The engine logs hops one by one. Which of them belong together follows from the rules by which it sends: an op that ends
 * sends its tensors in the order in which its dependencies are declared, each along its route, and hops of one transfer
 * queue up one after the other.
 *
 * Pre: the timeline is one of the compiled scenario. Post: every logged hop belongs to exactly one journey.
 */
import { type Compiled, NO_SLOT } from "../compile.ts";
import type { TransferRecord } from "../engine.ts";
import type { Timeline } from "../timeline.ts";

export interface Journey {
  /** Number of the first dependency that it serves, as the engine numbers transfers. */
  readonly transfer: number;
  readonly producer: number;
  readonly bytes: number;
  /** Ops that wait for it, ascending; some twice where they use a tensor twice. */
  readonly consumers: readonly number[];
  /** In crossing order. */
  readonly hops: readonly TransferRecord[];
}

interface OpenJourney extends Journey {
  readonly consumers: number[];
  readonly hops: TransferRecord[];
  readonly route: Int32Array;
}

export function journeysOf(compiled: Compiled, timeline: Timeline): Journey[] {
  const journeys = announced(compiled, timeline.device);
  const senders = new Map<string, OpenJourney[]>();
  for (const journey of journeys) {
    append(senders, keyOf(journey.producer, journey.bytes, journey.route[0]), journey);
  }
  const under = new Map<string, OpenJourney[]>();
  // A route may cross one link twice. Stored and forwarded, all journeys of an op set out before any goes on.
  const order = compiled.fidelity.routing === "cut-through" ? [under, senders] : [senders, under];
  for (const hop of timeline.transfers) {
    const open = takeFirst(order[0], hop) ?? takeFirst(order[1], hop);
    if (open === undefined)
      throw new Error(`Op ${hop.producer} sent ${hop.bytes} bytes over link ${hop.link} for nobody.`);
    open.hops.push(hop);
    const next = open.route[open.hops.length];
    if (next !== undefined) append(under, keyOf(hop.producer, hop.bytes, next), open);
  }
  return journeys;
}

/** What every op has to send under the placement, in the order in which the engine sends it. */
function announced(compiled: Compiled, device: Int32Array): OpenJourney[] {
  const { depStart, depConsumer, depSlot, slotBytes, opCount, deviceCount, routeStart, routeLink } = compiled;
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
      const pair = device[producer] * deviceCount + to;
      const journey: OpenJourney = {
        transfer: i,
        producer,
        bytes: slotBytes[slot],
        consumers: [consumer],
        hops: [],
        route: routeLink.subarray(routeStart[pair], routeStart[pair + 1]),
      };
      open.set(shared, journey);
      journeys.push(journey);
    }
  }
  return journeys;
}

/** Dependencies of one producer with the same key are served by one transfer. */
function sharedBy({ fidelity }: Compiled, dependency: number, slot: number, to: number): string {
  if (fidelity.multicast === "free") return `${slot}`;
  return fidelity.multicast === "per-device" ? `${slot}>${to}` : `${dependency}`;
}

const keyOf = (producer: number, bytes: number, link: number): string => `${producer} ${bytes} ${link}`;

function append(map: Map<string, OpenJourney[]>, key: string, journey: OpenJourney): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [journey]);
  else list.push(journey);
}

/** The journey that has waited longest for such a hop; equal ones of one producer are served in order. */
function takeFirst(
  waiting: ReadonlyMap<string, OpenJourney[]>,
  { producer, bytes, link }: TransferRecord,
): OpenJourney | undefined {
  return waiting.get(keyOf(producer, bytes, link))?.shift();
}
