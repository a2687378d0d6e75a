/**
 * What the processes of a training ask of each other. A request is data: it names a scenario, or
 * holds one, and says which it must be. No code and no path is in it.
 */
import type { DeviceSpeeds } from "../../../env/model/cluster/slower-devices.ts";
import type { ScenarioFile } from "../../../env/model/file.ts";
import type { PlanJson } from "../../../env/model/plan/plan-kind.ts";
import type { Objective } from "../../../env/model/scenario.ts";
import type { PlanScore } from "../../../env/sim/evaluator/scored-ahead.ts";

/** Plans and all that their scores depend on. */
export interface ScoreRequest {
  /** URI; null of a scenario with files, which is known by its hash alone. */
  readonly scenario: string | null;
  /** Of the scenario's content. */
  readonly scenarioHash: string;
  /** A scenario with files itself, without its name, where the other process does not know it. */
  readonly content?: ScenarioFile;
  readonly objective?: Objective;
  readonly slowDevices?: DeviceSpeeds;
  readonly plans: readonly PlanJson[];
}

export interface Actors {
  /** Processes that simulate, the learner among them. */
  readonly count: number;
  /**
   * Scores plans in another process; null where that needs the scenario's content. Rejects where it
   * dies or refuses.
   */
  score(request: ScoreRequest): Promise<readonly PlanScore[] | null>;
}

/** For people. */
export const toldOf = ({ scenario }: Pick<ScoreRequest, "scenario">): string =>
  scenario === null ? "a scenario file" : `"${scenario}"`;
