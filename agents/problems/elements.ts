/**
 * Contracts the ops of a scenario to the elements that a contiguous split places: the preprocessing
 * of the dynamic program of Tarnawski et al. (NeurIPS 2020), in its order.
 *
 *   1. One element per co-location class; an op without one stands alone, except that a backward or
 *      update op without one follows its forward twin. Elements are ordered by the edges between
 *      forward ops.
 *   2. A class without forward ops (an orphan) is ordered by its backward edges, reversed: what
 *      comes later in the backward pass comes earlier in the forward pass.
 *   3. Elements on a cycle are fused.
 *   4. An element that takes no time and whose ops have neighbours in one other element only is
 *      merged into that one. This loses nothing but where memory binds: beside its only neighbour
 *      it pays no transfer. `contractExactly` leaves alone what has weights or any time at all.
 *
 * The result is acyclic and numbered topologically, depth first: the last element that became ready
 * comes next.
 */

import { weightLimitBytes } from "../../env/model/cluster/cluster.ts";
import { runTimesUs } from "../../env/model/cluster/speed.ts";
import { colocationGrouping } from "../../env/model/coarsen/grouping.ts";
import { type Successors, stronglyConnectedComponents } from "../../env/model/graph/components.ts";
import { Role } from "../../env/model/graph/graph.ts";
import type { Scenario } from "../../env/model/scenario.ts";

export interface Elements {
  readonly count: number;
  /** Element of each op, shape [opCount]; numbers follow a topological order. */
  readonly of: Int32Array;
  /** Ascending successors of each element, all of higher number. */
  readonly successors: Successors;
  /**
   * False where step 4 may have cost something: it merged ops with some time, or with weights
   * although not all fit one device.
   */
  readonly lossless: boolean;
  /** Ops that step 4 moved to another element, 1 for each, shape [opCount]. */
  readonly mergedIdle: Uint8Array;
}

/** Times below this many us count as none: the 1e-6 ms of the reference program. */
const NO_TIME_US = 1e-3;

/** As in the reference program. */
export function contract(scenario: Scenario): Elements {
  return contractWith(scenario, () => true);
}

/**
 * Without the merges that may cost something: always lossless, with more elements where memory may
 * bind.
 */
export function contractExactly(scenario: Scenario): Elements {
  return contractWith(scenario, (costs) => !costs);
}

function contractWith(scenario: Scenario, mayMerge: (costs: boolean) => boolean): Elements {
  const classes = colocationClasses(scenario);
  const ordered = forwardOrder(scenario, classes.of, classes.count);
  const components = stronglyConnectedComponents(ordered);
  const fused = classes.of.map((c) => components.of[c]);
  const merged = mergeIdle(scenario, fused, components.count, mayMerge);
  return {
    ...numberTopologically(merged, forwardOrder(scenario, merged.of, merged.count)),
    lossless: merged.lossless,
    mergedIdle: merged.mergedIdle,
  };
}

/** Step 1 alone, for plans that need not be contiguous: numbered by first op, without an order. */
export function colocated(scenario: Scenario): Elements {
  const { groupOf, groupCount } = colocationGrouping(scenario.graph);
  return {
    count: groupCount,
    of: groupOf,
    successors: Array.from({ length: groupCount }, () => []),
    lossless: true,
    mergedIdle: new Uint8Array(scenario.graph.opCount),
  };
}

function weightsFitAnywhere({ graph, cluster }: Scenario): boolean {
  const weights = graph.parameterBytes.reduce((sum, bytes) => sum + bytes, 0);
  return cluster.devices.every((device) => weights <= weightLimitBytes(device));
}

/** Step 1. */
function colocationClasses({ graph }: Scenario): { of: Int32Array; count: number } {
  let count = graph.colocationCount;
  const of = graph.colocation.slice();
  const follows = (v: number) => of[v] === -1 && graph.role[v] !== Role.forward && graph.twin[v] !== -1;
  for (let v = 0; v < graph.opCount; v++) if (of[v] === -1 && !follows(v)) of[v] = count++;
  for (let v = 0; v < graph.opCount; v++) {
    if (of[v] !== -1) continue;
    const leader = graph.twin[v];
    if (of[leader] === -1) of[leader] = count++;
    of[v] = of[leader];
  }
  return { of, count };
}

