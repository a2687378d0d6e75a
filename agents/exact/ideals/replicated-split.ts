/**
 * Contiguous splits with replication: the extension in the appendix of Tarnawski et al. (NeurIPS
 * 2020), by the plain dynamic program over all ideals, for small graphs. A stage S on r
 * accelerators of one type takes, for a sample,
 *
 *     load(S) / r + sync        or, overlapped, the longer of the two
 *
 *     sync by `sample`   2 (r - 1) / r x W(S) / B
 *     sync by `round`    the same / r
 *
 * A ring all-reduce synchronises the replicas: each sends and receives 2 (r - 1) / r times the W
 * bytes at B bytes per us. It counts for every sample, as in PipeDream's paper. Or it counts once
 * for the r samples that the replicas work on at a time, as in PipeDream's program. Every replica
 * holds all W bytes. CPUs hold a stage alone.
 *
 * A placement has no replicas, so this value is an estimate of what replication would give.
 * Placements are scored without it.
 */

import type { SplitProblem } from "../../problems/split/split-problem.ts";
import { stageUs } from "../../problems/split/stage-load.ts";
import { allIdeals } from "./all-ideals.ts";
import type { IdealTable } from "./ideal-table.ts";

export interface ReplicationCost {
  readonly bytesPerUs: number;
  /** Default `sample`. */
  readonly sync?: "sample" | "round";
  /** Does synchronisation run beside the work? Default no. */
  readonly overlapped?: boolean;
}

export interface ReplicatedStage {
  readonly type: number;
  readonly replicas: number;
  readonly elements: readonly number[];
  /** Time for a sample. */
  readonly timeUs: number;
}

export interface ReplicatedSplit {
  readonly valueUs: number;
  readonly stages: readonly ReplicatedStage[];
}

/** Time for a sample of a stage of this load and weights. */
export function replicatedUs(
  loadUs: number,
  weightBytes: number,
  replicas: number,
  { bytesPerUs, sync = "sample", overlapped = false }: ReplicationCost,
): number {
  const ringUs = (2 * (replicas - 1) * weightBytes) / (replicas * bytesPerUs);
  const syncUs = sync === "round" ? ringUs / replicas : ringUs;
  const workUs = loadUs / replicas;
  return overlapped ? Math.max(workUs, syncUs) : workUs + syncUs;
}

/** The best split; null where nothing fits, undefined where there are more than `mostIdeals`. */
export function replicatedSplit(
  problem: SplitProblem,
  cost: ReplicationCost,
  mostIdeals: number,
): ReplicatedSplit | null | undefined {
  const { elements, types } = problem;
  const table = allIdeals(elements, mostIdeals);
  if (table === null) return undefined;
  const stride = types.map((_, t) =>
    types.slice(0, t).reduce((all, { devices }) => all * (devices.length + 1), 1),
  );
  const states = types.reduce((all, { devices }) => all * (devices.length + 1), 1);
  const usedIn = (state: number, t: number) => Math.floor(state / stride[t]) % (types[t].devices.length + 1);
  const best = new Float64Array(table.count * states).fill(Number.POSITIVE_INFINITY);
  const step = new Array<Step | undefined>(best.length);
  best[0] = 0;
  for (let from = 0; from + 1 < table.count; from++) {
    const labels = best.subarray(from * states, (from + 1) * states);
    const live = undominated(
      labels,
      types.map(({ devices }) => devices.length),
      stride,
    );
    if (live.length === 0) continue;
    for (let ideal = from + 1; ideal < table.count; ideal++) {
      if (!within(table, from, ideal, elements.count)) continue;
      const stage = table.difference(ideal, from);
      const bytes = stage.reduce((sum, v) => sum + problem.memoryBytes[v], 0);
      types.forEach((type, t) => {
        if (bytes > type.memoryBytes) return;
        const loadUs = stageUs(problem, { type: t, elements: stage });
        const most = type.paysTransfers ? type.devices.length : Math.min(1, type.devices.length);
        const timesUs = Array.from({ length: most + 1 }, (_, r) => replicatedUs(loadUs, bytes, r, cost));
        for (const state of live) {
          const free = type.devices.length - usedIn(state, t);
          for (let replicas = 1; replicas <= Math.min(most, free); replicas++) {
            const timeUs = timesUs[replicas];
            const value = Math.max(labels[state], timeUs);
            const reached = ideal * states + state + replicas * stride[t];
            if (value >= best[reached]) continue;
            best[reached] = value;
            step[reached] = { from: from * states + state, type: t, replicas, timeUs };
          }
        }
      });
    }
  }

  const full = (table.count - 1) * states;
  let last = full;
  for (let state = 1; state < states; state++) if (best[full + state] < best[last]) last = full + state;
  if (best[last] === Number.POSITIVE_INFINITY) return null;
  const stages: ReplicatedStage[] = [];
  const valueUs = best[last];
  for (let made = step[last]; made !== undefined; made = step[last]) {
    const held = table.difference(Math.floor(last / states), Math.floor(made.from / states));
    const { type, replicas, timeUs } = made;
    stages.unshift({ type, replicas, elements: held, timeUs });
    last = made.from;
  }
  return { valueUs, stages };
}

/** States of finite label for which no state of fewer devices has as small a label. */
function undominated(labels: Float64Array, counts: readonly number[], stride: readonly number[]): number[] {
  const least = labels.slice();
  return [...labels.keys()].filter((state) => {
    let below = Number.POSITIVE_INFINITY;
    counts.forEach((count, t) => {
      const used = Math.floor(state / stride[t]) % (count + 1);
      if (used > 0) below = Math.min(below, least[state - stride[t]]);
    });
    least[state] = Math.min(labels[state], below);
    return labels[state] < below;
  });
}

interface Step {
  readonly from: number;
  readonly type: number;
  readonly replicas: number;
  readonly timeUs: number;
}

function within(table: IdealTable, one: number, other: number, elements: number): boolean {
  const words = (elements + 31) >> 5;
  for (let w = 0; w < words; w++)
    if (table.bits[one * words + w] & ~table.bits[other * words + w]) return false;
  return true;
}
