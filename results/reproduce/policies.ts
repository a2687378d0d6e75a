/**
 * Policies that a reproduction trains on other graphs than those that it is judged on. Each is a
 * run directory, named after the policy and its simulations. A finished one is used again, and a
 * stopped one goes on.
 */
import { join } from "node:path";
import type { BackendName } from "../../agents/contract.ts";
import { withMembers } from "../../scenarios/address.ts";
import { CellStopped } from "../cells/cell.ts";
import type { TrainHooks } from "../training/request.ts";
import { readRunFile } from "../training/run-directory.ts";
import { resumeTraining, train } from "../training/train.ts";
import type { TrainRun } from "./contract.ts";

export interface PoliciesParts {
  /** Folder of the run directories. */
  readonly path: string;
  readonly seed: number | string;
  readonly backend?: BackendName;
  readonly hooks: TrainHooks;
}

/** Trains, or finds what was trained; answers with the run directory. */
export type TrainPolicy = (run: TrainRun) => Promise<string>;

export function policiesIn({ path, seed, backend, hooks }: PoliciesParts): TrainPolicy {
  return async ({ name, agent, scenarios, simulations, objective, init }) => {
    const folder = join(path, `${name}-${simulations}`);
    const request = {
      scenarios: withMembers(scenarios),
      agent,
      seed,
      budget: { simulations },
      checkpointEvery: 10,
      ...(objective !== undefined && { objective }),
      ...(init !== undefined && { init }),
      ...(backend !== undefined && { backend }),
    };
    if (readRunFile(folder, "result.json") !== undefined) return folder;
    const result = await (readRunFile(folder, "run.json") === undefined
      ? train(folder, request, hooks)
      : resumeTraining(folder, hooks));
    if (!result.finished) throw new CellStopped();
    return folder;
  };
}
