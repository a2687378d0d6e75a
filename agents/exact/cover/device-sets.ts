/**
 * Every set of elements that one accelerator could hold, as a graph of decisions: element by
 * element in a fixed order, in or out.
 *
 * An open net has elements on both sides of the current layer. Its elements so far are all in, all
 * out, or both (then it is paid). Sets that agree on the open nets share a node. So the graph is
 * small where the network is narrow, for any number of sets. This is the frontier method (Sekine,
 * Imai, Tani 1995) on hypergraph cuts.
 */
import type { SplitProblem } from "../../problems/split/split-problem.ts";

/**
 * Nodes in layers, arcs in the order of the nodes that they enter. Node 0 is the start, the last
 * node the end.
 */
export interface DeviceSets {
  readonly problem: SplitProblem;
  /** Element that layer i decides. */
  readonly order: Int32Array;
  /** Nodes that layer i enters: layerStart[i] .. layerStart[i + 1). */
  readonly layerStart: Int32Array;
  readonly nodeCount: number;
  readonly arcStart: Int32Array;
  readonly arcSource: Int32Array;
  /** 1 where the arc takes the element in. */
  readonly arcTakes: Uint8Array;
  /** Transfers that the decision causes. */
  readonly arcTransferUs: Float64Array;
}

const OUT = 0;
const IN = 1;
const PAID = 2;

export interface SetLimits {
  /** Sets whose transfers and elements so far take longer are left out. */
  readonly upperUs: number;
  readonly mostNodes: number;
}

/** Null where there are more than `mostNodes`. */
export function deviceSets(
  problem: SplitProblem,
  order: Int32Array,
  { upperUs, mostNodes }: SetLimits,
): DeviceSets | null {
  const decide = decisions(problem, order);
  const layerStart = new Int32Array(order.length + 1);
  const arcStart: number[] = [0, 0];
  const arcSource: number[] = [];
  const arcTakes: number[] = [];
  const arcTransferUs: number[] = [];
  let layer: LayerNode[] = [{ open: new Map(), leastUs: 0, arcs: [] }];
  let layerFirst = 0;
  layerStart[0] = 1;
  for (let i = 0; i < order.length; i++) {
    layer = nextLayer(layer, layerFirst, (open, takes) => decide(i, open, takes), {
      upperUs,
      runUs: fastestUs(problem, order[i]),
    });
    for (const { arcs } of layer) {
      for (const { source, takes, paidUs } of arcs) {
        arcSource.push(source);
        arcTakes.push(takes);
        arcTransferUs.push(paidUs);
      }
      arcStart.push(arcSource.length);
    }
    if (arcStart.length > mostNodes) return null;
    layerFirst = layerStart[i];
    layerStart[i + 1] = arcStart.length - 1;
  }
  return {
    problem,
    order,
    layerStart,
    nodeCount: arcStart.length - 1,
    arcStart: Int32Array.from(arcStart),
    arcSource: Int32Array.from(arcSource),
    arcTakes: Uint8Array.from(arcTakes),
    arcTransferUs: Float64Array.from(arcTransferUs),
  };
}

interface Arc {
  readonly source: number;
  readonly takes: number;
  readonly paidUs: number;
}

interface LayerNode {
  readonly open: OpenNets;
  /** Least time of the transfers and elements of any set that reaches the node. */
  leastUs: number;
  readonly arcs: Arc[];
}

type Decide = (open: OpenNets, takes: number) => { readonly open: OpenNets; readonly paidUs: number };

/** The nodes after one more decision. Sets that agree on the open nets share a node. */
function nextLayer(
  layer: readonly LayerNode[],
  layerFirst: number,
  decide: Decide,
  { upperUs, runUs }: { readonly upperUs: number; readonly runUs: number },
): LayerNode[] {
  const entered = new Map<string, LayerNode>();
  for (const [k, before] of layer.entries())
    for (const takes of [OUT, IN]) {
      const { open, paidUs } = decide(before.open, takes);
      const leastUs = before.leastUs + paidUs + takes * runUs;
      if (leastUs > upperUs) continue;
      const key = [...open].map(([h, status]) => 3 * h + status).join();
      const arc = { source: layerFirst + k, takes, paidUs };
      const known = entered.get(key);
      if (known === undefined) entered.set(key, { open, leastUs, arcs: [arc] });
      else {
        known.leastUs = Math.min(known.leastUs, leastUs);
        known.arcs.push(arc);
      }
    }
  return [...entered.values()];
}

/** What the decision of layer i, in or out, makes of the open nets, and the transfers it causes. */
function decisions(problem: SplitProblem, order: Int32Array) {
  const { elementStart, ofElement, transferUs } = problem.nets;
  const { first, last } = extents(problem, order);
  return (i: number, before: OpenNets, takes: number) => {
    const v = order[i];
    const open: OpenNets = new Map(before);
    let paidUs = 0;
    for (let j = elementStart[v]; j < elementStart[v + 1]; j++) {
      const h = ofElement[j];
      const status = open.get(h);
      if (first[h] === i) open.set(h, takes);
      else if (status !== PAID && status !== takes) {
        paidUs += transferUs[h];
        open.set(h, PAID);
      }
      if (last[h] === i) open.delete(h);
    }
    return { open, paidUs };
  };
}

/** The open nets of a node, each with OUT, IN or PAID. */
type OpenNets = Map<number, number>;

/** Layers of the first and the last element of each net. */
function extents({ nets, elements }: SplitProblem, order: Int32Array) {
  const layerOf = new Int32Array(elements.count);
  order.forEach((v, i) => {
    layerOf[v] = i;
  });
  const first = new Int32Array(nets.count).fill(elements.count);
  const last = new Int32Array(nets.count).fill(-1);
  for (let h = 0; h < nets.count; h++)
    for (let i = nets.pinStart[h]; i < nets.pinStart[h + 1]; i++) {
      first[h] = Math.min(first[h], layerOf[nets.pins[i]]);
      last[h] = Math.max(last[h], layerOf[nets.pins[i]]);
    }
  return { first, last };
}

/** On the fastest device that pays for transfers. */
function fastestUs({ types, timeUs }: SplitProblem, v: number): number {
  return types.reduce(
    (least, { paysTransfers }, t) => (paysTransfers ? Math.min(least, timeUs[v * types.length + t]) : least),
    Number.POSITIVE_INFINITY,
  );
}
