/** The events of the slow reference: an unsorted list, and the order in which events happen. */

export interface Event {
  readonly timeUs: number;
  /** 0 release, 1 link, 2 device, 3 end of a transfer that shares links. */
  readonly kind: number;
  /** Order among events of one time and kind. */
  readonly key: readonly number[];
  run(nowUs: number): void;
}

/**
 * Takes the event that comes first among the listed ones and `others`; undefined without events.
 */
export function takeFirst(events: Event[], others: readonly Event[]): Event | undefined {
  const pending = [...events, ...others];
  if (pending.length === 0) return undefined;
  const first = pending.reduce((least, event) => (precedes(event, least) ? event : least));
  if (events.includes(first)) events.splice(events.indexOf(first), 1);
  return first;
}

function precedes(a: Event, b: Event): boolean {
  if (a.timeUs !== b.timeUs) return a.timeUs < b.timeUs;
  if (a.kind !== b.kind) return a.kind < b.kind;
  for (let i = 0; i < Math.max(a.key.length, b.key.length); i++)
    if (a.key[i] !== b.key[i]) return a.key[i] < b.key[i];
  return false;
}

/** Rank of each name in the order that breaks ties. */
export function rankOf(names: readonly string[], tieBreak: "id" | "name"): number[] {
  if (tieBreak === "id") return names.map((_, i) => i);
  const sorted = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return names.map((name) => sorted.indexOf(name));
}
