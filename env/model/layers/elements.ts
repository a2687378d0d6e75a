/**
 * Contracts the ops of a scenario to the elements that a contiguous split places. This is the
 * preprocessing of the dynamic program of Tarnawski et al. (NeurIPS 2020), in its order.
 *
 *   1. One element per co-location class. An op without a class is an element of its own, except
 *      that a backward or update op follows its forward twin. Elements are ordered by the edges
 *      between forward ops.
 *   2. A class without forward ops (an orphan) is ordered by its backward edges, reversed. What
 *      comes later in the backward pass comes earlier in the forward pass.
 *   3. Elements on a cycle are fused.
 *   4. An element that takes no time and whose ops have neighbours in one other element only is
 *      merged into that one (idle-elements.ts). On the device of its only neighbour it pays no
 *      transfer, so this loses something only where memory binds. `contractExactly` does not merge
 *      elements that have weights or any time at all.
 *
 * The result is acyclic and numbered topologically, depth first: the last element that became ready
 * comes next.
 */

import { colocationGrouping } from "../coarsen/grouping.ts";
import { type Successors, stronglyConnectedComponents } from "../graph/components.ts";
import { Role } from "../graph/graph.ts";
import type { Scenario } from "../scenario.ts";
import { mergeIdle } from "./idle-elements.ts";

export interface Elements {
  readonly count: number;
  /** Element of each op, shape [opCount]; numbers follow a topological order. */
  readonly of: Int32Array;
  /** Ascending successors of each element, all of higher number. */
  readonly successors: Successors;
  /**
   * False where step 4 may have cost something: it merged ops with some time, or with weights
   * although not all weights fit one device.
   */
  readonly lossless: boolean;
  /** Ops that step 4 moved to another element, 1 for each, shape [opCount]. */
  readonly mergedIdle: Uint8Array;
}

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
    ...numberTopologically(merged, orderOfElements(ordered, classes.of, merged)),
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

/**
 * The order of classes, carried over to the elements that hold them. It is not found anew from the
 * elements: an orphan that was merged with a forward op would lose its backward edges.
 */
function orderOfElements(
  ordered: Successors,
  classOf: Int32Array,
  { of, count }: { of: Int32Array; count: number },
): Successors {
  const elementOf = new Int32Array(ordered.length);
  classOf.forEach((c, v) => {
    elementOf[c] = of[v];
  });
  const successors = Array.from({ length: count }, () => new Set<number>());
  ordered.forEach((list, c) => {
    for (const to of list) if (elementOf[to] !== elementOf[c]) successors[elementOf[c]].add(elementOf[to]);
  });
  return successors.map((set) => [...set].sort((a, b) => a - b));
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
