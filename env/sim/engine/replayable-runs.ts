/**
 * Runs whose times can be asked for later. Few callers ask. Where nothing has run since, the engine
 * still holds the times; else the plan runs again.
 */
import { lowerPlan, type Plan } from "../../model/plan/plan.ts";
import type { TaskProgram } from "../../model/plan/task-program.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { Engine } from "./engine.ts";

export interface ReplayableRuns {
  /** Runs made again or late, because their times were asked for. */
  readonly reruns: number;
  /** Makespan of a program in us. */
  run(program: TaskProgram): number;
  /**
   * For the plan that ran last: a function that gives the engine with the times of that plan, also
   * after other plans have run. The given `planOf` must always give the same plan.
   */
  replayLast(planOf: () => Plan): () => Engine;
  /** The same for a plan that has not run. */
  replayLater(planOf: () => Plan): () => Engine;
}

export function createReplayableRuns(scenario: Scenario, engine: Engine): ReplayableRuns {
  let last = 0;
  let reruns = 0;
  const run = ({ device, priority }: TaskProgram): number => {
    last++;
    return engine.run(device, priority);
  };
  const replay = (own: number, planOf: () => Plan) => () => {
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
    replayLast: (planOf) => replay(last, planOf),
    replayLater: (planOf) => replay(-1, planOf),
  };
}
