/**
 * The transfers of a timeline told as journeys: which tensor went where, over which hops, for whose sake.
 *
 * The engine logs hops one by one. Which of them belong together follows from the rules by which it sends: an op that ends
 * sends its tensors in the order in which its dependencies are declared, each along its route. Stored and forwarded, all of them
 * set out before any goes on, and what arrives first goes on first. Cut through, the links of a route are logged together.
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
  /** As the log tells it: -1 where one transfer serves all. */
  readonly to: number;
  readonly route: Int32Array;
}

export function journeysOf(compiled: Compiled, timeline: Timeline): Journey[] {
  const journeys = announced(compiled, timeline.device);
  const open = new Map<string, OpenJourney[]>();
  for (const journey of journeys) {
    const key = keyOf(journey.producer, journey.bytes, journey.to);
    const list = open.get(key);
    if (list === undefined) open.set(key, [journey]);
    else list.push(journey);
  }
  const { transfers } = timeline;
  const take = compiled.fidelity.routing === "cut-through" ? takeRoute : takeHop;
  for (let next = 0; next < transfers.length; ) {
    const { producer, bytes, to } = transfers[next];
    const candidates = open.get(keyOf(producer, bytes, to)) ?? [];
    const taken = take(candidates, transfers, next);
    if (taken === null)
      throw new Error(`Hop ${next} of the log, from op ${producer}, belongs to no transfer.`);
    taken.journey.hops.push(...transfers.slice(next, next + taken.hops));
    next += taken.hops;
    if (taken.journey.hops.length === taken.journey.route.length)
      candidates.splice(candidates.indexOf(taken.journey), 1);
  }
  return journeys;
}

interface Taken {
  readonly journey: OpenJourney;
  readonly hops: number;
}

/** The first journey that has not set out over this link, else of those that wait for it the one that arrived first. */
function takeHop(
  candidates: readonly OpenJourney[],
  log: readonly TransferRecord[],
  at: number,
): Taken | null {
  const waiting = candidates.filter(({ route, hops }) => route[hops.length] === log[at].link);
  const arrivedUs = ({ hops }: OpenJourney) => hops[hops.length - 1]?.endUs ?? Number.NEGATIVE_INFINITY;
  if (waiting.length === 0) return null;
  const journey = waiting.reduce((first, next) => (arrivedUs(next) < arrivedUs(first) ? next : first));
  return { journey, hops: 1 };
}

/** The first journey whose route the log spells out from here; the longest route of several that fit. */
function takeRoute(
  candidates: readonly OpenJourney[],
  log: readonly TransferRecord[],
  at: number,
): Taken | null {
  const { startUs, endUs } = log[at];
  const fits = ({ route }: OpenJourney) =>
    route.every((link, i) => {
      const hop = log[at + i];
      return hop?.link === link && hop.startUs === startUs && hop.endUs === endUs;
    });
  const fitting = candidates.filter(fits);
  if (fitting.length === 0) return null;
  const journey = fitting.reduce((first, next) => (next.route.length > first.route.length ? next : first));
  return { journey, hops: journey.route.length };
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
        to: compiled.fidelity.multicast === "free" ? -1 : to,
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

const keyOf = (producer: number, bytes: number, to: number): string => `${producer} ${bytes} ${to}`;
