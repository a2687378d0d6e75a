/**
 * Runs whose times can be asked for later, which few callers do: read off the engine where nothing
 * has run since, else from another run of the same plan.
 */
import type { Plan } from "../../model/plan/placement.ts";
import type { Engine } from "./engine.ts";

export interface KeptRuns {
  /** Makespan of a valid plan in us. */
  run(plan: Plan): number;
  /**
   * For the plan that has run last: gives the engine with the times of its run, whatever has run
   * since. `planOf` may not change its answer.
   */
  recall(planOf: () => Plan): () => Engine;
  /** The same for a plan that has not run. */
  postpone(planOf: () => Plan): () => Engine;
}

export function createKeptRuns(engine: Engine): KeptRuns {
  let last = 0;
  const run = ({ device, opPriority }: Plan): number => {
    last++;
    return engine.run(device, opPriority);
  };
  const since = (own: number, planOf: () => Plan) => () => {
    if (own !== last) {
      run(planOf());
      own = last;
    }
    return engine;
  };
  return { run, recall: (planOf) => since(last, planOf), postpone: (planOf) => since(-1, planOf) };
}
