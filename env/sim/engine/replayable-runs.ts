/**
 * Runs whose times can be asked for later. Few callers ask. Where nothing has run since, the engine
 * still holds the times; else the plan runs again.
 */
import type { Plan } from "../../model/plan/placement.ts";
import type { Engine } from "./engine.ts";

export interface ReplayableRuns {
  /** Makespan of a valid plan in us. */
  run(plan: Plan): number;
  /**
   * For the plan that ran last: a function that gives the engine with the times of that plan, also
   * after other plans have run. The given `planOf` must always give the same plan.
   */
  replayLast(planOf: () => Plan): () => Engine;
  /** The same for a plan that has not run. */
  replayLater(planOf: () => Plan): () => Engine;
}

export function createReplayableRuns(engine: Engine): ReplayableRuns {
  let last = 0;
  const run = ({ device, opPriority }: Plan): number => {
    last++;
    return engine.run(device, opPriority);
  };
  const replay = (own: number, planOf: () => Plan) => () => {
    if (own !== last) {
      run(planOf());
      own = last;
    }
    return engine;
  };
  return {
    run,
    replayLast: (planOf) => replay(last, planOf),
    replayLater: (planOf) => replay(-1, planOf),
  };
}
