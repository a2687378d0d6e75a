/**
 * Piper's dynamic program over down-sets, asked another question: is there a plan whose slowest
 * stage takes at most `limit`? Then a down-set needs no table over all numbers of devices and
 * replicas. It needs the few pairs of them that no other one beats in both (labels.ts).
 *
 * A stage follows a label with the fewest replicas that keep it within the limit: more of them take
 * more of both. Four rules leave transitions out without losing a plan:
 *
 *   1. stages whose work alone, or whose least bytes, are too much for all replicas there are;
 *   2. numbers of replicas for which that holds;
 *   3. labels from which the devices left cannot take the work left within the limit;
 *   4. labels that another one of their down-set covers.
 *
 * The greedy knapsack can be slower at fewer micro-batches in flight. As a label stands for all
 * larger ones, a stage may then be made for more in flight. The program tries that as far as the
 * knapsack's bound lets it hope.
 */
import type { DownSets } from "./down-sets.ts";
import type { Knapsack } from "./knapsack.ts";
import { Labels } from "./labels.ts";
import type { PiperProblem } from "./problem.ts";
import { StageItems } from "./stage-items.ts";

/** Sums over down-sets round; bounds from them are lowered by this share of the sums. */
const ROUNDING = 1e-12;

/**
 * `first` ends a run at the first plan. `best` takes the plan of fewest devices, and of least
 * device time among labels that are alike.
 */
export type Stop = "first" | "best";

export class ThresholdProgram {
  readonly labels: Labels;
  /** After a run without a plan: no plan is below it. */
  nextLimit = 0;
  /** Stages that were looked at, and knapsacks solved, in all runs. */
  stages = 0;
  knapsacks = 0;

  readonly #problem: PiperProblem;
  readonly #sets: DownSets;
  readonly #knapsack: Knapsack;
  readonly #items: StageItems;
  readonly #mostSuffix: number;
  readonly #mostDevices: Int32Array;
  readonly #stack: Int32Array;
  readonly #seen: Int32Array;
  #mark = 0;
  #limit = 0;
  #stop: Stop = "first";
  /** What the items hold. */
  #heldFrom = -1;
  #heldTo = -1;
  #heldDegree = -1;
  /** Time of the stage that a knapsack was solved for last. */
  #time = 0;
  /** Fewest devices and replicas over the labels of the down-set that is extended. */
  #fewestDevices = 0;
  #fewestReplicas = 0;

  constructor(problem: PiperProblem, sets: DownSets, knapsack: Knapsack) {
    this.#problem = problem;
    this.#sets = sets;
    this.#knapsack = knapsack;
    this.#items = new StageItems(problem);
    this.#mostSuffix = Math.min(problem.devices, problem.microBatches);
    this.#mostDevices = Int32Array.from(problem.degrees);
    this.#stack = new Int32Array(sets.count);
    this.#seen = new Int32Array(sets.count);
    this.labels = new Labels(sets.count);
  }

  /** A label of all layers, or -1 where no plan is within the limit. */
  run(limit: number, stop: Stop = "first"): number {
    const { labels } = this;
    const full = this.#sets.count - 1;
    this.#limit = limit;
    this.#stop = stop;
    this.nextLimit = Number.POSITIVE_INFINITY;
    labels.clear();
    labels.add(0, 0, 0, 0);
    for (let set = 0; set < full; set++) {
      if (labels.head[set] === -1) continue;
      this.#extend(set);
      if (stop === "first" && labels.head[full] !== -1) break;
    }
    let best = labels.head[full];
    for (let label = best; label !== -1; label = labels.next[label])
      if (labels.devices[label] < labels.devices[best]) best = label;
    return best;
  }

  /** Visits every down-set above, but those above a stage that is too much for any devices. */
  #extend(from: number): void {
    const { aboveStart, above } = this.#sets;
    const stack = this.#stack;
    const seen = this.#seen;
    const mark = ++this.#mark;
    this.#prepare(from);
    let size = 0;
    stack[size++] = from;
    while (size > 0) {
      const set = stack[--size];
      for (let i = aboveStart[set]; i < aboveStart[set + 1]; i++) {
        const to = above[i];
        if (seen[to] === mark) continue;
        seen[to] = mark;
        if (this.#place(from, to)) stack[size++] = to;
      }
    }
  }

