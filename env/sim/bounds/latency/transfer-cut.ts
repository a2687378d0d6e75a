/**
 * The least transfers by which data gets from some ops to others: a minimum cut (Ford and Fulkerson
 * 1956) where cutting an op costs its transfer time, however many consumers it has. Any set of ops
 * that holds all sources and no sink sends at least this much, and any that holds all sinks and no
 * source receives at least this much; a sink's own output is not in the way. Ops that are tied
 * together are in such a set together or not at all.
 *
 * Sources and sinks only grow; the flow is kept and augmented, so that a whole series of cuts costs
 * little more than its last one.
 */
import { reversed } from "../../../model/cluster/output-transfers.ts";

export interface TransferCut {
  /** Forgets all sources, sinks and flow. */
  reset(): void;
  addSource(op: number): void;
  addSink(op: number): void;
  /** The least cut between the sources and sinks added so far, in us. */
  readonly valueUs: number;
}

/** Each leader's tied ops are a node, leader x 2, and the output of each op is one, op x 2 + 1. */
export function createTransferCut(
  consumers: { readonly start: Int32Array; readonly op: Int32Array },
  transferUs: Float64Array,
  leaderOf: Int32Array,
): TransferCut {
  const opCount = transferUs.length;
  const producers = reversed(consumers, opCount);
  const tied = reversed(
    { start: Int32Array.from({ length: opCount + 1 }, (_, v) => v), op: leaderOf },
    opCount,
  );
  const edgeOfProducer = producerEdges(consumers, producers.start);
  const throughUs = new Float64Array(opCount);
  const alongUs = new Float64Array(consumers.op.length);
  const isSource = new Uint8Array(opCount);
  const isSink = new Uint8Array(opCount);
  const seen = new Int32Array(2 * opCount);
  const cameFrom = new Int32Array(2 * opCount);
  /** The edge of the step that led to a node, -1 for the step through an op. */
  const cameBy = new Int32Array(2 * opCount);
  const queue = new Int32Array(2 * opCount);
  let sources = 0;
  let sinks = 0;
  let search = 0;
  let queued = 0;
  let valueUs = 0;

  const reach = (node: number, from: number, edge: number): void => {
    if (seen[node] === search) return;
    seen[node] = search;
    cameFrom[node] = from;
    cameBy[node] = edge;
    queue[queued++] = node;
  };
  /** Steps with room left that lead on from a node towards the sinks. */
  const expandForward = (node: number): void => {
    const v = node >> 1;
    if ((node & 1) === 1) {
      if (throughUs[v] > 0) reach(2 * leaderOf[v], node, -1);
      for (let i = consumers.start[v]; i < consumers.start[v + 1]; i++)
        reach(2 * leaderOf[consumers.op[i]], node, i);
      return;
    }
    for (let k = tied.start[v]; k < tied.start[v + 1]; k++) {
      const w = tied.op[k];
      if (throughUs[w] < transferUs[w]) reach(2 * w + 1, node, -1);
      for (let i = producers.start[w]; i < producers.start[w + 1]; i++)
        if (alongUs[edgeOfProducer[i]] > 0) reach(2 * producers.op[i] + 1, node, edgeOfProducer[i]);
    }
  };
  /** Steps with room left that lead to a node from the direction of the sources. */
  const expandBackward = (node: number): void => {
    const v = node >> 1;
    if ((node & 1) === 1) {
      if (throughUs[v] < transferUs[v]) reach(2 * leaderOf[v], node, -1);
      for (let i = consumers.start[v]; i < consumers.start[v + 1]; i++)
        if (alongUs[i] > 0) reach(2 * leaderOf[consumers.op[i]], node, i);
      return;
    }
    for (let k = tied.start[v]; k < tied.start[v + 1]; k++) {
      const w = tied.op[k];
      if (throughUs[w] > 0) reach(2 * w + 1, node, -1);
      for (let i = producers.start[w]; i < producers.start[w + 1]; i++)
        reach(2 * producers.op[i] + 1, node, edgeOfProducer[i]);
    }
  };
  /**
   * Room of the step between two nodes in the direction of flow: through an op into its output, or
   * along an edge out of it.
   */
  const room = (from: number, to: number, edge: number): number => {
    const leaves = (from & 1) === 1;
    if (edge !== -1) return leaves ? Number.POSITIVE_INFINITY : alongUs[edge];
    return leaves ? throughUs[from >> 1] : transferUs[to >> 1] - throughUs[to >> 1];
  };
  const push = (from: number, to: number, edge: number, us: number): void => {
    const leaves = (from & 1) === 1;
    if (edge !== -1) alongUs[edge] += leaves ? us : -us;
    else if (leaves) throughUs[from >> 1] -= us;
    else throughUs[to >> 1] += us;
  };

  /** A search from sources to sinks, or from sinks back to sources. */
  const forward: Direction = { expand: expandForward, goal: isSink, step: (near, far) => [near, far] };
  const backward: Direction = { expand: expandBackward, goal: isSource, step: (near, far) => [far, near] };
  const augmentFrom = (first: number, { expand, goal, step }: Direction): void => {
    for (;;) {
      search++;
      queued = 0;
      reach(first, -1, -1);
      let end = -1;
      for (let i = 0; i < queued && end === -1; i++) {
        const node = queue[i];
        if ((node & 1) === 0 && goal[node >> 1] === 1) end = node;
        else expand(node);
      }
      if (end === -1) return;
      let us = Number.POSITIVE_INFINITY;
      for (let node = end; node !== first; node = cameFrom[node]) {
        const [from, to] = step(cameFrom[node], node);
        us = Math.min(us, room(from, to, cameBy[node]));
      }
      for (let node = end; node !== first; node = cameFrom[node]) {
        const [from, to] = step(cameFrom[node], node);
        push(from, to, cameBy[node], us);
      }
      valueUs += us;
    }
  };

  return {
    reset() {
      throughUs.fill(0);
      alongUs.fill(0);
      isSource.fill(0);
      isSink.fill(0);
      sources = 0;
      sinks = 0;
      valueUs = 0;
    },
    addSource(op) {
      isSource[leaderOf[op]] = 1;
      sources++;
      if (sinks > 0) augmentFrom(2 * leaderOf[op], forward);
    },
    addSink(op) {
      isSink[leaderOf[op]] = 1;
      sinks++;
      if (sources > 0) augmentFrom(2 * leaderOf[op], backward);
    },
    get valueUs() {
      return valueUs;
    },
  };
}

interface Direction {
  readonly expand: (node: number) => void;
  readonly goal: Uint8Array;
  /**
   * A step of the search, from the node nearer to its start to the one farther, in the direction of
   * flow.
   */
  readonly step: (near: number, far: number) => readonly [from: number, to: number];
}

/**
 * For each entry of the producers' lists the entry of the consumers' lists that is the same edge.
 */
function producerEdges(
  { start, op }: { readonly start: Int32Array; readonly op: Int32Array },
  producerStart: Int32Array,
): Int32Array {
  const next = producerStart.slice();
  const edges = new Int32Array(op.length);
  for (let u = 0; u + 1 < start.length; u++)
    for (let i = start[u]; i < start[u + 1]; i++) edges[next[op[i]]++] = i;
  return edges;
}
