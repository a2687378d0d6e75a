/**
 * How long an op runs on a share of its batch: the launch stays, the rest shrinks with the share,
 *
 *   time(share) = launch + share x (time(1) - launch)
 *
 * where `launch` is the device's launch time, or the op's whole time where that is shorter. A
 * measured time is divided the same way. So many small micro-batches pay for their launches.
 */
import type { Cluster } from "./cluster.ts";

/** Launch times of ops in us, in the shape of their run times, [ops x devices]. */
export function launchTimesUs(runUs: Float64Array, { devices }: Cluster): Float64Array {
  return runUs.map((us, i) =>
    us === Number.POSITIVE_INFINITY ? 0 : Math.min(us, devices[i % devices.length].launchUs),
  );
}

/** Run time of a share of the batch, us. */
export const shareUs = (runUs: number, launchUs: number, share: number): number =>
  launchUs + share * (runUs - launchUs);