  /** Most replicas of a stage after any label of the down-set, for each degree. */
  #prepare(from: number): void {
    const { labels } = this;
    const { degrees, devices, replicas } = this.#problem;
    this.#fewestDevices = Number.POSITIVE_INFINITY;
    this.#fewestReplicas = Number.POSITIVE_INFINITY;
    for (let label = labels.head[from]; label !== -1; label = labels.next[label]) {
      this.#fewestDevices = Math.min(this.#fewestDevices, labels.devices[label]);
      this.#fewestReplicas = Math.min(this.#fewestReplicas, labels.suffix[label]);
    }
    for (let i = 0; i < degrees.length; i++) {
      const room = Math.min(
        Math.floor((devices - this.#fewestDevices) / degrees[i]),
        this.#mostSuffix - this.#fewestReplicas,
      );
      let most = 0;
      for (const d of replicas) if (d <= room) most = d;
      this.#mostDevices[i] = most;
    }
  }

  /** Tries the stage between two down-sets; false where no larger stage can do either. */
  #place(from: number, to: number): boolean {
    const { count, time, missing } = this.#sets;
    const { degrees } = this.#problem;
    this.stages++;
    let mayGrow = false;
    for (let i = 0; i < degrees.length; i++) {
      const [low, high] = [i * count + from, i * count + to];
      const most = this.#mostDevices[i];
      if (most === 0 || missing[high] > missing[low]) continue;
      const work = between(time, low, high);
      if (work > this.#limit * most) {
        this.#reject(work / most);
        continue;
      }
      if (this.#exceedsMemory(from, to, i, 1 + Math.ceil(this.#fewestReplicas / most))) continue;
      mayGrow = true;
      for (let label = this.labels.head[from]; label !== -1; label = this.labels.next[label])
        this.#follow(label, to, i, work);
    }
    return mayGrow;
  }

  /** Adds the labels that the stage makes of one label, at a degree index. */
  #follow(label: number, to: number, degree: number, work: number): void {
    const { labels } = this;
    const { degrees, devices, replicas } = this.#problem;
    const { deviceTime, count } = this.#sets;
    const workLeft = between(deviceTime, to, count - 1);
    const [usedDevices, usedSuffix, t] = [labels.devices[label], labels.suffix[label], degrees[degree]];
    const from = labels.set[label];
    let tooSlow = Number.POSITIVE_INFINITY;
    for (let r = 0; r < replicas.length; r++) {
      const d = replicas[r];
      const used = usedDevices + d * t;
      const suffix = usedSuffix + d;
      if (used > devices || suffix > this.#mostSuffix) break;
      if (work > this.#limit * d) {
        tooSlow = work / d;
        continue;
      }
      if (to < count - 1 && workLeft > this.#limit * (devices - used)) {
        this.#reject(workLeft / (devices - used));
        break;
      }
      if (labels.covers(to, used, suffix, this.#spent(label, work * t))) break;
      const inFlight = Math.ceil(suffix / d);
      if (this.#exceedsMemory(from, to, degree, inFlight)) continue;
      const made = this.#inFlightWithin(from, to, degree, d, inFlight);
      if (made === -1) continue;
      const reached = made === inFlight ? suffix : d * (made - 1) + 1;
      const spent = this.#spent(label, this.#time * d * t);
      if (labels.covers(to, used, reached, spent)) continue;
      const added = labels.add(to, used, reached, spent);
      labels.from[added] = label;
      labels.degree[added] = degree;
      labels.replicas[added] = d;
      labels.inFlight[added] = made;
      labels.slowest[added] = Math.max(labels.slowest[label], this.#time);
      if (made === inFlight) break;
    }
    this.#reject(tooSlow);
  }

  /** Whether the least bytes of the stage are too many. */
  #exceedsMemory(from: number, to: number, degree: number, inFlight: number): boolean {
    return between(this.#sets.bytesAt(degree, inFlight), from, to) > this.#problem.memoryBytes;
  }

  /**
   * Fewest micro-batches in flight, from those given, for which the knapsack makes the stage fast
   * enough; -1 where there are none.
   */
  #inFlightWithin(from: number, to: number, degree: number, replicas: number, least: number): number {
    const items = this.#items;
    this.#hold(from, to, degree);
    items.spread(replicas);
    if (items.fastestTime > this.#limit) {
      this.#reject(items.fastestTime);
      return -1;
    }
    for (let inFlight = least; replicas * (inFlight - 1) < this.#mostSuffix; inFlight++) {
      this.knapsacks++;
      const time = this.#knapsack.solve(items, inFlight);
      this.#time = time;
      if (time <= this.#limit) return inFlight;
      this.#reject(time);
      this.#reject(this.#knapsack.bound);
      if (this.#knapsack.bound > this.#limit) return -1;
    }
    return -1;
  }

  /** Device time after a stage that takes so much; counted only where it breaks ties. */
  #spent(label: number, deviceTime: number): number {
    return this.#stop === "first" ? 0 : this.labels.spent[label] + deviceTime;
  }

  #hold(from: number, to: number, degree: number): void {
    if (this.#heldFrom === from && this.#heldTo === to && this.#heldDegree === degree) return;
    this.#heldFrom = from;
    this.#heldTo = to;
    this.#heldDegree = degree;
    const items = this.#items;
    const { bits } = this.#sets.table;
    const words = (this.#problem.count + 31) >> 5;
    items.count = 0;
    for (let w = 0; w < words; w++)
      for (let rest = bits[to * words + w] ^ bits[from * words + w]; rest !== 0; rest &= rest - 1)
        items.layers[items.count++] = 32 * w + 31 - Math.clz32(rest & -rest);
    items.take(degree);
  }

  /** Notes from which limit on something would be allowed that is not. */
  #reject(needed: number): void {
    if (needed > this.#limit && needed < this.nextLimit) this.nextLimit = needed;
  }
}

/** A sum over a stage from sums over the down-sets below and above it, not above the true one. */
const between = (sums: Float64Array, from: number, to: number): number =>
  sums[to] - sums[from] - ROUNDING * sums[to];
