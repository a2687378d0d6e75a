/**
 * The set S that a device could take on top of an ideal. The search adds elements to it and removes
 * them again in reverse order.
 *
 * Depth d is the state of S with d elements. Each quantity has one entry, or one row, per depth, so
 * that a removal restores it by reading the row before.
 */

import type { SplitProblem } from "../../problems/split/split-problem.ts";
import type { IdealTable } from "./ideal-table.ts";
import type { WorkWindows } from "./work-windows.ts";

type Lists = readonly (readonly number[])[];

export class GrowingSet {
  /** Bits of the ideal and S together. */
  readonly members: Int32Array;
  /** Exclusive or of the hashes of all members. */
  hash = 0;
  /** Elements that may follow, in the order in which they became ready; `readyEnd` per depth. */
  readonly ready: Int32Array;
  readonly readyEnd: Int32Array;
  /** Direct predecessors of each element that are not members. */
  readonly waiting: Int32Array;
  readonly computeUs: Float64Array;
  /** What a device that pays for transfers pays for the nets that S cuts. */
  readonly transferUs: Float64Array;
  readonly bytes: Float64Array;
  /** What is outside of the ideal and S: work in each window, elements beyond it, bytes. */
  readonly leftWork: Float64Array;
  readonly leftBeyond: Int32Array;
  readonly leftBytes: Float64Array;

  // What the loops read of the problem and its windows, as fields of one shape.
  readonly #timeUs: Float64Array;
  readonly #memoryBytes: Float64Array;
  readonly #typeCount: number;
  readonly #elementStart: Int32Array;
  readonly #ofElement: Int32Array;
  readonly #netUs: Float64Array;
  readonly #windowCount: number;
  readonly #workOf: Float64Array;
  readonly #beyond: Uint8Array;
  readonly #successors: Lists;
  readonly #hashOf: Int32Array;
  /** Element that was added at each depth. */
  readonly #added: Int32Array;
  /** Elements of S in each net, and elements of each net. */
  readonly #inside: Int32Array;
  readonly #netPins: Int32Array;

