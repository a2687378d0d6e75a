/**
 * The least transfers by which data gets from some ops to others. This is a minimum cut (Ford and
 * Fulkerson 1956) where cutting an op costs its transfer time, however many consumers it has.
 *
 * A set of ops that holds all sources and no sink sends at least this much. A set that holds all
 * sinks and no source receives at least this much; the output of a sink itself does not count. Such
 * a set holds all or none of the ops that are tied together.
 *
 * Sources and sinks are only added. The flow is kept and augmented, so a whole series of cuts costs
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

type Lists = { readonly start: Int32Array; readonly op: Int32Array };

/** The cut of one graph; `consumers` are the consumers of each op. */
export function createTransferCut(
  consumers: Lists,
  transferUs: Float64Array,
  leaderOf: Int32Array,
): TransferCut {
  const network = createFlowNetwork(consumers, transferUs, leaderOf);
  const isSource = new Uint8Array(leaderOf.length);
  const isSink = new Uint8Array(leaderOf.length);
  const forward: Direction = { expand: network.expandForward, goal: isSink, isReversed: false };
  const backward: Direction = { expand: network.expandBackward, goal: isSource, isReversed: true };
  const augment = augmenter(network, leaderOf.length);
  let sources = 0;
  let sinks = 0;
  let valueUs = 0;

  return {
    reset() {
      network.clear();
      isSource.fill(0);
      isSink.fill(0);
      sources = 0;
      sinks = 0;
      valueUs = 0;
    },
    addSource(op) {
      isSource[leaderOf[op]] = 1;
      sources++;
      if (sinks > 0) valueUs = augment(valueUs, 2 * leaderOf[op], forward);
    },
    addSink(op) {
      isSink[leaderOf[op]] = 1;
      sinks++;
      if (sources > 0) valueUs = augment(valueUs, 2 * leaderOf[op], backward);
    },
    get valueUs() {
      return valueUs;
    },
  };
}

/**
 * One step of a search: to a node, from a node, by an edge. The edge of a step through an op is -1.
 */
type Reach = (node: number, from: number, edge: number) => void;

/**
 * The network and its flow. The tied ops of each leader are one node, leader x 2, and the output of
 * each op is one, op x 2 + 1.
 */
interface FlowNetwork {
  /** Reaches all nodes to which more can flow from a node. */
  expandForward(node: number, reach: Reach): void;
  /** Reaches all nodes from which more can flow to a node. */
  expandBackward(node: number, reach: Reach): void;
  /** How much more can flow between two nodes: through an op into its output, or along an edge. */
  spareUs(from: number, to: number, edge: number): number;
  push(from: number, to: number, edge: number, us: number): void;
  clear(): void;
}

function createFlowNetwork(consumers: Lists, transferUs: Float64Array, leaderOf: Int32Array): FlowNetwork {
  const opCount = transferUs.length;
  const producers = reversed(consumers, opCount);
  const ops = Int32Array.from({ length: opCount + 1 }, (_, v) => v);
  const tied = reversed({ start: ops, op: leaderOf }, opCount);
  const edgeOfProducer = producerEdges(consumers, producers.start);
  /** Flow through each op into its output, and along each edge out of it. */
  const throughUs = new Float64Array(opCount);
  const alongUs = new Float64Array(consumers.op.length);
  return {
    expandForward(node, reach) {
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
    },
    expandBackward(node, reach) {
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
    },
    spareUs(from, to, edge) {
      const leaves = (from & 1) === 1;
      if (edge !== -1) return leaves ? Number.POSITIVE_INFINITY : alongUs[edge];
      return leaves ? throughUs[from >> 1] : transferUs[to >> 1] - throughUs[to >> 1];
    },
    push(from, to, edge, us) {
      const leaves = (from & 1) === 1;
      if (edge !== -1) alongUs[edge] += leaves ? us : -us;
      else if (leaves) throughUs[from >> 1] -= us;
      else throughUs[to >> 1] += us;
    },
    clear() {
      throughUs.fill(0);
      alongUs.fill(0);
    },
  };
}

/** A search from sources to sinks, or from sinks back to sources. */
interface Direction {
  readonly expand: FlowNetwork["expandForward"];
  readonly goal: Uint8Array;
  /** Does data flow against the direction of the search? */
  readonly isReversed: boolean;
}

/** Pushes all that can flow between `first` and the goals of a search; returns the flow then. */
function augmenter(
  { spareUs, push }: FlowNetwork,
  opCount: number,
): (valueUs: number, first: number, direction: Direction) => number {
  /** The last search that reached each node, and the step by which it did. */
  const reachedBy = new Int32Array(2 * opCount);
  const cameFrom = new Int32Array(2 * opCount);
  const cameBy = new Int32Array(2 * opCount);
  const queue = new Int32Array(2 * opCount);
  let search = 0;
  let queued = 0;
  const reach: Reach = (node, from, edge) => {
    if (reachedBy[node] === search) return;
    reachedBy[node] = search;
    cameFrom[node] = from;
    cameBy[node] = edge;
    queue[queued++] = node;
  };
  /** The goal that a breadth-first search finds first; -1 where it finds none. */
  const findGoal = (first: number, { expand, goal }: Direction): number => {
    search++;
    queued = 0;
    reach(first, -1, -1);
    for (let i = 0; i < queued; i++) {
      const node = queue[i];
      if ((node & 1) === 0 && goal[node >> 1] === 1) return node;
      expand(node, reach);
    }
    return -1;
  };
  return (valueUs, first, direction) => {
    const { isReversed } = direction;
    let flowUs = valueUs;
    for (let end = findGoal(first, direction); end !== -1; end = findGoal(first, direction)) {
      let us = Number.POSITIVE_INFINITY;
      for (let node = end; node !== first; node = cameFrom[node]) {
        const near = cameFrom[node];
        us = Math.min(us, isReversed ? spareUs(node, near, cameBy[node]) : spareUs(near, node, cameBy[node]));
      }
      for (let node = end; node !== first; node = cameFrom[node]) {
        const near = cameFrom[node];
        if (isReversed) push(node, near, cameBy[node], us);
        else push(near, node, cameBy[node], us);
      }
      flowUs += us;
    }
    return flowUs;
  };
}

/** For each entry of the producers' lists, the entry of the consumers' lists of the same edge. */
function producerEdges({ start, op }: Lists, producerStart: Int32Array): Int32Array {
  const next = producerStart.slice();
  const edges = new Int32Array(op.length);
  for (let u = 0; u + 1 < start.length; u++)
    for (let i = start[u]; i < start[u + 1]; i++) edges[next[op[i]]++] = i;
  return edges;
}
