/**
 * What an episode decided and what it saw: all that its replay needs. Decisions with one choice are
 * left out, since nothing is learned from them.
 */

/** Rows of SEL: each chooses among the ready tasks. */
export interface SelectionRecord {
  /** How many tasks were placed before each row. */
  readonly before: Int32Array;
  /** How many choices each row has; those of all rows follow each other in `tasks`. */
  readonly choices: Int32Array;
  readonly tasks: Int32Array;
  /** [all choices x READY_COLUMNS]. */
  readonly columns: Float32Array;
  readonly taken: Int32Array;
}

/** Rows of PLC: each chooses among the devices for one task. */
export interface PlacementRecord {
  readonly before: Int32Array;
  readonly task: Int32Array;
  /** 1 for each device that may be taken, [rows x devices]. */
  readonly mask: Uint8Array;
  /** [rows x devices x DEVICE_COLUMNS]. */
  readonly columns: Float32Array;
  readonly taken: Int32Array;
}

export interface EpisodeRecord {
  /** Tasks in the order in which they were placed, and the device and end of each task. */
  readonly placed: Int32Array;
  readonly device: Int32Array;
  readonly endUs: Float64Array;
  readonly selection: SelectionRecord;
  readonly placement: PlacementRecord;
}

type Numbers = Int32Array | Float32Array | Uint8Array;

/** A typed array that grows at its end. */
export class Column<A extends Numbers> {
  private values: A;
  private readonly make: (size: number) => A;
  length = 0;

  constructor(make: (size: number) => A) {
    this.make = make;
    this.values = make(64);
  }

  /** Room for `count` more entries; answers the array, to be written from the old length on. */
  extend(count: number): A {
    this.length += count;
    if (this.length > this.values.length) {
      const larger = this.make(2 * this.length);
      larger.set(this.values);
      this.values = larger;
    }
    return this.values;
  }

  push(value: number): void {
    this.extend(1)[this.length - 1] = value;
  }

  taken(): A {
    return this.values.slice(0, this.length) as A;
  }
}

export const integers = (): Column<Int32Array> => new Column((size) => new Int32Array(size));
export const floats = (): Column<Float32Array> => new Column((size) => new Float32Array(size));
export const flags = (): Column<Uint8Array> => new Column((size) => new Uint8Array(size));
