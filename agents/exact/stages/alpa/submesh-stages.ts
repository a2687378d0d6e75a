/**
 * Alpa's inter-operator program (Zheng et al., OSDI 2022): cuts a chain of layers into stages and
 * the cluster into submeshes, one for each stage. The latency of a synchronous pipeline is the sum
 * of the stages' times plus (micro-batches - 1) times the largest.
 *
 * For each time that a stage can take as the largest, a dynamic program over layers finds the least
 * sum. Any submeshes of the offered shapes tile the cluster when their sizes sum to its devices.
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
  const stages = possibleStages(problem);
  const times = [...new Set(stages.map(({ time }) => time))].sort((a, b) => a - b);
  let best: SubmeshPlan | null = null;
  for (const largest of times) {
    if (best !== null && largest * problem.microBatches >= best.latency) break;
    const found = leastSum(
      problem,
      stages.filter(({ time }) => time <= largest),
    );
    if (found === null) continue;
    const most = Math.max(...found.map(({ time }) => time));
    const latency = found.reduce((sum, { time }) => sum + time, 0) + (problem.microBatches - 1) * most;
    if (best === null || latency < best.latency)
      best = { latency, stages: found.map(({ first, last, shape }) => ({ first, last, shape })) };
  }
  return best;
}

interface TimedStage extends SubmeshStage {
  readonly time: number;
  readonly mostAfter: number;
}

function possibleStages({ layers, sizes, timeOf, mostAfter }: SubmeshProblem): TimedStage[] {
  const found: TimedStage[] = [];
  for (let first = 0; first < layers; first++)
    for (let last = first; last < layers; last++)
      for (let shape = 0; shape < sizes.length; shape++) {
        const time = timeOf(first, last, shape);
        if (time === null) continue;
        found.push({ first, last, shape, time, mostAfter: mostAfter?.(first, last, shape) ?? layers });
      }
  return found;
}

/**
 * The stages of least summed time that hold all layers and devices.
 *
 * sums[count][layer][devices] is the least sum of `count` stages that hold the layers from `layer`
 * on and exactly so many devices.
 */
function leastSum({ layers, devices, sizes }: SubmeshProblem, stages: readonly TimedStage[]) {
  const width = devices + 1;
  const at = (layer: number, used: number): number => layer * width + used;
  const sums = [new Float64Array((layers + 1) * width).fill(Number.POSITIVE_INFINITY)];
  sums[0][at(layers, 0)] = 0;
  const chosen: Int32Array[] = [new Int32Array(sums[0].length)];
  for (let count = 1; count <= Math.min(layers, devices); count++) {
    const before = sums[count - 1];
    const sum = new Float64Array(before.length).fill(Number.POSITIVE_INFINITY);
    const choice = new Int32Array(before.length).fill(-1);
    stages.forEach(({ first, last, shape, time, mostAfter }, s) => {
      if (count - 1 > mostAfter) return;
      for (let used = sizes[shape]; used <= devices; used++) {
        const total = time + before[at(last + 1, used - sizes[shape])];
        if (total >= sum[at(first, used)]) continue;
        sum[at(first, used)] = total;
        choice[at(first, used)] = s;
      }
    });
    sums.push(sum);
    chosen.push(choice);
  }
  const goal = at(0, devices);
  const count = sums.reduce((best, sum, c) => (sum[goal] < sums[best][goal] ? c : best), 0);
  if (sums[count][goal] === Number.POSITIVE_INFINITY) return null;
  const plan: TimedStage[] = [];
  for (let c = count, layer = 0, used = devices; c > 0; c--) {
    const stage = stages[chosen[c][at(layer, used)]];
    plan.push(stage);
    layer = stage.last + 1;
    used -= sizes[stage.shape];
  }
  return plan;
}
