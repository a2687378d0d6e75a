/**
 * Pesto's coarsening (Hafeez, Sun, Gandhi, Liu, Middleware 2021; rules rebuilt from a description,
 * not from the paper's text). Ops are merged into tasks that each run without interruption. Forward
 * and backward ops follow the same rules. The graph of tasks has no cycle.
 *
 * A unit is a set of tasks that share a device. One task of co-located forward and backward ops
 * would close cycles. Merging tasks of different classes would finally co-locate all classes. So
 * units are made first, by the usual rule of grouping: half as many as tasks if there are backward
 * ops. Then tasks are merged within units:
 *
 *   1. Chains first, then every edge, the most bytes for the least work first. An edge is kept if a
 *      longer path joins its ends, since merging would close a cycle. No task takes more than twice
 *      its share of all work.
 *   2. If that does not suffice, edges of any work, then tasks without a path between them, least
 *      work first.
 *
 * Post: `taskOf` numbers tasks along a topological order of their graph. More than `target` tasks
 * are left if cycles forbid more merges.
 */

import { colocationGrouping, groupingOf } from "../../../env/model/coarsen/grouping.ts";
import { createPairHeap } from "../../../env/model/coarsen/multilevel/pair-heap.ts";
import { createQuotient, type Quotient, supportOf } from "../../../env/model/coarsen/quotient.ts";
import { coarsen } from "../../../env/model/coarsen/rules.ts";
import { Role } from "../../../env/model/graph/graph.ts";
import type { Compiled } from "../../../env/sim/engine/compile.ts";

export interface Tasks {
  readonly count: number;
  /** Task of each op; a producer's number is never above its consumer's. */
  readonly taskOf: Int32Array;
  /** Unit of each task; the tasks of a unit share a device. */
  readonly unitOf: Int32Array;
  readonly unitCount: number;
}

/** While other merges are left, no task takes more than this multiple of its share of the work. */
const SHARE_LIMIT = 2;

interface Merging {
  readonly quotient: Quotient;
  readonly target: number;
  readonly sameUnit: (a: number, b: number) => boolean;
  readonly bytesBetween: (from: number, into: number) => number;
  tasks: number;
}

export function coarsenTasks(compiled: Compiled, target: number): Tasks {
  const { graph } = compiled.scenario;
  const unitOfOp = unitsOf(compiled, target);
  const allForward = { ...graph, role: new Uint8Array(graph.opCount).fill(Role.forward) };
  const singles = groupingOf(allForward, Int32Array.from(graph.names.keys()));
  const quotient = createQuotient(allForward, singles);
  const unitOf = new Int32Array(graph.opCount);
  singles.groupOf.forEach((task, v) => {
    unitOf[task] = unitOfOp[v];
  });
  const merging: Merging = {
    quotient,
    target,
    sameUnit: (a, b) => unitOf[a] === unitOf[b],
    bytesBetween: edgeBytes(compiled, singles.groupOf),
    tasks: singles.groupCount,
  };
  const share = (SHARE_LIMIT * quotient.totalWork) / target;
  const isChain = (from: number, into: number) =>
    quotient.consumers(from).size === 1 && quotient.producers(into).size === 1;
  const isSmall = (from: number, into: number) => quotient.work[from] + quotient.work[into] <= share;
  mergeEdges(merging, (from, into) => isChain(from, into) && isSmall(from, into));
  mergeEdges(merging, isSmall);
  mergeEdges(merging, () => true);
  mergeUnrelated(merging);
  return numbered(compiled, quotient.grouping().groupOf, unitOfOp);
}

/** Co-location classes, merged if there are more ops than tasks to make. */
function unitsOf({ scenario: { graph } }: Compiled, target: number): Int32Array {
  if (graph.opCount <= target) return colocationGrouping(graph).groupOf;
  const units = graph.role.includes(Role.backward) ? Math.ceil(target / 2) : target;
  const kinds = new Set(supportOf(graph, colocationGrouping(graph))).size;
  return coarsen(graph, "placement", Math.max(units, kinds)).groupOf;
}

/**
 * Bytes of the edges between two ops. A merged task keeps those of the op that represents it, which
 * is enough to rank merges.
 */
