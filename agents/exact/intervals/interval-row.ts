/**
 * One row of PipeDream's interval program, for the states after one state. It has the best time up
 * to each other state on each number of machines of a level, all used. The last stage k..j has r
 * replicas:
 *
 *     best(j, m) = min( firstUs(j, m), min over k, r of
 *                       max( best(k, m-r), lastUs(k, j, r), transferUs(k, j, r) ) )
 *
 * The published program tries all states k before j. Here the states are in the order of their work
 * for each r (stage-orders.ts), which bounds lastUs from below. They are tried from the most work
 * down to the first that is too far from j. Blocks of states are skipped where best(k, m-r) is too
 * long in all of them. The cut of a state that j extends is tried first, which gives a good limit
 * early. The least value stays exact.
 */
import { firstUs, type LevelCosts, lastUs, START, transferUs } from "./interval-costs.ts";
import { isBefore } from "./interval-states.ts";
import { LeastOfBlocks, type StageOrder, stageOrder, startOfBlock } from "./stage-orders.ts";

/** Least times, shape [machines + 1, count]. */
export type Row = Float64Array;

export class RowSolver {
  readonly #costs: LevelCosts;
  readonly #comparable: boolean;
  /** By replicas of the last stage. */
  readonly #orders: readonly StageOrder[];
  /** By replicas of the last stage, then by machines of the stages before it. */
  readonly #least: readonly (readonly LeastOfBlocks[])[];
  readonly #row: Row;
  /** Best cut of each value of the row, START where there is none. */
  readonly #cutOf: Int32Array;

  /** `comparable`: only states that the first one leads to count. */
  constructor(costs: LevelCosts, comparable: boolean) {
    const { machines, mostReplicas, states } = costs;
    const most = Math.min(mostReplicas, machines - 1);
    this.#costs = costs;
    this.#comparable = comparable;
    this.#orders = Array.from({ length: most + 1 }, (_, r) => stageOrder(costs, r, comparable));
    this.#least = this.#orders.map((_, r) =>
      Array.from({ length: machines - r + 1 }, () => new LeastOfBlocks(r === 0 ? 0 : states.count)),
    );
    this.#row = new Float64Array((machines + 1) * states.count);
    this.#cutOf = new Int32Array(this.#row.length);
  }

  /** The row of the states after one; the next call overwrites it. */
  solve(after: number): Row {
    const { machines, mostReplicas, states } = this.#costs;
    const { count } = states;
    this.#row.fill(Number.POSITIVE_INFINITY);
    this.#cutOf.fill(START);
    for (const list of this.#least) for (const least of list) least.clear();
    for (let j = after + 1; j < count; j++) {
      if (this.#comparable && after !== START && !isBefore(states, after, j)) continue;
      for (let m = 1; m <= machines; m++) {
        const limit = m > mostReplicas ? Number.POSITIVE_INFINITY : firstUs(this.#costs, after, j, m);
        const value = this.#search(j, m, limit);
        this.#row[m * count + j] = value;
        for (let r = 1; r < this.#orders.length && r + m <= machines; r++)
          this.#least[r][m].add(this.#orders[r].rank[j], value);
      }
    }
    return this.#row;
  }

  /** The best of the cuts before `j`, or the limit where none is below it. */
  #search(j: number, m: number, limit: number): number {
    const { mostReplicas, states } = this.#costs;
    const most = Math.min(mostReplicas, m - 1);
    let least = limit;
    const parent = states.parent[j];
    const known = parent < 0 ? START : this.#cutOf[m * states.count + parent];
    if (known !== START && isBefore(states, known, j))
      for (let r = 1; r <= most; r++) least = this.#attempt(known, j, r, m, least);
    for (let r = 1; r <= most; r++) least = this.#searchWith(r, j, m, least);
    return least;
  }

  #searchWith(r: number, j: number, m: number, limit: number): number {
    const { count, before, words } = this.#costs.states;
    const { byWork, rank, work, isBound } = this.#orders[r];
    const blocks = this.#least[r][m - r];
    const row = this.#row;
    const rowAt = (m - r) * count;
    const beforeAt = j * words;
    let least = limit;
    for (let last = rank[j]; last >= 0; ) {
      if (isBound && (work[j] - work[byWork[last]]) / r >= least) break;
      const found = blocks.skip(last, least);
      const start = found < last ? found + 1 : startOfBlock(last);
      for (let i = found; i >= start; i--) {
        const k = byWork[i];
        if (row[rowAt + k] >= least) continue;
        if (isBound && (work[j] - work[k]) / r >= least) break;
        if (((before[beforeAt + (k >> 5)] >>> (k & 31)) & 1) === 1) least = this.#attempt(k, j, r, m, least);
      }
      last = start - 1;
    }
    return least;
  }

  #attempt(k: number, j: number, r: number, m: number, least: number): number {
    const { count } = this.#costs.states;
    const value = Math.max(
      this.#row[(m - r) * count + k],
      lastUs(this.#costs, k, j, r),
      transferUs(this.#costs, k, j, r),
    );
    if (value >= least) return least;
    this.#cutOf[m * count + j] = k;
    return value;
  }
}
