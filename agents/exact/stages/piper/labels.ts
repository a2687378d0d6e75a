/**
 * The labels of Piper's program: for each down-set the pairs (devices, sum of replicas) that cover
 * it. None is at least as large as another in both. Each knows the stage that made it.
 *
 * Both numbers are at most, not exactly: a label of fewer devices or replicas stands for all above.
 * So a stage may be made for more micro-batches in flight than it has.
 */

const NONE = -1;
const FIRST_CAPACITY = 1024;

export class Labels {
  count = 0;
  /** First label of each down-set; -1 where there is none. */
  readonly head: Int32Array;
  next: Int32Array = new Int32Array(FIRST_CAPACITY);
  devices: Int32Array = new Int32Array(FIRST_CAPACITY);
  suffix: Int32Array = new Int32Array(FIRST_CAPACITY);
  /** Down-set of the label, and the label of the down-set below the stage. */
  set: Int32Array = new Int32Array(FIRST_CAPACITY);
  from: Int32Array = new Int32Array(FIRST_CAPACITY);
  /** Degree index, replicas and micro-batches in flight of the stage. */
  degree: Int32Array = new Int32Array(FIRST_CAPACITY);
  replicas: Int32Array = new Int32Array(FIRST_CAPACITY);
  inFlight: Int32Array = new Int32Array(FIRST_CAPACITY);
  /** Time of the slowest stage so far. */
  slowest: Float64Array = new Float64Array(FIRST_CAPACITY);
  /** Device time of all stages, where it breaks ties; 0 where it does not. */
  spent: Float64Array = new Float64Array(FIRST_CAPACITY);

  constructor(sets: number) {
    this.head = new Int32Array(sets);
  }

  clear(): void {
    this.head.fill(NONE);
    this.count = 0;
  }

  /** Whether a label of the set has at most so many of both, and no more spent for the same. */
  covers(set: number, devices: number, suffix: number, spent: number): boolean {
    for (let label = this.head[set]; label !== NONE; label = this.next[label]) {
      if (this.devices[label] > devices || this.suffix[label] > suffix) continue;
      if (this.devices[label] < devices || this.suffix[label] < suffix) return true;
      if (this.spent[label] <= spent) return true;
    }
    return false;
  }

  /** Adds a label that no label of the set covers, in place of those that it covers. */
  add(set: number, devices: number, suffix: number, spent: number): number {
    let last = NONE;
    for (let label = this.head[set]; label !== NONE; label = this.next[label]) {
      if (devices > this.devices[label] || suffix > this.suffix[label]) last = label;
      else if (last === NONE) this.head[set] = this.next[label];
      else this.next[last] = this.next[label];
    }
    if (this.count === this.next.length) this.#grow();
    const label = this.count++;
    this.next[label] = this.head[set];
    this.head[set] = label;
    this.set[label] = set;
    this.devices[label] = devices;
    this.suffix[label] = suffix;
    this.spent[label] = spent;
    this.from[label] = NONE;
    this.slowest[label] = 0;
    return label;
  }

  #grow(): void {
    const twice = <A extends Int32Array | Float64Array>(old: A): A => {
      const grown = new (old.constructor as new (length: number) => A)(2 * old.length);
      grown.set(old);
      return grown;
    };
    this.next = twice(this.next);
    this.devices = twice(this.devices);
    this.suffix = twice(this.suffix);
    this.set = twice(this.set);
    this.from = twice(this.from);
    this.degree = twice(this.degree);
    this.replicas = twice(this.replicas);
    this.inFlight = twice(this.inFlight);
    this.slowest = twice(this.slowest);
    this.spent = twice(this.spent);
  }
}
