/**
 * Work that must run before or after an op on any device: the run times of its ancestors, or of its
 * descendants, by group.
 *
 * One device runs its part of them one after the other. So for the groups placed on it, by falling
 * earliest start,
 *
 *   start of the op >= max over k of  (earliest start of the k-th group)
 *                                     + (work of the first k groups before the op),
 *
 * which is Jackson's one-machine bound (1955) with groups for jobs. The same holds from the end of
 * the step.
 */
import type { Compiled } from "../../../env/sim/engine/compile.ts";

export interface WorkAroundOps {
  /**
   * Run time on device d of the ops of group g that are ancestors of op v. The index is
   * (v x groupCount + g) x deviceCount + d.
   */
  readonly before: Float64Array;
  /** The same for descendants. */
  readonly after: Float64Array;
}

/** Null where the table of pairs of ops would be too large. */
export function workAroundOps(compiled: Compiled): WorkAroundOps | null {
  const { scenario, opCount, deviceCount } = compiled;
  const { groupCount } = scenario.grouping;
  if (opCount ** 2 > MOST_PAIRS || opCount * groupCount * deviceCount > MOST_PAIRS) return null;
  const order = Array.from(scenario.graph.topologicalOrder);
  return {
    before: workOf(compiled, order, ({ depStart, depConsumer }, v) =>
      depConsumer.subarray(depStart[v], depStart[v + 1]),
    ),
    after: workOf(compiled, order.reverse(), backwards(compiled)),
  };
}

/** Bytes of a table of flags. */
const MOST_PAIRS = 30_000_000;

function backwards({ opCount, depStart, depConsumer }: Compiled) {
  const producers: number[][] = Array.from({ length: opCount }, () => []);
  for (let u = 0; u < opCount; u++)
    for (let i = depStart[u]; i < depStart[u + 1]; i++) producers[depConsumer[i]].push(u);
  return (_: Compiled, v: number): ArrayLike<number> => producers[v];
}

function workOf(
  compiled: Compiled,
  order: readonly number[],
  nextOf: (compiled: Compiled, v: number) => ArrayLike<number>,
): Float64Array {
  const { scenario, opCount, deviceCount, runUs } = compiled;
  const { groupOf, groupCount } = scenario.grouping;
  const isAround = new Uint8Array(opCount * opCount);
  const work = new Float64Array(opCount * groupCount * deviceCount);
  for (const u of order) {
    const next = nextOf(compiled, u);
    const own = isAround.subarray(u * opCount, (u + 1) * opCount);
    for (let i = 0; i < next.length; i++) {
      const row = isAround.subarray(next[i] * opCount, (next[i] + 1) * opCount);
      row[u] = 1;
      for (let w = 0; w < opCount; w++) row[w] |= own[w];
    }
    for (let w = 0; w < opCount; w++) {
      if (own[w] === 0) continue;
      const at = (u * groupCount + groupOf[w]) * deviceCount;
      for (let d = 0; d < deviceCount; d++) work[at + d] += runUs[w * deviceCount + d];
    }
  }
  return work;
}

/** The groups placed on each device by falling earliest time. Times of a group only fall. */
export interface GroupsByTime {
  clear(): void;
  /** An op of group g on device d is not earlier than `us`. */
  lower(g: number, d: number, us: number): void;
  /** The bound for an op whose work table begins at `at`. */
  leastUs(work: Float64Array, at: number): number;
}

export function groupsByTime(groupCount: number, deviceCount: number): GroupsByTime {
  const timeUs = new Float64Array(groupCount);
  const line = Array.from({ length: deviceCount }, () => new Int32Array(groupCount));
  const count = new Int32Array(deviceCount);
  return {
    clear() {
      timeUs.fill(Number.POSITIVE_INFINITY);
      count.fill(0);
    },
    lower(g, d, us) {
      if (us >= timeUs[g]) return;
      const groups = line[d];
      let at = timeUs[g] === Number.POSITIVE_INFINITY ? count[d]++ : groups.indexOf(g);
      timeUs[g] = us;
      for (; at + 1 < count[d] && timeUs[groups[at + 1]] > us; at++) groups[at] = groups[at + 1];
      for (; at > 0 && timeUs[groups[at - 1]] < us; at--) groups[at] = groups[at - 1];
      groups[at] = g;
    },
    leastUs(work, at) {
      let latest = 0;
      for (let d = 0; d < deviceCount; d++) {
        let sumUs = 0;
        for (let k = 0; k < count[d]; k++) {
          const g = line[d][k];
          const us = work[at + g * deviceCount + d];
          if (us === 0) continue;
          sumUs += us;
          if (timeUs[g] + sumUs > latest) latest = timeUs[g] + sumUs;
        }
      }
      return latest;
    },
  };
}
