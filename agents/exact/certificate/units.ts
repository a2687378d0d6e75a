/**
 * The units that a contiguous split may not divide, found the plain way for the certificate. No
 * code is shared with elements.ts.
 *
 * Ops of one co-location class, and of one cycle of the forward order, are one unit. The order is
 * that of the edges between forward ops. A class without forward ops is ordered by its backward
 * edges, reversed. Reachability is Warshall's closure over rows of bits.
 *
 * A unit that costs nothing anywhere (no time, no weights) and has neighbours in one other unit
 * only is merged into that one. This loses nothing: on the device of its neighbour it makes no load
 * larger and no device less contiguous.
 */

import { runTimesUs } from "../../../env/model/cluster/speed.ts";
import { Role } from "../../../env/model/graph/graph.ts";
import type { Scenario } from "../../../env/model/scenario.ts";

export interface PlainUnits {
  readonly count: number;
  /** Unit of each op, shape [opCount]. */
  readonly of: Int32Array;
  /** Direct predecessors of each unit. */
  readonly before: readonly ReadonlySet<number>[];
}

export function plainUnits(scenario: Scenario): PlainUnits {
  const classOf = classes(scenario);
  const edges = orderEdges(scenario, classOf);
  const cycleOf = cycles(Math.max(...classOf) + 1, edges);
  const costly = classesThatCost(
    scenario,
    classOf.map((c) => cycleOf[c]),
  );
  const mergedInto = mergeIdle(
    scenario,
    classOf.map((c) => cycleOf[c]),
    costly,
  );
  const numbers = new Map<number, number>();
  const of = classOf.map((c) => {
    const unit = mergedInto(cycleOf[c]);
    if (!numbers.has(unit)) numbers.set(unit, numbers.size);
    return numbers.get(unit)!;
  });
  const before = Array.from({ length: numbers.size }, () => new Set<number>());
  for (const [a, b] of edges) {
    const from = numbers.get(mergedInto(cycleOf[a]))!;
    const to = numbers.get(mergedInto(cycleOf[b]))!;
    if (from !== to) before[to].add(from);
  }
  return { count: numbers.size, of, before };
}

/**
 * Can the devices of a placement be ordered so that no edge of the order leads to an earlier one?
 */
export function standsInLine(scenario: Scenario, device: Int32Array): boolean {
  const classOf = classes(scenario);
  const deviceOf = new Map<number, number>();
  for (let v = 0; v < classOf.length; v++) {
    const known = deviceOf.get(classOf[v]);
    if (known !== undefined && known !== device[v]) return false;
    deviceOf.set(classOf[v], device[v]);
  }
  const arrows = orderEdges(scenario, classOf).map(([a, b]) => [deviceOf.get(a)!, deviceOf.get(b)!]);
  const open = new Set(deviceOf.values());
  while (open.size > 0) {
    const next = [...open].find(
      (d) => !arrows.some(([from, to]) => to === d && from !== d && open.has(from)),
    );
    if (next === undefined) return false;
    open.delete(next);
  }
  return true;
}

/** Co-location class of each op. A backward or update op without one follows its forward twin. */
function classes({ graph }: Scenario): Int32Array {
  let count = graph.colocationCount;
  const of = graph.colocation.slice();
  for (let v = 0; v < graph.opCount; v++) {
    const chain = [v];
    for (let u = v; of[u] === -1 && graph.role[u] !== Role.forward && graph.twin[u] !== -1; ) {
      u = graph.twin[u];
      if (chain.includes(u)) break;
      chain.push(u);
    }
    const last = chain[chain.length - 1];
    const known = of[last] === -1 ? count++ : of[last];
    for (const u of chain) if (of[u] === -1) of[u] = known;
  }
  return of;
}

function orderEdges({ graph }: Scenario, classOf: Int32Array): [number, number][] {
  const isForward = (v: number) => graph.role[v] === Role.forward;
  const leads = new Set<number>();
  for (let v = 0; v < graph.opCount; v++) if (isForward(v)) leads.add(classOf[v]);
  const edges: [number, number][] = [];
  for (let e = 0; e < graph.edgeCount; e++) {
    const u = graph.edgeSource[e];
    const v = graph.edgeDestination[e];
    const a = classOf[u];
    const b = classOf[v];
    if (a === b) continue;
    if (isForward(u) && isForward(v)) edges.push([a, b]);
    if (!isForward(u) && !isForward(v) && (!leads.has(a) || !leads.has(b))) edges.push([b, a]);
  }
  return edges;
}

/** The lowest class on a cycle with each class, itself where there is none. */
function cycles(count: number, edges: readonly [number, number][]): Int32Array {
  const words = (count + 31) >> 5;
  const reach = new Int32Array(count * words);
  for (const [a, b] of edges) reach[a * words + (b >> 5)] |= 1 << (b & 31);
  const reaches = (a: number, b: number) => (reach[a * words + (b >> 5)] >>> (b & 31)) & 1;
  for (let via = 0; via < count; via++)
    for (let a = 0; a < count; a++) {
      if (!reaches(a, via)) continue;
      for (let w = 0; w < words; w++) reach[a * words + w] |= reach[via * words + w];
    }
  return Int32Array.from({ length: count }, (_, a) => {
    for (let b = 0; b < a; b++) if (reaches(a, b) && reaches(b, a)) return b;
    return a;
  });
}

function classesThatCost({ graph, cluster }: Scenario, unitOf: Int32Array): ReadonlySet<number> {
  const runUs = runTimesUs(graph, cluster);
  const limited = cluster.devices.some(
    (device) => device.memoryBytes < graph.parameterBytes.reduce((sum, bytes) => sum + bytes, 0),
  );
  const costly = new Set<number>();
  for (let v = 0; v < graph.opCount; v++) {
    const times = runUs.subarray(v * cluster.devices.length, (v + 1) * cluster.devices.length);
    if (times.some((us) => us > 0) || (limited && graph.parameterBytes[v] > 0)) costly.add(unitOf[v]);
  }
  return costly;
}

/** The unit that each unit is merged into, as a function. */
function mergeIdle({ graph }: Scenario, unitOf: Int32Array, costly: ReadonlySet<number>) {
  const into = new Map<number, number>();
  const find = (unit: number): number => (into.has(unit) ? find(into.get(unit)!) : unit);
  for (let changed = true; changed; ) {
    changed = false;
    const neighbours = new Map<number, Set<number>>();
    const meet = (a: number, b: number) => neighbours.set(a, (neighbours.get(a) ?? new Set()).add(b));
    for (let e = 0; e < graph.edgeCount; e++) {
      const a = find(unitOf[graph.edgeSource[e]]);
      const b = find(unitOf[graph.edgeDestination[e]]);
      if (a === b) continue;
      meet(a, b);
      meet(b, a);
    }
    for (const [unit, others] of neighbours) {
      if (others.size !== 1 || costly.has(unit)) continue;
      const [other] = others;
      // Its neighbour may have been merged into it in the same round.
      if (find(other) === unit || find(unit) !== unit) continue;
      into.set(unit, find(other));
      changed = true;
    }
  }
  return find;
}
