/**
 * Sets of small numbers as bits, numbered in the order in which they were met: a hash table with
 * linear probing.
 */

const NONE = -1;

export class NumberedSets {
  readonly words: number;
  count = 0;
  /** Bits of each set, `words` of them one after another. */
  bits: Int32Array;
  #slots = new Int32Array(1024).fill(NONE);
  #hashes = new Int32Array(256);

  constructor(members: number) {
    this.words = (members + 31) >> 5;
    this.bits = new Int32Array(256 * this.words);
  }

  /** Number of the set with these bits, which is the old count where it is new. */
  numberOf(set: Int32Array): number {
    let hash = 0;
    for (let w = 0; w < this.words; w++) hash = Math.imul(hash ^ set[w], 0x9e3779b1) ^ (hash >>> 15);
    hash ^= hash >>> 16;
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (; this.#slots[slot] !== NONE; slot = (slot + 1) & mask) {
      const number = this.#slots[slot];
      if (this.#hashes[number] === hash && this.#equals(number, set)) return number;
    }
    if (this.count === this.#hashes.length) return this.#grow(set);
    this.#slots[slot] = this.count;
    this.#hashes[this.count] = hash;
    this.bits.set(set, this.count * this.words);
    return this.count++;
  }

  has(number: number, member: number): boolean {
    return ((this.bits[number * this.words + (member >> 5)] >>> (member & 31)) & 1) === 1;
  }

  #equals(number: number, set: Int32Array): boolean {
    const at = number * this.words;
    for (let w = 0; w < this.words; w++) if (this.bits[at + w] !== set[w]) return false;
    return true;
  }

  #grow(set: Int32Array): number {
    const hashes = new Int32Array(2 * this.count);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    const bits = new Int32Array(2 * this.bits.length);
    bits.set(this.bits);
    this.bits = bits;
    this.#slots = new Int32Array(2 * this.#slots.length).fill(NONE);
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.count; number++) {
      let slot = hashes[number] & mask;
      while (this.#slots[slot] !== NONE) slot = (slot + 1) & mask;
      this.#slots[slot] = number;
    }
    return this.numberOf(set);
  }
}
