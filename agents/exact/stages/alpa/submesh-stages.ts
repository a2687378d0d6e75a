/**
 * Alpa's inter-operator program (Zheng et al., OSDI 2022): cuts a chain of layers into stages and
 * the cluster into submeshes, one for each stage. The latency of a synchronous pipeline is the sum
 * of the stages' times plus (micro-batches - 1) times the largest.
 *
 * A dynamic program over layers finds the least sum where each stage takes less than a limit. The
 * limit begins without one and falls to the largest time of the plan that was found. Plans with a
 * largest time in between have no smaller sum, so none of them is better. Alpa's own enumeration
 * rises over all times of stages, which are many more.
 *
 * Any submeshes of the offered shapes tile the cluster when their sizes sum to its devices.
 */

export interface SubmeshProblem {
  readonly layers: number;
  readonly microBatches: number;
  /** Devices of the cluster; a plan uses all of them. */
  readonly devices: number;
  /** Devices of each submesh shape. */
  readonly sizes: readonly number[];
  /**
   * Time of layers first to last, both in it, on a shape for one micro-batch; null where
   * impossible.
   */
  timeOf(first: number, last: number, shape: number): number | null;
  /** The most stages that may come after such a stage, for its memory; absent for no limit. */
  mostAfter?(first: number, last: number, shape: number): number;
}

export interface SubmeshStage {
  readonly first: number;
  readonly last: number;
  readonly shape: number;
}

export interface SubmeshPlan {
  readonly latency: number;
  readonly stages: readonly SubmeshStage[];
}

/** Null where no plan is feasible. Equal latencies keep the plan of the smaller largest time. */
export function submeshPlan(problem: SubmeshProblem): SubmeshPlan | null {
  const { layers, microBatches } = problem;
  const all = possibleStages(problem);
  const leastLargest = leastLargestTime(layers, all);
  let best: SubmeshPlan | null = null;
  for (let limit = Number.POSITIVE_INFINITY; ; ) {
    const found = leastSum(
      problem,
      all.filter(({ time }) => time < limit),
    );
    if (found === null) return best;
    const sum = found.reduce((total, { time }) => total + time, 0);
    const most = Math.max(...found.map(({ time }) => time));
    const latency = sum + (microBatches - 1) * most;
    if (best === null || latency <= best.latency)
      best = { latency, stages: found.map(({ first, last, shape }) => ({ first, last, shape })) };
    // Sums only grow from here on.
    if (sum + (microBatches - 1) * leastLargest > best.latency) return best;
    limit = most;
  }
}

interface TimedStage extends SubmeshStage {
  readonly time: number;
  readonly mostAfter: number;
}

/** By first layer, then by last one. Those that one of equal size is as good as drop out. */
function possibleStages({ layers, sizes, timeOf, mostAfter }: SubmeshProblem): TimedStage[] {
  const found: TimedStage[] = [];
  for (let first = 0; first < layers; first++)
    for (let last = first; last < layers; last++) {
      const ofRange: TimedStage[] = [];
      for (let shape = 0; shape < sizes.length; shape++) {
        const time = timeOf(first, last, shape);
        if (time === null) continue;
        ofRange.push({ first, last, shape, time, mostAfter: mostAfter?.(first, last, shape) ?? layers });
      }
      found.push(
        ...ofRange.filter((own, i) =>
          ofRange.every((other, j) => j === i || !isCovered(sizes, own, other, j < i)),
        ),
      );
    }
  return found;
}

/** Whether another stage is as good everywhere; of equal ones the first stays. */
function isCovered(sizes: readonly number[], own: TimedStage, other: TimedStage, isFirst: boolean): boolean {
  if (sizes[own.shape] !== sizes[other.shape]) return false;
  if (other.time > own.time || other.mostAfter < own.mostAfter) return false;
  return isFirst || other.time < own.time || other.mostAfter > own.mostAfter;
}

/** Each layer is in some stage: no plan has a smaller largest time. */
function leastLargestTime(layers: number, stages: readonly TimedStage[]): number {
  const least = new Float64Array(layers).fill(Number.POSITIVE_INFINITY);
  for (const { first, last, time } of stages)
    for (let layer = first; layer <= last; layer++) least[layer] = Math.min(least[layer], time);
  return Math.max(...least);
}

/**
 * The stages of least summed time that hold all layers and devices, without regard to memory; where
 * these do not fit, the least that do.
 */
function leastSum(problem: SubmeshProblem, stages: readonly TimedStage[]): TimedStage[] | null {
  const relaxed = leastSumOf(problem, stages, { counts: false });
  if (relaxed === null) return null;
  const fits = relaxed.every(({ mostAfter }, s) => relaxed.length - 1 - s <= mostAfter);
  return fits ? relaxed : leastSumOf(problem, stages, { counts: true });
}

/**
 * sums[count][layer][devices] is the least sum of `count` stages that hold the layers from `layer`
 * on and exactly so many devices. Without counts there is one table for all numbers of stages.
 */
function leastSumOf(
  { layers, devices, sizes }: SubmeshProblem,
  stages: readonly TimedStage[],
  { counts }: { readonly counts: boolean },
): TimedStage[] | null {
  const width = devices + 1;
  const at = (layer: number, used: number): number => layer * width + used;
  const emptyTable = () => ({
    sum: new Float64Array((layers + 1) * width).fill(Number.POSITIVE_INFINITY),
    choice: new Int32Array((layers + 1) * width).fill(-1),
  });
  const tables = [emptyTable()];
  tables[0].sum[at(layers, 0)] = 0;
  const most = counts ? Math.min(layers, devices) : 0;
  for (let count = counts ? 1 : 0; count <= most; count++) {
    const before = counts ? tables[count - 1] : tables[0];
    const table = counts ? emptyTable() : tables[0];
    // Later layers first, as the one table is read while it is made.
    for (let s = stages.length - 1; s >= 0; s--) {
      const { first, last, shape, time, mostAfter } = stages[s];
      if (counts && count - 1 > mostAfter) continue;
      const size = sizes[shape];
      const [to, from] = [at(first, 0), at(last + 1, 0) - size];
      for (let used = size; used <= devices; used++) {
        const total = time + before.sum[from + used];
        if (total >= table.sum[to + used]) continue;
        table.sum[to + used] = total;
        table.choice[to + used] = s;
      }
    }
    if (counts) tables.push(table);
  }
  const goal = at(0, devices);
  const count = tables.reduce((best, { sum }, c) => (sum[goal] < tables[best].sum[goal] ? c : best), 0);
  if (tables[count].sum[goal] === Number.POSITIVE_INFINITY) return null;
  const plan: TimedStage[] = [];
  for (let c = count, layer = 0, used = devices; layer < layers; c = counts ? c - 1 : c) {
    const stage = stages[tables[c].choice[at(layer, used)]];
    plan.push(stage);
    layer = stage.last + 1;
    used -= sizes[stage.shape];
  }
  return plan;
}
