/**
 * Chimera's performance model (Li and Hoefler, SC 2021): time of a batch on D workers with f pairs
 * of pipelines,
 *
 *   T = (F + p) C_f + (B + p) C_b + max over stages of what is exposed of its all-reduce
 *
 * F and B are the times of the slowest stage, p that of a transfer. C_f and C_b are the forwards and
 * backwards on the longest path of the schedule. An all-reduce starts when the last backward of its
 * stage ends, and is exposed beyond the end of the path.
 */
import { Phase, type PipelineSchedule } from "../../../../env/model/schedule/contract.ts";

export interface ChimeraTimes {
  readonly forwardUs: number;
  readonly backwardUs: number;
  readonly transferUs: number;
  /** All-reduce of each stage. */
  readonly allReduceUs: readonly number[];
}

export interface CriticalPath {
  readonly forwards: number;
  readonly backwards: number;
  readonly timeUs: number;
}

/** Where the longest path to a cell comes from. */
interface Path {
  readonly endUs: number;
  readonly forwards: number;
  readonly backwards: number;
}

const nothing: Path = { endUs: 0, forwards: 0, backwards: 0 };

/** Pre: forwards and backwards of one micro-batch each, as in direct concatenation. */
export function criticalPath({ order }: PipelineSchedule, times: ChimeraTimes): CriticalPath {
  const depth = times.allReduceUs.length;
  const done = new Map<string, Path>();
  const next = order.map(() => 0);
  const free = order.map(() => nothing);
  const lastUs = new Float64Array(depth);
  for (let moved = true; moved; ) {
    moved = false;
    for (const [worker, items] of order.entries())
      for (; next[worker] < items.length; next[worker]++) {
        const { stage, microBatch, phase } = items[next[worker]];
        const isForward = phase === Phase.forward;
        const before = doneBefore(done, depth, stage, microBatch, isForward);
        if (before === undefined) break;
        const from = before.endUs > free[worker].endUs ? before : free[worker];
        const path: Path = {
          endUs: from.endUs + times.transferUs + (isForward ? times.forwardUs : times.backwardUs),
          forwards: from.forwards + Number(isForward),
          backwards: from.backwards + Number(!isForward),
        };
        done.set(keyOf(stage, microBatch, isForward), path);
        free[worker] = path;
        if (!isForward) lastUs[stage] = Math.max(lastUs[stage], path.endUs);
        moved = true;
      }
  }
  const last = free.reduce((longest, path) => (path.endUs > longest.endUs ? path : longest), nothing);
  const { forwards, backwards, endUs } = last;
  const exposedUs = times.allReduceUs.map((us, stage) => lastUs[stage] + us - endUs);
  return { forwards, backwards, timeUs: endUs + Math.max(0, ...exposedUs) };
}

const keyOf = (stage: number, microBatch: number, isForward: boolean): string =>
  `${isForward ? "F" : "B"}${stage},${microBatch}`;

/** The path to what a cell needs; undefined where that has not run. */
function doneBefore(
  done: ReadonlyMap<string, Path>,
  depth: number,
  stage: number,
  microBatch: number,
  isForward: boolean,
): Path | undefined {
  if (isForward) return stage === 0 ? nothing : done.get(keyOf(stage - 1, microBatch, true));
  if (stage === depth - 1) return done.get(keyOf(stage, microBatch, true));
  return done.get(keyOf(stage + 1, microBatch, false));
}

/** Most bytes of activations that any worker keeps. */
export function peakKeptBytes({ order }: PipelineSchedule, keptBytes: readonly number[]): number[] {
  return order.map((items) => {
    let [live, peak] = [0, 0];
    for (const { stage, phase } of items) {
      live += phase === Phase.forward ? keptBytes[stage] : 0;
      peak = Math.max(peak, live);
      live -= phase === Phase.backward ? keptBytes[stage] : 0;
    }
    return peak;
  });
}
