/**
 * The ideals (predecessor-closed sets of elements) that a search has met. Each has one label per
 * state and the step that set it.
 *
 * A state says how many devices of each type are used, as a mixed-radix number. Its label is the
 * least max load with which those devices can cover the ideal. Ideals are bit sets in a hash table
 * with linear probing, numbered in the order in which they were added.
 */

const NONE = -1;

export class IdealTable {
  readonly states: number;
  readonly #words: number;
  count = 0;
  bits: Int32Array;
  labels: Float64Array;
  /** Ideal from which the label's last device starts, -1 where there is no label. */
  fromIdeal: Int32Array;
  /** Type of the label's last device. */
  byType: Int8Array;
  /** 1 where a label has not been expanded. */
  isOpen: Uint8Array;
  #sizes: Int32Array;
  #slots: Int32Array;
  #hashes: Int32Array;

  constructor(elements: number, states: number) {
    this.states = states;
    this.#words = (elements + 31) >> 5;
    const capacity = 256;
    this.bits = new Int32Array(capacity * this.#words);
    this.labels = new Float64Array(capacity * states);
    this.fromIdeal = new Int32Array(capacity * states);
    this.byType = new Int8Array(capacity * states);
    this.isOpen = new Uint8Array(capacity * states);
    this.#sizes = new Int32Array(capacity);
    this.#hashes = new Int32Array(capacity);
    this.#slots = new Int32Array(4 * capacity).fill(NONE);
  }

  /** Index of the ideal with these bits. A new ideal is added without labels. */
  indexOf(bits: Int32Array, hash: number, size: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (; this.#slots[slot] !== NONE; slot = (slot + 1) & mask) {
      const ideal = this.#slots[slot];
      if (this.#hashes[ideal] === hash && this.#equals(ideal, bits)) return ideal;
    }
    return this.#add(slot, bits, hash, size);
  }

  /** How many elements it has. */
  size(ideal: number): number {
    return this.#sizes[ideal];
  }

  /** Elements that are in one ideal and not in the other. */
  difference(one: number, other: number): number[] {
    const elements: number[] = [];
    for (let w = 0; w < this.#words; w++) {
      const bits = this.bits[one * this.#words + w] ^ this.bits[other * this.#words + w];
      for (let b = 0; b < 32; b++) if ((bits >>> b) & 1) elements.push(32 * w + b);
    }
    return elements;
  }

  copyBits(ideal: number, into: Int32Array): void {
    into.set(this.bits.subarray(ideal * this.#words, (ideal + 1) * this.#words));
  }

  #equals(ideal: number, bits: Int32Array): boolean {
    const base = ideal * this.#words;
    for (let w = 0; w < this.#words; w++) if (this.bits[base + w] !== bits[w]) return false;
    return true;
  }

  #add(slot: number, bits: Int32Array, hash: number, size: number): number {
    if (this.count === this.#sizes.length) this.#grow();
    const ideal = this.count++;
    this.bits.set(bits, ideal * this.#words);
    this.labels.fill(Number.POSITIVE_INFINITY, ideal * this.states, (ideal + 1) * this.states);
    this.fromIdeal.fill(NONE, ideal * this.states, (ideal + 1) * this.states);
    this.#hashes[ideal] = hash;
    this.#sizes[ideal] = size;
    this.#slots[slot] = ideal;
    if (2 * this.count > this.#slots.length) this.#rehash();
    return ideal;
  }

  #grow(): void {
    const twice = <A extends Int32Array | Int8Array | Uint8Array | Float64Array>(old: A): A => {
      const grown = new (old.constructor as new (length: number) => A)(2 * old.length);
      grown.set(old);
      return grown;
    };
    this.bits = twice(this.bits);
    this.labels = twice(this.labels);
    this.fromIdeal = twice(this.fromIdeal);
    this.byType = twice(this.byType);
    this.isOpen = twice(this.isOpen);
    this.#sizes = twice(this.#sizes);
    this.#hashes = twice(this.#hashes);
  }

  #rehash(): void {
    this.#slots = new Int32Array(2 * this.#slots.length).fill(NONE);
    const mask = this.#slots.length - 1;
    for (let ideal = 0; ideal < this.count; ideal++) {
      let slot = this.#hashes[ideal] & mask;
      while (this.#slots[slot] !== NONE) slot = (slot + 1) & mask;
      this.#slots[slot] = ideal;
    }
  }
}
