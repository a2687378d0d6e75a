/**
 * A queue of ideals, least key first: a binary heap. Equal keys leave in the order of the ideals'
 * numbers.
 */

export class IdealQueue {
  #keys = new Float64Array(256);
  #ideals = new Int32Array(256);
  #count = 0;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  push(ideal: number, key: number): void {
    if (this.#count === this.#ideals.length) this.#grow();
    let at = this.#count++;
    for (let parent = (at - 1) >> 1; at > 0 && this.#less(key, ideal, parent); parent = (at - 1) >> 1) {
      this.#put(at, this.#keys[parent], this.#ideals[parent]);
      at = parent;
    }
    this.#put(at, key, ideal);
  }

  /** Removes the first one. Pre: the queue is not empty. */
  pop(): number {
    const first = this.#ideals[0];
    const count = --this.#count;
    const key = this.#keys[count];
    const ideal = this.#ideals[count];
    let at = 0;
    for (let child = 1; child < count; child = 2 * at + 1) {
      if (child + 1 < count && this.#less(this.#keys[child + 1], this.#ideals[child + 1], child)) child++;
      if (!this.#less(this.#keys[child], this.#ideals[child], -1, key, ideal)) break;
      this.#put(at, this.#keys[child], this.#ideals[child]);
      at = child;
    }
    this.#put(at, key, ideal);
    return first;
  }

  #less(
    key: number,
    ideal: number,
    at: number,
    otherKey = this.#keys[at],
    other = this.#ideals[at],
  ): boolean {
    return key < otherKey || (key === otherKey && ideal < other);
  }

  #put(at: number, key: number, ideal: number): void {
    this.#keys[at] = key;
    this.#ideals[at] = ideal;
  }

  #grow(): void {
    const keys = new Float64Array(2 * this.#keys.length);
    const ideals = new Int32Array(2 * this.#ideals.length);
    keys.set(this.#keys);
    ideals.set(this.#ideals);
    this.#keys = keys;
    this.#ideals = ideals;
  }
}
