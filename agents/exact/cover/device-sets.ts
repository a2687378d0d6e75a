/**
 * Every set of elements that one accelerator could hold, as a graph of decisions: element by
 * element in a fixed order, in or out. Sets that agree on the nets still open (all elements so far
 * in, all out, or both: paid) share a node, so that the graph is small where the network is narrow,
 * however many sets there are. This is the frontier method (Sekine, Imai, Tani 1995) on hypergraph
 * cuts.
 *
 * `bestOfLoads` is a dynamic program over it: for prices on the elements, the largest price of a
 * set as a function of its load.
 */
import type { SplitProblem } from "../../problems/split-problem.ts";

/**
 * Nodes in layers; arcs in the order of the nodes that they enter. Node 0 is the start, the last
 * one the end.
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

/**
 * Null where there are more than `mostNodes`. Leaves out sets whose transfers and elements so far
 * reach above `upperUs`.
 */
export function deviceSets(
  problem: SplitProblem,
  order: Int32Array,
  { upperUs, mostNodes }: { readonly upperUs: number; readonly mostNodes: number },
): DeviceSets | null {
  const { nets, elements } = problem;
  const { elementStart, ofElement, transferUs } = nets;
  const { first, last } = extents(problem, order);
  const layerStart = new Int32Array(elements.count + 1);
  const arcStart: number[] = [0, 0];
  const arcSource: number[] = [];
  const arcTakes: number[] = [];
  const arcTransferUs: number[] = [];
  let layer: OpenNets[] = [new Map()];
  let least = Float64Array.of(0);
  let layerFirst = 0;
  layerStart[0] = 1;
  for (let i = 0; i < elements.count; i++) {
    const v = order[i];
    const runUs = fastestUs(problem, v);
    const entered = new Map<string, { open: OpenNets; leastUs: number; arcs: [number, number, number][] }>();
    for (const [k, before] of layer.entries())
      for (const takes of [OUT, IN]) {
        const open = new Map(before);
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
        const leastUs = least[k] + paidUs + takes * runUs;
        if (leastUs > upperUs) continue;
        const key = [...open].map(([h, status]) => 3 * h + status).join();
        const known = entered.get(key);
        const arc: [number, number, number] = [layerFirst + k, takes, paidUs];
        if (known === undefined) entered.set(key, { open, leastUs, arcs: [arc] });
        else {
          known.leastUs = Math.min(known.leastUs, leastUs);
          known.arcs.push(arc);
        }
      }
    for (const { arcs } of entered.values()) {
      for (const [source, takes, paidUs] of arcs) {
        arcSource.push(source);
        arcTakes.push(takes);
        arcTransferUs.push(paidUs);
      }
      arcStart.push(arcSource.length);
    }
    if (arcStart.length > mostNodes) return null;
    layerFirst = layerStart[i];
    layerStart[i + 1] = arcStart.length - 1;
    layer = Array.from(entered.values(), ({ open }) => open);
    least = Float64Array.from(entered.values(), ({ leastUs }) => leastUs);
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

/** The nets that have elements on both sides of a layer, and what was decided of them. */
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

/**
 * Rising loads, and the largest price of any set of at most that load where it is above the floor:
 * both strictly rising.
 */
export interface BestOfLoads {
  readonly count: number;
  /** Entries made on the way, the measure of the work. */
  readonly work: number;
  readonly loadUs: Float64Array;
  readonly price: Float64Array;
  /** The elements of a set behind an entry, 1 where in. */
  setOf(entry: number): Uint8Array;
}

export interface PriceLimits {
  /** Larger loads are left out. */
  readonly upperUs: number;
  /** Prices up to this one are left out, and whatever cannot come above it any more. */
  readonly floor: number;
  /**
   * Entries that a node keeps: where there are more, neighbours are joined to the smaller load and
   * the larger price of theirs. So the answer is never below the truth, and the set behind an entry
   * may be a little worse than it.
   */
  readonly most: number;
}

/** For sets on a device of a type. */
export function bestOfLoads(
  sets: DeviceSets,
  type: number,
  prices: Float64Array,
  { upperUs, floor, most }: PriceLimits,
): BestOfLoads {
  const { problem, order, layerStart, nodeCount, arcStart, arcSource, arcTakes, arcTransferUs } = sets;
  const { timeUs, types } = problem;
  const completions = floor === Number.NEGATIVE_INFINITY ? [] : completionsOf(sets, type, prices, upperUs);
  /**
   * A relaxation of the rest, in which load has a rate: what it cannot lift above the floor nothing
   * can.
   */
  const reachesFloor = (node: number, us: number, price: number): boolean => {
    for (const { rate, rest } of completions)
      if (price + rest[node] + rate * (upperUs - us) <= floor) return false;
    return true;
  };
  const listStart = new Int32Array(nodeCount);
  const listEnd = new Int32Array(nodeCount);
  let capacity = 1 << 16;
  let parent = new Int32Array(capacity);
  let takes = new Uint8Array(capacity);
  let loads = new Float64Array(capacity);
  let values = new Float64Array(capacity);
  parent[0] = -1;
  listEnd[0] = 1;
  let count = 1;

  const grow = (): void => {
    capacity *= 2;
    const copy = <T extends { set(from: T): void }>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    parent = copy(new Int32Array(capacity), parent);
    takes = copy(new Uint8Array(capacity), takes);
    loads = copy(new Float64Array(capacity), loads);
    values = copy(new Float64Array(capacity), values);
  };
  const cursor: number[] = [];
  const addedUs: number[] = [];
  const addedPrice: number[] = [];
  const fill = (node: number, v: number): void => {
    const arcs = arcStart[node + 1] - arcStart[node];
    let entering = 0;
    for (let a = 0; a < arcs; a++) {
      const arc = arcStart[node] + a;
      cursor[a] = listStart[arcSource[arc]];
      entering += listEnd[arcSource[arc]] - cursor[a];
      addedUs[a] = arcTransferUs[arc] + (arcTakes[arc] === 1 ? timeUs[v * types.length + type] : 0);
      addedPrice[a] = arcTakes[arc] === 1 ? prices[v] : 0;
    }
    let bestPrice = Number.NEGATIVE_INFINITY;
    const widthUs = entering > most ? upperUs / most : 0;
    const firstEntry = count;
    for (;;) {
      let from = -1;
      let us = upperUs;
      let price = 0;
      for (let a = 0; a < arcs; a++) {
        const i = cursor[a];
        if (i === listEnd[arcSource[arcStart[node] + a]]) continue;
        const candidateUs = loads[i] + addedUs[a];
        if (candidateUs > us) continue;
        const candidate = values[i] + addedPrice[a];
        if (candidateUs === us && from !== -1 && candidate <= price) continue;
        from = a;
        us = candidateUs;
        price = candidate;
      }
      if (from === -1) break;
      const i = cursor[from]++;
      if (price <= bestPrice || !reachesFloor(node, us, price)) continue;
      bestPrice = price;
      if (count === firstEntry || us >= loads[count - 1] + widthUs) {
        if (count === capacity) grow();
        loads[count++] = us;
      }
      values[count - 1] = price;
      parent[count - 1] = i;
      takes[count - 1] = arcTakes[arcStart[node] + from];
    }
    listEnd[node] = count;
  };

  for (let layer = 0; layer < order.length; layer++)
    for (let node = layerStart[layer]; node < layerStart[layer + 1]; node++) {
      listStart[node] = count;
      fill(node, order[layer]);
    }
  const start = listStart[nodeCount - 1];
  return {
    count: count - start,
    work: count,
    loadUs: loads.slice(start, count),
    price: values.slice(start, count),
    setOf(entry) {
      const held = new Uint8Array(order.length);
      let layer = order.length;
      for (let i = start + entry; parent[i] !== -1; i = parent[i]) held[order[--layer]] = takes[i];
      return held;
    },
  };
}

interface Completion {
  /** Price of a us. */
  readonly rate: number;
  /** From each node the most that any way to the end gains, its load paid at the rate. */
  readonly rest: Float64Array;
}

/** Rates around the one that bounds the whole best. */
const SPREAD = [0.6, 0.85, 1, 1.2, 1.7];
const HALVINGS = 12;

function completionsOf(sets: DeviceSets, type: number, prices: Float64Array, upperUs: number): Completion[] {
  const total = prices.reduce((sum, price) => sum + price, 0);
  const boundAt = (rate: number) => restsAt(sets, type, prices, rate)[0] + rate * upperUs;
  let low = 0;
  let high = (4 * total) / Math.max(upperUs, Number.MIN_VALUE);
  for (let i = 0; i < HALVINGS; i++) {
    const third = (high - low) / 3;
    if (boundAt(low + third) <= boundAt(high - third)) high -= third;
    else low += third;
  }
  return SPREAD.map((share) => {
    const rate = (share * (low + high)) / 2;
    return { rate, rest: restsAt(sets, type, prices, rate) };
  });
}

function restsAt(
  { problem, order, layerStart, nodeCount, arcStart, arcSource, arcTakes, arcTransferUs }: DeviceSets,
  type: number,
  prices: Float64Array,
  rate: number,
): Float64Array {
  const { timeUs, types } = problem;
  const rest = new Float64Array(nodeCount).fill(Number.NEGATIVE_INFINITY);
  rest[nodeCount - 1] = 0;
  for (let layer = order.length - 1; layer >= 0; layer--) {
    const v = order[layer];
    const gain = prices[v] - rate * timeUs[v * types.length + type];
    for (let node = layerStart[layer]; node < layerStart[layer + 1]; node++)
      for (let arc = arcStart[node]; arc < arcStart[node + 1]; arc++) {
        const value = rest[node] + (arcTakes[arc] === 1 ? gain : 0) - rate * arcTransferUs[arc];
        if (value > rest[arcSource[arc]]) rest[arcSource[arc]] = value;
      }
  }
  return rest;
}