function edgeBytes({ scenario: { graph } }: Compiled, groupOf: Int32Array) {
  const bytes = new Map<number, number>();
  const keyOf = (from: number, into: number) => from * graph.opCount + into;
  for (let e = 0; e < graph.edgeCount; e++) {
    const key = keyOf(groupOf[graph.edgeSource[e]], groupOf[graph.edgeDestination[e]]);
    bytes.set(key, (bytes.get(key) ?? 0) + graph.edgeBytes[e]);
  }
  return (from: number, into: number) => bytes.get(keyOf(from, into)) ?? 0;
}

/**
 * Merges along edges that `may` allows, best ratio first, until the target is reached or no edge is
 * left.
 */
function mergeEdges(merging: Merging, may: (from: number, into: number) => boolean): void {
  const { quotient, target, sameUnit, bytesBetween } = merging;
  const changes = new Map<number, number>();
  const changesOf = (task: number) => changes.get(task) ?? 0;
  const heap = createPairHeap();
  const push = (from: number, into: number): void => {
    if (!sameUnit(from, into)) return;
    const ratio = (quotient.work[from] + quotient.work[into] + 1) / (1 + bytesBetween(from, into));
    heap.push({ from, into, work: ratio, stamp: changesOf(from) + changesOf(into) });
  };
  if (merging.tasks <= target) return;
  for (const from of quotient.alive()) for (const into of quotient.consumers(from)) push(from, into);
  for (let pair = heap.pop(); pair !== undefined && merging.tasks > target; pair = heap.pop()) {
    const { from, into, stamp } = pair;
    if (stamp !== changesOf(from) + changesOf(into) || !quotient.consumers(from).has(into)) continue;
    if (!may(from, into) || hasDetour(quotient, from, into)) continue;
    quotient.merge(from, into);
    merging.tasks--;
    changes.set(from, changesOf(from) + 1);
    changes.set(into, changesOf(into) + 1);
    for (const next of quotient.consumers(into)) push(into, next);
    for (const before of quotient.producers(into)) push(before, into);
  }
}

/** Is there a path other than the direct edge? */
function hasDetour(quotient: Quotient, from: number, into: number): boolean {
  for (const next of quotient.consumers(from)) if (next !== into && quotient.reaches(next, into)) return true;
  return false;
}

/** Merges tasks without a path between them, which closes no cycle. */
function mergeUnrelated(merging: Merging): void {
  const { quotient, target, sameUnit } = merging;
  const nextPair = (): readonly [number, number] | null => {
    const byWork = [...quotient.alive()].sort((a, b) => quotient.work[a] - quotient.work[b] || a - b);
    for (const [i, from] of byWork.entries())
      for (const into of byWork.slice(i + 1))
        if (sameUnit(from, into) && !quotient.reaches(from, into) && !quotient.reaches(into, from))
          return [from, into];
    return null;
  };
  while (merging.tasks > target) {
    const pair = nextPair();
    if (pair === null) return;
    quotient.merge(...pair);
    merging.tasks--;
  }
}

/** Numbers tasks along a topological order of their graph, and units by their first tasks. */
function numbered({ scenario: { graph } }: Compiled, given: Int32Array, unitOfOp: Int32Array): Tasks {
  const count = given.reduce((most, task) => Math.max(most, task + 1), 0);
  const successors = Array.from({ length: count }, () => new Set<number>());
  const waits = new Int32Array(count);
  for (let e = 0; e < graph.edgeCount; e++) {
    const [from, to] = [given[graph.edgeSource[e]], given[graph.edgeDestination[e]]];
    if (from === to || successors[from].has(to)) continue;
    successors[from].add(to);
    waits[to]++;
  }
  const ready = Array.from(waits.keys()).filter((task) => waits[task] === 0);
  const number = new Int32Array(count);
  let next = 0;
  for (const task of ready) {
    number[task] = next++;
    for (const to of successors[task]) if (--waits[to] === 0) ready.push(to);
  }
  const taskOf = given.map((task) => number[task]);
  const unitNumber = new Map<number, number>();
  const unitOf = new Int32Array(count).fill(-1);
  const byTask = Array.from(taskOf.keys()).sort((a, b) => taskOf[a] - taskOf[b]);
  for (const v of byTask) {
    const unit = unitOfOp[v];
    if (!unitNumber.has(unit)) unitNumber.set(unit, unitNumber.size);
    unitOf[taskOf[v]] = unitNumber.get(unit)!;
  }
  return { count, taskOf, unitOf, unitCount: unitNumber.size };
}