  constructor(problem: SplitProblem, windows: WorkWindows, successors: Lists) {
    const { nets } = problem;
    const n = problem.elements.count;
    this.#timeUs = problem.timeUs;
    this.#memoryBytes = problem.memoryBytes;
    this.#typeCount = problem.types.length;
    this.#elementStart = nets.elementStart;
    this.#ofElement = nets.ofElement;
    this.#netUs = nets.transferUs;
    this.#windowCount = windows.count;
    this.#workOf = windows.workOf;
    this.#beyond = windows.beyond;
    this.#successors = successors;
    this.#hashOf = Int32Array.from({ length: n }, (_, v) => scramble(v + 1));
    this.#added = new Int32Array(n);
    this.#inside = new Int32Array(nets.count);
    this.#netPins = Int32Array.from(
      { length: nets.count },
      (_, h) => nets.pinStart[h + 1] - nets.pinStart[h],
    );
    this.members = new Int32Array((n + 31) >> 5);
    this.ready = new Int32Array(n);
    this.readyEnd = new Int32Array(n + 1);
    this.waiting = new Int32Array(n);
    this.computeUs = new Float64Array(n + 1);
    this.transferUs = new Float64Array(n + 1);
    this.bytes = new Float64Array(n + 1);
    this.leftWork = new Float64Array((n + 1) * windows.count);
    this.leftBeyond = new Int32Array((n + 1) * windows.count);
    this.leftBytes = new Float64Array(n + 1);
  }

  /** The empty set on top of an ideal. Pre: S is empty. */
  startFrom(table: IdealTable, ideal: number): void {
    const { waiting, leftWork, leftBeyond, leftBytes } = this;
    const windowCount = this.#windowCount;
    const workOf = this.#workOf;
    const beyond = this.#beyond;
    this.hash = 0;
    table.copyBits(ideal, this.members);
    waiting.fill(0);
    leftWork.fill(0, 0, windowCount);
    leftBeyond.fill(0, 0, windowCount);
    leftBytes[0] = 0;
    for (let v = 0; v < waiting.length; v++) {
      if (this.has(v)) {
        this.hash ^= this.#hashOf[v];
        continue;
      }
      for (const w of this.#successors[v]) waiting[w]++;
      leftBytes[0] += this.#memoryBytes[v];
      for (let window = 0; window < windowCount; window++) {
        leftWork[window] += workOf[v * windowCount + window];
        leftBeyond[window] += beyond[v * windowCount + window];
      }
    }
  }

  /** Fills the list of ready elements at a depth, in ascending order. */
  collectReady(depth: number): void {
    const { ready, waiting } = this;
    let end = 0;
    for (let v = 0; v < waiting.length; v++) if (!this.has(v) && waiting[v] === 0) ready[end++] = v;
    this.readyEnd[depth] = end;
  }

  /** 1 where v is in the ideal or in S. */
  has(v: number): number {
    return (this.members[v >> 5] >>> (v & 31)) & 1;
  }

  /** Adds v on a device of the type. */
  add(v: number, depth: number, type: number): void {
    const { ready, waiting } = this;
    const bytes = this.#memoryBytes[v];
    const above = depth + 1;
    this.#added[depth] = v;
    this.members[v >> 5] |= 1 << (v & 31);
    this.hash ^= this.#hashOf[v];
    this.bytes[above] = this.bytes[depth] + bytes;
    this.leftBytes[above] = this.leftBytes[depth] - bytes;
    this.#takeFromLeft(v, depth);
    this.transferUs[above] = this.transferUs[depth] + this.countIn(v);
    let end = this.readyEnd[depth];
    for (const w of this.#successors[v]) if (--waiting[w] === 0) ready[end++] = w;
    this.readyEnd[above] = end;
    this.computeUs[above] = this.computeUs[depth] + this.#timeUs[v * this.#typeCount + type];
  }

  #takeFromLeft(v: number, depth: number): void {
    const { leftWork, leftBeyond } = this;
    const windowCount = this.#windowCount;
    const workOf = this.#workOf;
    const beyond = this.#beyond;
    for (let window = 0; window < windowCount; window++) {
      const at = depth * windowCount + window;
      leftWork[at + windowCount] = leftWork[at] - workOf[v * windowCount + window];
      leftBeyond[at + windowCount] = leftBeyond[at] - beyond[v * windowCount + window];
    }
  }

  /** Removes the element that was added at this depth, the last one. */
  remove(depth: number): void {
    const v = this.#added[depth];
    this.members[v >> 5] &= ~(1 << (v & 31));
    this.hash ^= this.#hashOf[v];
    this.countOut(v);
    for (const w of this.#successors[v]) this.waiting[w]++;
  }

  /** Counts v into its nets and returns by how much the transfers of S grow. */
  countIn(v: number): number {
    const elementStart = this.#elementStart;
    const ofElement = this.#ofElement;
    const netUs = this.#netUs;
    const inside = this.#inside;
    const netPins = this.#netPins;
    let us = 0;
    for (let i = elementStart[v]; i < elementStart[v + 1]; i++) {
      const h = ofElement[i];
      const pins = ++inside[h];
      if (pins === 1) us += netUs[h];
      else if (pins === netPins[h]) us -= netUs[h];
    }
    return us;
  }

  countOut(v: number): void {
    const elementStart = this.#elementStart;
    const ofElement = this.#ofElement;
    const inside = this.#inside;
    for (let i = elementStart[v]; i < elementStart[v + 1]; i++) inside[ofElement[i]]--;
  }
}

/**
 * A well-mixed 32-bit number for an element (the finalizer of MurmurHash3). The hash of a set is
 * the exclusive or over its elements.
 */
function scramble(element: number): number {
  let h = Math.imul(element, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
