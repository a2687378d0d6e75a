/**
 * A start for latency: the best way to cut one topological order into runs of elements, each run a
 * piece of its own on the next accelerator or left to the CPUs, by dynamic programming over the
 * order's prefixes (DPL of Tarnawski et al., NeurIPS 2020, with a sum in place of their maximum).
 *
 * The sum counts one piece after the other, so that it is never less than the latency of the plan:
 * pieces may overlap, CPUs too. It is exact where the network is a line. An accelerator takes one
 * run, within its memory; accelerators may be left out.
 */
import type { Rng } from "../../../env/model/rng.ts";
import { deviceTimes } from "../../problems/element-times.ts";
import type { SplitProblem } from "../../problems/split-problem.ts";

/** Device of each element, or null where no cut of this order fits. */
export function cutForLatency(problem: SplitProblem, order: ArrayLike<number>): Int32Array | null {
  const { deviceCount, timeUs, limitBytes, pays } = deviceTimes(problem);
  const n = problem.elements.count;
  const devices = Array.from({ length: deviceCount }, (_, d) => d);
  const accelerators = devices.filter((d) => pays[d] === 1);
  const cpus = devices.filter((d) => pays[d] === 0);
  const position = new Int32Array(n);
  for (let i = 0; i < n; i++) position[order[i]] = i;
  const sumUs = runSums(problem, order);

  /**
   * Least sum of the first j elements on the first b accelerators, and from where the last run goes
   * on.
   */
  const width = n + 1;
  const leastUs = new Float64Array((accelerators.length + 1) * width).fill(Number.POSITIVE_INFINITY);
  const runStart = new Int32Array(leastUs.length).fill(SKIPPED);
  leastUs[0] = 0;
  const cheapestCpu = (v: number): number =>
    cpus.reduce(
      (best, d) => (best === -1 || timeUs[v * deviceCount + d] < timeUs[v * deviceCount + best] ? d : best),
      -1,
    );
  for (let b = 0; b <= accelerators.length; b++) {
    if (b > 0)
      for (let j = 0; j <= n; j++) {
        const at = b * width + j;
        if (leastUs[at - width] < leastUs[at]) leastUs[at] = leastUs[at - width];
      }
    for (let i = 0; b > 0 && i < n; i++) {
      const beforeUs = leastUs[(b - 1) * width + i];
      if (beforeUs === Number.POSITIVE_INFINITY) continue;
      sumUs(i, accelerators[b - 1], limitBytes[accelerators[b - 1]], (j, us) => {
        const at = b * width + j;
        if (beforeUs + us >= leastUs[at]) return;
        leastUs[at] = beforeUs + us;
        runStart[at] = i;
      });
    }
    for (let j = 0; j < n; j++) {
      const cpu = cheapestCpu(order[j]);
      if (cpu === -1) break;
      const us = leastUs[b * width + j] + timeUs[order[j] * deviceCount + cpu];
      if (us >= leastUs[b * width + j + 1]) continue;
      leastUs[b * width + j + 1] = us;
      runStart[b * width + j + 1] = ON_CPU;
    }
  }

  if (leastUs[accelerators.length * width + n] === Number.POSITIVE_INFINITY) return null;
  const deviceOf = new Int32Array(n);
  for (let b = accelerators.length, j = n; j > 0; ) {
    const start = runStart[b * width + j];
    if (start === SKIPPED) b--;
    else if (start === ON_CPU) deviceOf[order[--j]] = cheapestCpu(order[j]);
    else {
      while (j > start) deviceOf[order[--j]] = accelerators[b - 1];
      b--;
    }
  }
  return deviceOf;
}

const SKIPPED = -1;
const ON_CPU = -2;

/** Visits the ends of all runs from one position that fit a device, each with its load. */
function runSums({ elements, memoryBytes, nets, ...problem }: SplitProblem, order: ArrayLike<number>) {
  const { deviceCount, timeUs } = deviceTimes({ elements, memoryBytes, nets, ...problem });
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
 * A topological order of the elements, depth first, with a coin for what comes next of what became
 * ready together.
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