/** Steps 1 and 2: the edges between classes, each once. */
function forwardOrder({ graph }: Scenario, classOf: Int32Array, count: number): Successors {
  const hasForward = new Uint8Array(count);
  for (let v = 0; v < graph.opCount; v++) if (graph.role[v] === Role.forward) hasForward[classOf[v]] = 1;
  const successors = Array.from({ length: count }, () => new Set<number>());
  for (let e = 0; e < graph.edgeCount; e++) {
    const u = graph.edgeSource[e];
    const v = graph.edgeDestination[e];
    const from = classOf[u];
    const to = classOf[v];
    if (from === to) continue;
    const forwardEnds = Number(graph.role[u] === Role.forward) + Number(graph.role[v] === Role.forward);
    if (forwardEnds === 2) successors[from].add(to);
    if (forwardEnds === 0 && !(hasForward[from] && hasForward[to])) successors[to].add(from);
  }
  return successors.map((set) => [...set].sort((a, b) => a - b));
}

/** Step 4, again and again until nothing changes. */
function mergeIdle(
  scenario: Scenario,
  elementOf: Int32Array,
  count: number,
  mayMerge: (costs: boolean) => boolean,
) {
  const { graph, cluster } = scenario;
  const runUs = runTimesUs(graph, cluster);
  const deviceCount = cluster.devices.length;
  const timeUs = new Float64Array(count * deviceCount);
  const anywhere = weightsFitAnywhere(scenario);
  const costs = new Uint8Array(count);
  for (let v = 0; v < graph.opCount; v++) {
    if (graph.parameterBytes[v] > 0 && !anywhere) costs[elementOf[v]] = 1;
    for (let d = 0; d < deviceCount; d++) {
      timeUs[elementOf[v] * deviceCount + d] += runUs[v * deviceCount + d];
      if (runUs[v * deviceCount + d] > 0) costs[elementOf[v]] = 1;
    }
  }
  const idle = (element: number) =>
    mayMerge(costs[element] === 1) &&
    timeUs.subarray(element * deviceCount, (element + 1) * deviceCount).every((us) => us < NO_TIME_US);

  const neighbours = Array.from({ length: count }, () => new Set<number>());
  for (let e = 0; e < graph.edgeCount; e++) {
    const a = elementOf[graph.edgeSource[e]];
    const b = elementOf[graph.edgeDestination[e]];
    if (a === b) continue;
    neighbours[a].add(b);
    neighbours[b].add(a);
  }
  let lossless = true;
  const into = Int32Array.from({ length: count }, (_, element) => element);
  const waiting = [...into].filter((element) => neighbours[element].size === 1 && idle(element));
  for (const element of waiting) {
    if (neighbours[element].size !== 1) continue;
    const [host] = neighbours[element];
    into[element] = host;
    lossless &&= costs[element] === 0;
    neighbours[element].clear();
    neighbours[host].delete(element);
    if (neighbours[host].size === 1 && idle(host)) waiting.push(host);
  }
  const root = (element: number): number => (into[element] === element ? element : root(into[element]));

  const numberOf = new Map<number, number>();
  const of = elementOf.map((element) => {
    const host = root(element);
    if (!numberOf.has(host)) numberOf.set(host, numberOf.size);
    return numberOf.get(host)!;
  });
  const mergedIdle = Uint8Array.from(elementOf, (element) => Number(into[element] !== element));
  return { of, count: numberOf.size, lossless, mergedIdle };
}

function numberTopologically(
  { of, count }: { of: Int32Array; count: number },
  successors: Successors,
): Pick<Elements, "count" | "of" | "successors"> {
  const waiting = new Int32Array(count);
  for (const list of successors) for (const to of list) waiting[to]++;
  const ready: number[] = [];
  for (let element = count - 1; element >= 0; element--) if (waiting[element] === 0) ready.push(element);
  const order: number[] = [];
  while (ready.length > 0) {
    const element = ready.pop()!;
    order.push(element);
    for (const to of successors[element]) if (--waiting[to] === 0) ready.push(to);
  }
  const numberOf = new Int32Array(count);
  order.forEach((element, number) => {
    numberOf[element] = number;
  });
  return {
    count,
    of: of.map((element) => numberOf[element]),
    successors: order.map((element) => successors[element].map((to) => numberOf[to]).sort((a, b) => a - b)),
  };
}
