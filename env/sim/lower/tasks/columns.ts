/**
 * Columns of numbers that grow: as fast to fill as arrays, and no work for the garbage collector.
 */

export interface Column<T extends Int32Array | Float64Array> {
  readonly length: number;
  /** Returns the number of the entry. */
  push(value: number): number;
  at(entry: number): number;
  set(entry: number, value: number): void;
  /** The entries; nothing may be pushed afterwards. */
  done(): T;
}

const FIRST = 1024;

export const intColumn = (): Column<Int32Array> => new Growing((length) => new Int32Array(length));
export const floatColumn = (): Column<Float64Array> => new Growing((length) => new Float64Array(length));

class Growing<T extends Int32Array | Float64Array> implements Column<T> {
  readonly #make: (length: number) => T;
  #values: T;
  #length = 0;

  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#values = make(FIRST);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): number {
    if (this.#length === this.#values.length) {
      const before = this.#values;
      this.#values = this.#make(2 * before.length);
      this.#values.set(before);
    }
    this.#values[this.#length] = value;
    return this.#length++;
  }

  at(entry: number): number {
    return this.#values[entry];
  }

  set(entry: number, value: number): void {
    this.#values[entry] = value;
  }

  done(): T {
    return this.#values.subarray(0, this.#length) as T;
  }
}
