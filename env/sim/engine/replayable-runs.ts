/**
 * Runs whose times can be asked for later. Few callers ask. Where nothing has run since, the engine
 * still holds the times; else the plan runs again.
 */
import type { Placement } from "../../model/plan/placement.ts";
import type { Engine } from "./engine.ts";

export interface ReplayableRuns {
  /** Runs made again or late, because their times were asked for. */
  readonly reruns: number;
  /** Makespan of a placement in us. */
  run(plan: Placement): number;
  /**
   * For the plan that ran last: a function that gives the engine with the times of that plan, also
   * after other plans have run. The given `planOf` must always give the same plan.
   */
  replayLast(planOf: () => Placement): () => Engine;
  /** The same for a plan that has not run. */
  replayLater(planOf: () => Placement): () => Engine;
}

export function createReplayableRuns(engine: Engine): ReplayableRuns {
  let last = 0;
  let reruns = 0;
  const run = ({ device, opPriority }: Placement): number => {
    last++;
    return engine.run(device, opPriority);
  };
  const replay = (own: number, planOf: () => Placement) => () => {
    if (own !== last) {
      reruns++;
      run(planOf());
      own = last;
    }
    return engine;
  };
  return {
    get reruns() {
      return reruns;
    },
    run,
    replayLast: (planOf) => replay(last, planOf),
    replayLater: (planOf) => replay(-1, planOf),
  };
}
