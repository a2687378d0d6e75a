/**
 * What is on each device before each decision, as one operation with its own gradient. It is the
 * sum of the vectors of the tasks placed there, over the number of tasks. The sums run along an
 * episode, unless every decision has vectors of its own.
 *
 * Input: table [states x tasks, width]. Output: [decisions x devices, width].
 */
import type { Tensor, Tensor2D, Tf } from "../../tensors/types.ts";

/** An episode as the sums see it. */
export interface PlacedEpisode {
  /** Tasks in the order in which they were placed, and the device of each task. */
  readonly placed: Int32Array;
  readonly device: Int32Array;
  /** How many tasks were placed before each decision, ascending. */
  readonly before: Int32Array;
  /** Row of the table of task 0 in each decision's state. */
  readonly firstRow: Int32Array;
}

export function placedSums(
  tf: Tf,
  table: Tensor,
  episodes: readonly PlacedEpisode[],
  devices: number,
  isPerStep: boolean,
): Tensor2D {
  const decisions = episodes.reduce((sum, { before }) => sum + before.length, 0);
  const operation = tf.customGrad((...inputs) => {
    const { shape } = inputs[0] as Tensor2D;
    const width = shape[1];
    const sums = new Float32Array(decisions * devices * width);
    const walk = isPerStep ? sumEachStep : sumAlong;
    walk((inputs[0] as Tensor2D).dataSync() as Float32Array, sums, width, episodes, devices, false);
    return {
      value: tf.tensor2d(sums, [decisions * devices, width]) as Tensor,
      gradFunc: (upstream: Tensor) => {
        const gradient = new Float32Array(shape[0] * width);
        const pushed = Float32Array.from(upstream.dataSync());
        walk(gradient, pushed, width, episodes, devices, true);
        return tf.tensor2d(gradient, shape) as Tensor;
      },
    };
  });
  return operation(table) as Tensor2D;
}

/** All states are one: what is on a device changes by one task at each step. */
function sumAlong(
  table: Float32Array,
  sums: Float32Array,
  width: number,
  episodes: readonly PlacedEpisode[],
  devices: number,
  isGradient: boolean,
): void {
  let first = 0;
  const running = new Float64Array(devices * width);
  for (const { placed, device, before } of episodes) {
    const share = 1 / placed.length;
    running.fill(0);
    if (isGradient) {
      let row = before.length - 1;
      for (let step = placed.length - 1; step >= 0; step--) {
        const at = device[placed[step]] * width;
        for (let c = 0; c < width; c++) table[placed[step] * width + c] += share * running[at + c];
        for (; row >= 0 && before[row] === step; row--)
          for (let i = 0; i < running.length; i++) running[i] += sums[(first + row) * running.length + i];
      }
    } else {
      let row = 0;
      for (let step = 0; step < placed.length; step++) {
        for (; row < before.length && before[row] === step; row++)
          sums.set(running, (first + row) * running.length);
        const at = device[placed[step]] * width;
        for (let c = 0; c < width; c++) running[at + c] += share * table[placed[step] * width + c];
      }
    }
    first += before.length;
  }
}

/** Every decision has vectors of its own. */
function sumEachStep(
  table: Float32Array,
  sums: Float32Array,
  width: number,
  episodes: readonly PlacedEpisode[],
  devices: number,
  isGradient: boolean,
): void {
  let first = 0;
  for (const { placed, device, before, firstRow } of episodes) {
    const share = 1 / placed.length;
    for (let row = 0; row < before.length; row++)
      for (let i = 0; i < before[row]; i++) {
        const task = placed[i];
        const from = (firstRow[row] + task) * width;
        const to = ((first + row) * devices + device[task]) * width;
        if (isGradient) for (let c = 0; c < width; c++) table[from + c] += share * sums[to + c];
        else for (let c = 0; c < width; c++) sums[to + c] += share * table[from + c];
      }
    first += before.length;
  }
}
