/**
 * Blocks to GPUs as jobs to machines: each to the least loaded GPU whose memory it fits. Of
 * several, the one with the fewest jobs takes it. So no GPU stays empty while jobs are left.
 *
 * FTPipe's article takes the largest job first. Without memory limits, its greatest load on P GPUs
 * is at most 4/3 - 1/(3P) times the least possible one. The released program sorts the jobs from
 * the largest down and then takes them from the end, the smallest first. That bound does not hold
 * for it.
 */

export type JobOrder = "largest-first" | "smallest-first";

/** Null where some job fits no GPU that is left. */
export function assignJobs(
  weights: Float64Array,
  bytes: Float64Array,
  gpus: number,
  memoryBytes: number,
  order: JobOrder,
): Int32Array | null {
  const sign = order === "largest-first" ? -1 : 1;
  const by = (values: Float64Array) =>
    Array.from(values.keys()).sort((a, b) => sign * (values[a] - values[b]));
  const fitted = inOrder(by(weights), weights, bytes, gpus, memoryBytes);
  // The published program tries this order where the first one fits no memory.
  return fitted ?? inOrder(by(bytes), weights, bytes, gpus, memoryBytes);
}

function inOrder(
  jobs: readonly number[],
  weights: Float64Array,
  bytes: Float64Array,
  gpus: number,
  memoryBytes: number,
): Int32Array | null {
  const load = new Float64Array(gpus);
  const held = new Float64Array(gpus);
  const count = new Int32Array(gpus);
  const isBefore = (one: number, other: number) =>
    load[one] < load[other] || (load[one] === load[other] && count[one] < count[other]);
  const gpuOf = new Int32Array(jobs.length);
  for (const job of jobs) {
    let best = -1;
    for (let gpu = 0; gpu < gpus; gpu++)
      if (held[gpu] + bytes[job] <= memoryBytes && (best === -1 || isBefore(gpu, best))) best = gpu;
    if (best === -1) return null;
    gpuOf[job] = best;
    load[best] += weights[job];
    held[best] += bytes[job];
    count[best]++;
  }
  return gpuOf;
}
