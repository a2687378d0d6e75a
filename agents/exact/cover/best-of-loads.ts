/**
 * A dynamic program over the graph of device-sets.ts: for prices on the elements, the largest price
 * of a set as a function of its load.
 */

import { type CompletionBound, completionBounds } from "./completion-bounds.ts";
import type { DeviceSets } from "./device-sets.ts";

/**
 * Loads, and the largest price of any set of at most that load where it is above the floor. Both
 * rise strictly.
 */
export interface BestOfLoads {
  readonly count: number;
  /** Entries made in all, the measure of the work. */
  readonly work: number;
  readonly loadUs: Float64Array;
  readonly price: Float64Array;
  /** The elements of a set behind an entry, 1 where in. */
  setOf(entry: number): Uint8Array;
}

export interface PriceLimits {
  /** Larger loads are left out. */
  readonly upperUs: number;
  /** Prices up to this one are left out, and entries that cannot come above it any more. */
  readonly floor: number;
  /**
   * Entries that a node keeps. Where there are more, neighbours are merged into one entry with the
   * smaller load and the larger price. So the answer is never too low, and the set behind an entry
   * may be a little worse than the entry.
   */
  readonly most: number;
}

/** For sets on a device of a type. */
export function bestOfLoads(
  sets: DeviceSets,
  type: number,
  prices: Float64Array,
  limits: PriceLimits,
): BestOfLoads {
  return new LoadProgram(sets, type, prices, limits).run();
}

const FIRST_CAPACITY = 1 << 16;

/**
 * Each node has a list of entries of rising load and rising price. The list of a node merges the
 * lists of the nodes before it, with what the arcs add.
 */
class LoadProgram {
  readonly #sets: DeviceSets;
  readonly #type: number;
  readonly #prices: Float64Array;
  readonly #limits: PriceLimits;
  readonly #completions: readonly CompletionBound[];
  /** Entries of a node: listStart[node] .. listEnd[node]. */
  readonly #listStart: Int32Array;
  readonly #listEnd: Int32Array;
  #count = 1;
  /** Of each entry: the entry that it extends, whether its last element is in, load and price. */
  #parent = new Int32Array(FIRST_CAPACITY);
  #takes = new Uint8Array(FIRST_CAPACITY);
  #loads = new Float64Array(FIRST_CAPACITY);
  #values = new Float64Array(FIRST_CAPACITY);
  /** Of each arc into the current node: next entry of its source, and what the arc adds. */
  readonly #cursor: number[] = [];
  readonly #addedUs: number[] = [];
  readonly #addedPrice: number[] = [];

  constructor(sets: DeviceSets, type: number, prices: Float64Array, limits: PriceLimits) {
    this.#sets = sets;
    this.#type = type;
    this.#prices = prices;
    this.#limits = limits;
    const isUnlimited = limits.floor === Number.NEGATIVE_INFINITY;
    this.#completions = isUnlimited ? [] : completionBounds(sets, type, prices, limits.upperUs);
    this.#listStart = new Int32Array(sets.nodeCount);
    this.#listEnd = new Int32Array(sets.nodeCount);
    this.#listEnd[0] = 1;
    this.#parent[0] = -1;
  }

  run(): BestOfLoads {
    const { order, layerStart, nodeCount } = this.#sets;
    for (let layer = 0; layer < order.length; layer++)
      for (let node = layerStart[layer]; node < layerStart[layer + 1]; node++) {
        this.#listStart[node] = this.#count;
        this.#merge(node, this.#startArcs(node, order[layer]));
        this.#listEnd[node] = this.#count;
      }
    const start = this.#listStart[nodeCount - 1];
    return {
      count: this.#count - start,
      work: this.#count,
      loadUs: this.#loads.slice(start, this.#count),
      price: this.#values.slice(start, this.#count),
      setOf: (entry) => this.#setOf(start + entry),
    };
  }

  /** Sets the arcs into a node to their first entries. Returns the width of an entry in load. */
  #startArcs(node: number, v: number): number {
    const { problem, arcStart, arcSource, arcTakes, arcTransferUs } = this.#sets;
    const { upperUs, most } = this.#limits;
    const runUs = problem.timeUs[v * problem.types.length + this.#type];
    const arcs = arcStart[node + 1] - arcStart[node];
    let entering = 0;
    for (let a = 0; a < arcs; a++) {
      const arc = arcStart[node] + a;
      this.#cursor[a] = this.#listStart[arcSource[arc]];
      entering += this.#listEnd[arcSource[arc]] - this.#cursor[a];
      this.#addedUs[a] = arcTransferUs[arc] + (arcTakes[arc] === 1 ? runUs : 0);
      this.#addedPrice[a] = arcTakes[arc] === 1 ? this.#prices[v] : 0;
    }
    return entering > most ? upperUs / most : 0;
  }

  /** Merges the lists that enter a node: least load first, of equal loads the largest price. */
  #merge(node: number, widthUs: number): void {
    const { arcStart, arcSource, arcTakes } = this.#sets;
    const { upperUs } = this.#limits;
    const listEnd = this.#listEnd;
    const cursor = this.#cursor;
    const addedUs = this.#addedUs;
    const addedPrice = this.#addedPrice;
    const firstArc = arcStart[node];
    const arcs = arcStart[node + 1] - firstArc;
    const firstEntry = this.#count;
    let loads = this.#loads;
    let values = this.#values;
    let bestPrice = Number.NEGATIVE_INFINITY;
    for (;;) {
      let from = -1;
      let us = upperUs;
      let price = 0;
      for (let a = 0; a < arcs; a++) {
        const i = cursor[a];
        if (i === listEnd[arcSource[firstArc + a]]) continue;
        const candidateUs = loads[i] + addedUs[a];
        if (candidateUs > us) continue;
        const candidate = values[i] + addedPrice[a];
        if (candidateUs === us && from !== -1 && candidate <= price) continue;
        from = a;
        us = candidateUs;
        price = candidate;
      }
      if (from === -1) return;
      const i = cursor[from]++;
      if (price <= bestPrice || !this.#reachesFloor(node, us, price)) continue;
      bestPrice = price;
      if (this.#count === firstEntry || us >= loads[this.#count - 1] + widthUs) {
        if (this.#count === loads.length) {
          this.#grow();
          loads = this.#loads;
          values = this.#values;
        }
        loads[this.#count++] = us;
      }
      const entry = this.#count - 1;
      values[entry] = price;
      this.#parent[entry] = i;
      this.#takes[entry] = arcTakes[firstArc + from];
    }
  }

  /** False where no completion of an entry comes above the floor. */
  #reachesFloor(node: number, us: number, price: number): boolean {
    const { upperUs, floor } = this.#limits;
    for (const { rate, rest } of this.#completions)
      if (price + rest[node] + rate * (upperUs - us) <= floor) return false;
    return true;
  }

  #grow(): void {
    const capacity = 2 * this.#loads.length;
    const copy = <T extends { set(from: T): void }>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.#parent = copy(new Int32Array(capacity), this.#parent);
    this.#takes = copy(new Uint8Array(capacity), this.#takes);
    this.#loads = copy(new Float64Array(capacity), this.#loads);
    this.#values = copy(new Float64Array(capacity), this.#values);
  }

  #setOf(entry: number): Uint8Array {
    const { order } = this.#sets;
    const held = new Uint8Array(order.length);
    let layer = order.length;
    for (let i = entry; this.#parent[i] !== -1; i = this.#parent[i]) held[order[--layer]] = this.#takes[i];
    return held;
  }
}
