/**
 * What the processes of a training ask of each other. A request is data: it names a scenario that
 * the other process has, and says which it must be.
 */
import type { DeviceSpeeds } from "../../../env/model/cluster/slower-devices.ts";
import type { Plan } from "../../../env/model/plan/plan.ts";
import type { Objective } from "../../../env/model/scenario.ts";
import type { PlanScore } from "../../../env/sim/evaluator/scored-ahead.ts";

/** Plans and all that their scores depend on; no code is in it. */
export interface ScoreRequest {
  /** URI or path. */
  readonly scenario: string;
  /** Of the scenario's content. */
  readonly scenarioHash: string;
  readonly objective?: Objective;
  readonly slowDevices?: DeviceSpeeds;
  readonly plans: readonly Plan[];
}

export interface Actors {
  /** Processes that simulate, the learner among them. */
  readonly count: number;
  /** Scores plans in another process; rejects where that dies or refuses. */
  score(request: ScoreRequest): Promise<readonly PlanScore[]>;
}
