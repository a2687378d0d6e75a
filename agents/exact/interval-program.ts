/**
 * PipeDream's interval program (Narayanan et al., SOSP 2019) for one level of machines, as the published optimizer computes it
 * (msr-fiddle/pipedream, memory constraint off, all machines used):
 *
 *   best(j, m) = min of  (T(j) + 4 (m-1) W(j) / (B m)) / m                               no cut, m replicas
 *                and     max( best(k, m-r), (T(k..j) + 4 (r-1) W(k..j) / (B r)) / r,      last stage k..j on r replicas
 *                             2 a(k) / (B r), 2 a(j) / (B r) unless j is the last state )
 *
 * over the states k inside of j. T is time, W bytes of weights, a the bytes that leave a state, B bytes per us. The terms of a
 * are left out where transfers are `free`, which is what the published program does unless it is asked otherwise.
 */
import type { IntervalStates } from "./interval-states.ts";

export interface IntervalOptions {
  readonly machines: number;
  readonly bytesPerUs: number;
  readonly transfers: "charged" | "free";
  /** `one`: a straight pipeline, one machine for each stage. */
  readonly replicas: "one" | "any";
}

export interface IntervalStage {
  readonly layers: readonly number[];
  readonly replicas: number;
}

export interface IntervalPlan {
  /** Time of the slowest stage for one minibatch. */
  readonly timeUs: number;
  readonly stages: readonly IntervalStage[];
}

/** Null where there are fewer states than machines that must each have a stage. */
export function intervalPlan(states: IntervalStates, options: IntervalOptions): IntervalPlan | null {
  const { machines, bytesPerUs } = options;
  const { count, timeUs, weightBytes, outBytes } = states;
  const mostReplicas = options.replicas === "one" ? 1 : machines;
  const transferred = options.transfers === "charged" ? 2 / bytesPerUs : 0;
  const at = (j: number, m: number) => j * (machines + 1) + m;
  const best = new Float64Array(count * (machines + 1)).fill(Number.POSITIVE_INFINITY);
  const cutAfter = new Int32Array(best.length).fill(-1);
  const lastReplicas = new Int32Array(best.length);

  const stageUs = (time: number, bytes: number, r: number) =>
    (time + (4 * (r - 1) * bytes) / (bytesPerUs * r)) / r;
  for (let j = 0; j < count; j++) {
    for (let m = 1; m <= mostReplicas; m++) {
      best[at(j, m)] = stageUs(timeUs[j], weightBytes[j], m);
      lastReplicas[at(j, m)] = m;
    }
    const leaves = j === count - 1 ? 0 : transferred * outBytes[j];
    for (let k = 0; k < j; k++) {
      if (!states.within(k, j)) continue;
      const time = timeUs[j] - timeUs[k];
      const bytes = weightBytes[j] - weightBytes[k];
      const moved = Math.max(transferred * outBytes[k], leaves);
      for (let r = 1; r <= mostReplicas; r++) {
        const last = Math.max(stageUs(time, bytes, r), moved / r);
        for (let m = r + 1; m <= machines; m++) {
          const value = Math.max(best[at(k, m - r)], last);
          if (value >= best[at(j, m)]) continue;
          best[at(j, m)] = value;
          cutAfter[at(j, m)] = k;
          lastReplicas[at(j, m)] = r;
        }
      }
    }
  }
  if (count === 0 || best[at(count - 1, machines)] === Number.POSITIVE_INFINITY) return null;

  const stages: IntervalStage[] = [];
  for (let j = count - 1, m = machines; j !== -1; ) {
    const k = cutAfter[at(j, m)];
    const earlier = new Set(k === -1 ? [] : states.layersOf(k));
    const replicas = lastReplicas[at(j, m)];
    stages.unshift({ layers: states.layersOf(j).filter((v) => !earlier.has(v)), replicas });
    m -= replicas;
    j = k;
  }
  return { timeUs: best[at(count - 1, machines)], stages };
}
