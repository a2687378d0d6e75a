/**
 * A start for latency: the best cut of one topological order into runs of elements. Each run is a
 * piece of its own on the next accelerator, or is left to the CPUs. The cut is found by dynamic
 * programming over the order's prefixes (DPL of Tarnawski et al., NeurIPS 2020, with a sum in place
 * of their maximum).
 *
 * The sum counts one piece after the other, while pieces and CPUs may overlap. So it is never below
 * the latency of the plan, and it is exact if the network is a line. An accelerator takes one run,
 * within its memory; accelerators may stay empty.
 */
import type { Rng } from "../../../env/model/rng.ts";
import { type DeviceTimes, deviceTimes } from "../../problems/split/element-times.ts";
import type { SplitProblem } from "../../problems/split/split-problem.ts";

/** Device of each element, or null if no cut of this order fits. */
export function cutForLatency(problem: SplitProblem, order: ArrayLike<number>): Int32Array | null {
  const times = deviceTimes(problem);
  const devices = Array.from({ length: times.deviceCount }, (_, d) => d);
  const accelerators = devices.filter((d) => times.pays[d] === 1);
  const cpus = devices.filter((d) => times.pays[d] === 0);
  const cpuOf = Int32Array.from(order, (v) => fastestOf(cpus, times, v));
  const cuts = leastCuts(problem, order, { times, accelerators, cpuOf });
  return cuts && devicesOfCut(cuts, order, accelerators, cpuOf);
}

interface Pool {
  readonly times: DeviceTimes;
  readonly accelerators: readonly number[];
  /** The fastest CPU for the element at each position of the order, or `NO_CPU`. */
  readonly cpuOf: Int32Array;
}

const NO_CPU = -1;

function fastestOf(cpus: readonly number[], { deviceCount, timeUs }: DeviceTimes, v: number): number {
  const us = (d: number) => timeUs[v * deviceCount + d];
  return cpus.reduce((best, d) => (best === NO_CPU || us(d) < us(best) ? d : best), NO_CPU);
}

/** Where no run ends: the accelerator stays empty. */
const EMPTY = -1;
const ON_CPU = -2;

/**
 * How the best cut of each prefix ends: with a run, whose start is given, with an element `ON_CPU`,
 * or with an `EMPTY` accelerator. Entry [b * (n + 1) + j] is that of the first j elements on the
 * first b accelerators. Null if no cut of the whole order fits.
 */
function leastCuts(
  problem: SplitProblem,
  order: ArrayLike<number>,
  { times, accelerators, cpuOf }: Pool,
): Int32Array | null {
  const { deviceCount, timeUs, limitBytes } = times;
  const n = problem.elements.count;
  const width = n + 1;
  const visitRuns = runsFrom(problem, times, order);
  const leastUs = new Float64Array((accelerators.length + 1) * width).fill(Number.POSITIVE_INFINITY);
  const runStart = new Int32Array(leastUs.length).fill(EMPTY);
  const offer = (at: number, us: number, start: number): void => {
    if (us >= leastUs[at]) return;
    leastUs[at] = us;
    runStart[at] = start;
  };
  leastUs[0] = 0;
  for (let b = 0; b <= accelerators.length; b++) {
    const row = b * width;
    if (b > 0) {
      const device = accelerators[b - 1];
      for (let j = 0; j <= n; j++) offer(row + j, leastUs[row - width + j], EMPTY);
      for (let i = 0; i < n; i++) {
        const beforeUs = leastUs[row - width + i];
        if (beforeUs === Number.POSITIVE_INFINITY) continue;
        visitRuns(i, device, limitBytes[device], (j, us) => offer(row + j, beforeUs + us, i));
      }
    }
    for (let j = 0; j < n && cpuOf[j] !== NO_CPU; j++)
      offer(row + j + 1, leastUs[row + j] + timeUs[order[j] * deviceCount + cpuOf[j]], ON_CPU);
  }
  return leastUs[accelerators.length * width + n] === Number.POSITIVE_INFINITY ? null : runStart;
}

/** Reads the best cut of the whole order from its end. */
function devicesOfCut(
  runStart: Int32Array,
  order: ArrayLike<number>,
  accelerators: readonly number[],
  cpuOf: Int32Array,
): Int32Array {
  const n = cpuOf.length;
  const deviceOf = new Int32Array(n);
  for (let b = accelerators.length, j = n; j > 0; ) {
    const start = runStart[b * (n + 1) + j];
    if (start === ON_CPU) {
      j--;
      deviceOf[order[j]] = cpuOf[j];
      continue;
    }
    // With `EMPTY` the prefix stays, on one accelerator less.
    if (start !== EMPTY) while (j > start) deviceOf[order[--j]] = accelerators[b - 1];
    b--;
  }
  return deviceOf;
}

/** A function that visits the end and the load of each run that starts at `first` and fits. */
function runsFrom(
  { elements, memoryBytes, nets }: SplitProblem,
  { deviceCount, timeUs }: DeviceTimes,
  order: ArrayLike<number>,
) {
  const held = new Int32Array(nets.count);
  return (
    first: number,
    device: number,
    limitBytes: number,
    visit: (end: number, us: number) => void,
  ): void => {
    held.fill(0);
    let us = 0;
    let bytes = 0;
    for (let i = first; i < elements.count; i++) {
      const v = order[i];
      us += timeUs[v * deviceCount + device];
      bytes += memoryBytes[v];
      if (us === Number.POSITIVE_INFINITY || bytes > limitBytes) return;
      for (let k = nets.elementStart[v]; k < nets.elementStart[v + 1]; k++) {
        const h = nets.ofElement[k];
        held[h]++;
        if (held[h] === 1) us += nets.transferUs[h];
        if (held[h] === nets.pinStart[h + 1] - nets.pinStart[h]) us -= nets.transferUs[h];
      }
      visit(i + 1, us);
    }
  };
}

/**
 * A random topological order of the elements, depth first: elements that become ready together are
 * shuffled.
 */
export function randomOrder({ elements }: SplitProblem, rng: Rng): Int32Array {
  const { successors, count } = elements;
  const waiting = new Int32Array(count);
  for (const list of successors) for (const to of list) waiting[to]++;
  const ready: number[] = [];
  for (let v = 0; v < count; v++) if (waiting[v] === 0) ready.push(v);
  rng.shuffle(ready);
  const order = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const v = ready.pop()!;
    order[i] = v;
    const freed = successors[v].filter((to) => --waiting[to] === 0);
    for (const to of rng.shuffle([...freed])) ready.push(to);
  }
  return order;
}
