/**
 * Runs whose times can be asked for later, which few callers do: read off the engine where nothing
 * has run since, else from another run of the same plan.
 */
import { lowerPlan, type Plan } from "../../model/plan/plan.ts";
import type { TaskProgram } from "../../model/plan/task-program.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { Engine } from "./engine.ts";

export interface KeptRuns {
  /** Runs made again or late, because their times were asked for. */
  readonly reruns: number;
  /** Makespan of a program in us. */
  run(program: TaskProgram): number;
  /**
   * For the plan that has run last: gives the engine with the times of its run, whatever has run
   * since. `planOf` may not change its answer.
   */
  recall(planOf: () => Plan): () => Engine;
  /** The same for a plan that has not run. */
  postpone(planOf: () => Plan): () => Engine;
}

export function createKeptRuns(scenario: Scenario, engine: Engine): KeptRuns {
  let last = 0;
  let reruns = 0;
  const run = ({ device, priority }: TaskProgram): number => {
    last++;
    return engine.run(device, priority);
  };
  const since = (own: number, planOf: () => Plan) => () => {
    if (own !== last) {
      reruns++;
      run(lowerPlan(scenario, planOf()));
      own = last;
    }
    return engine;
  };
  return {
    get reruns() {
      return reruns;
    },
    run,
    recall: (planOf) => since(last, planOf),
    postpone: (planOf) => since(-1, planOf),
  };
}
