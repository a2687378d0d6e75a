/**
 * Which vectors each round of message passing has to compute, found from the last round to the
 * first. What nobody reads is not computed, forward or backward, and has no place in memory.
 *
 * A unit is a node in all states, or, where single rows are read, a node in one state. The units of
 * a level are numbered by their place in its list.
 */
import type { Incoming } from "./incoming.ts";

export interface Level {
  /** Units whose vectors are known after this round, those that it updates first. */
  readonly units: Int32Array;
  readonly updated: number;
  /** From units of the level before to updated ones, and the same edges turned round. */
  readonly incoming: Incoming;
  readonly outgoing: Incoming;
}

/** All levels, with their lists one behind the other in one array that is copied at once. */
export interface Levels {
  readonly list: readonly Level[];
  readonly lists: Int32Array;
  /** Where the lists of each level begin. */
  readonly at: readonly Lists[];
}

/** Indices into `lists`. */
export interface Lists {
  readonly units: number;
  readonly incoming: EdgeLists;
  readonly outgoing: EdgeLists;
}

interface EdgeLists {
  readonly start: number;
  readonly from: number;
  /** Bits of floats. */
  readonly weight: number;
}

export interface Receivers {
  /** Edges between nodes, by receiver. */
  readonly incoming: Incoming;
  /** Whether nodes without incoming edges keep their start, instead of the update of zeros. */
  readonly quiet: boolean;
}

/** One more than there are rounds: before the first, and after each. */
export function levelsOf(graph: Receivers, read: Int32Array, states: number, rounds: number): Levels {
  const levels: Level[] = [];
  const places = new Int32Array(graph.incoming.rows * states);
  let wanted = read;
  for (let round = rounds; round > 0; round--) {
    const { units, updated } = ordered(graph, wanted, states);
    const before = sendersTo(graph.incoming, units.subarray(0, updated), states, places);
    const sent = ordered(graph, before, states).units;
    levels.unshift({ units, updated, ...edgesBetween(graph.incoming, sent, units, updated, states, places) });
    wanted = before;
  }
  const { units } = ordered(graph, wanted, states);
  return packed([{ units, updated: 0, incoming: NONE, outgoing: NONE }, ...levels]);
}

/** Whether a level has as many units, all of them, in their order. */
export const holdsAll = ({ units }: Level, count: number): boolean =>
  units.length === count && units.every((unit, place) => unit === place);

function packed(list: readonly Level[]): Levels {
  const parts: Int32Array[] = [];
  let length = 0;
  const add = (values: Int32Array | Float32Array): number => {
    parts.push(new Int32Array(values.buffer, values.byteOffset, values.length));
    length += values.length;
    return length - values.length;
  };
  const edges = ({ start, from, weight }: Incoming): EdgeLists => ({
    start: add(start),
    from: add(from),
    weight: add(weight),
  });
  const at = list.map(({ units, incoming, outgoing }) => ({
    units: add(units),
    incoming: edges(incoming),
    outgoing: edges(outgoing),
  }));
  const lists = new Int32Array(length);
  let next = 0;
  for (const part of parts) {
    lists.set(part, next);
    next += part.length;
  }
  return { list, lists, at };
}

const NONE: Incoming = {
  rows: 0,
  start: new Int32Array(1),
  from: new Int32Array(0),
  weight: new Float32Array(0),
};

/** Units that are updated first, else in their order. */
function ordered({ incoming: { start }, quiet }: Receivers, units: Int32Array, states: number) {
  if (!quiet) return { units, updated: units.length };
  const receives = (unit: number) => {
    const node = Math.floor(unit / states);
    return start[node + 1] > start[node];
  };
  const updated = units.filter(receives);
  const list = new Int32Array(units.length);
  list.set(updated);
  list.set(
    units.filter((unit) => !receives(unit)),
    updated.length,
  );
  return { units: list, updated: updated.length };
}

/** In ascending order. */
function sendersTo(
  { start, from }: Incoming,
  units: Int32Array,
  states: number,
  marks: Int32Array,
): Int32Array {
  marks.fill(0);
  let count = 0;
  for (const unit of units) {
    const node = Math.floor(unit / states);
    const state = unit - node * states;
    for (let e = start[node]; e < start[node + 1]; e++) {
      const sender = from[e] * states + state;
      count += 1 - marks[sender];
      marks[sender] = 1;
    }
  }
  const senders = new Int32Array(count);
  for (let unit = 0, i = 0; i < count; unit++) if (marks[unit] === 1) senders[i++] = unit;
  return senders;
}

function edgesBetween(
  { start, from, weight }: Incoming,
  before: Int32Array,
  units: Int32Array,
  updated: number,
  states: number,
  places: Int32Array,
): Pick<Level, "incoming" | "outgoing"> {
  before.forEach((unit, place) => {
    places[unit] = place;
  });
  const starts = new Int32Array(updated + 1);
  const sent = new Int32Array(before.length + 1);
  for (let i = 0; i < updated; i++) {
    const node = Math.floor(units[i] / states);
    starts[i + 1] = starts[i] + start[node + 1] - start[node];
  }
  const size = starts[updated];
  const incoming = { from: new Int32Array(size), weight: new Float32Array(size) };
  const outgoing = { from: new Int32Array(size), weight: new Float32Array(size) };
  for (let i = 0, at = 0; i < updated; i++) {
    const node = Math.floor(units[i] / states);
    const state = units[i] - node * states;
    for (let e = start[node]; e < start[node + 1]; e++, at++) {
      const place = places[from[e] * states + state];
      incoming.from[at] = place;
      incoming.weight[at] = weight[e];
      sent[place + 1]++;
    }
  }
  for (let i = 0; i < before.length; i++) sent[i + 1] += sent[i];
  const next = sent.slice(0, before.length);
  for (let i = 0; i < updated; i++)
    for (let e = starts[i]; e < starts[i + 1]; e++) {
      const at = next[incoming.from[e]]++;
      outgoing.from[at] = i;
      outgoing.weight[at] = incoming.weight[e];
    }
  return {
    incoming: { rows: updated, start: starts, ...incoming },
    outgoing: { rows: before.length, start: sent, ...outgoing },
  };
}
