/**
 * Sharding of embedding tables: each table takes one of its schemes, and the shards of a scheme go
 * to different devices. The largest cost of a device is made as small as possible, where every
 * device has enough memory. The problem is that of Neo (Mudigere et al., ISCA 2022), solved exactly
 * by branch and bound over tables, largest first.
 */
import { largest } from "./smallest-largest.ts";

export interface Shard {
  readonly cost: number;
  readonly bytes: number;
}

/** A way to cut a table. */
export interface TableScheme {
  readonly name: string;
  readonly shards: readonly Shard[];
}

export interface TableProblem {
  readonly devices: number;
  /** The most bytes of a device. */
  readonly limit: number;
  /** Schemes of each table, at least one. */
  readonly tables: readonly (readonly TableScheme[])[];
}

export interface TablePlan {
  /** Chosen scheme of each table. */
  readonly schemeOf: Int32Array;
  /** Device of each shard of each table. */
  readonly devicesOf: readonly (readonly number[])[];
  /** Largest sum of costs of a device. */
  readonly largest: number;
}

/** Null where no choice fits. Exponential in the number of tables; some ten are quick. */
export function bestTableShards(problem: TableProblem): TablePlan | null {
  return new ShardSearch(problem).run();
}

class ShardSearch {
  private readonly problem: TableProblem;
  private readonly order: readonly number[];
  /** Least cost of all tables from a position on, summed over devices. */
  private readonly costAfter: Float64Array;
  private readonly loads: Float64Array;
  private readonly filled: Float64Array;
  private readonly schemeOf: Int32Array;
  private readonly devicesOf: (readonly number[])[];
  private best: TablePlan | null = null;

  constructor(problem: TableProblem) {
    const { devices, tables } = problem;
    this.problem = problem;
    const least = tables.map((schemes) => Math.min(...schemes.map(costOf)));
    this.order = [...tables.keys()].sort((a, b) => least[b] - least[a] || a - b);
    this.costAfter = new Float64Array(tables.length + 1);
    for (let i = tables.length - 1; i >= 0; i--)
      this.costAfter[i] = this.costAfter[i + 1] + least[this.order[i]];
    this.loads = new Float64Array(devices);
    this.filled = new Float64Array(devices);
    this.schemeOf = new Int32Array(tables.length);
    this.devicesOf = tables.map(() => []);
  }

  run(): TablePlan | null {
    this.placeTable(0);
    return this.best;
  }

  private placeTable(position: number): void {
    if (this.isHopeless(position)) return;
    if (position === this.order.length) {
      this.best = {
        schemeOf: this.schemeOf.slice(),
        devicesOf: [...this.devicesOf],
        largest: largest(this.loads),
      };
      return;
    }
    const table = this.order[position];
    this.problem.tables[table].forEach(({ shards }, scheme) => {
      this.schemeOf[table] = scheme;
      this.placeShards(shards, [], (devices) => {
        this.devicesOf[table] = devices;
        this.placeTable(position + 1);
      });
    });
  }

  /** No plan below this one is better than the best. */
  private isHopeless(position: number): boolean {
    if (this.best === null) return false;
    const total = this.loads.reduce((sum, load) => sum + load, this.costAfter[position]);
    return Math.max(largest(this.loads), total / this.loads.length) >= this.best.largest;
  }

  /** All ways to put shards on different devices, one for devices and shards that are alike. */
  private placeShards(
    shards: readonly Shard[],
    devices: readonly number[],
    then: (devices: readonly number[]) => void,
  ): void {
    if (devices.length === shards.length) {
      then(devices);
      return;
    }
    const shard = shards[devices.length];
    const last = devices.length - 1;
    const isAgain = last >= 0 && isEqual(shards[last], shard);
    const tried = new Set<string>();
    for (let device = isAgain ? devices[last] + 1 : 0; device < this.loads.length; device++) {
      const state = `${this.loads[device]} ${this.filled[device]}`;
      if (devices.includes(device) || this.filled[device] + shard.bytes > this.problem.limit) continue;
      if (!isAgain && tried.has(state)) continue;
      tried.add(state);
      const [load, filled] = [this.loads[device], this.filled[device]];
      this.loads[device] = load + shard.cost;
      this.filled[device] = filled + shard.bytes;
      this.placeShards(shards, [...devices, device], then);
      this.loads[device] = load;
      this.filled[device] = filled;
    }
  }
}

const costOf = ({ shards }: TableScheme): number => shards.reduce((sum, { cost }) => sum + cost, 0);

const isEqual = (one: Shard, other: Shard): boolean => one.cost === other.cost && one.bytes === other.bytes;
