/**
 * `policy.json` of a training run: what the agent learned, apart from the run that learned it, and
 * what learning it took. A method spec names it by its run: `placeto@runs/nmt`.
 */
import { InputError } from "../../env/model/errors.ts";
import { readRunFile } from "./run-directory.ts";

export const POLICY = "policy.json";
export const POLICY_FORMAT = "placement-gym/policy@1";

/** What a policy had cost before a run began with it. */
export interface Pretraining {
  /** Folder of the training run. */
  readonly run: string;
  /** Spent by that run and by those that it began with. */
  readonly simulations: number;
  readonly evaluations: number;
}

export interface PolicyFile {
  readonly format: typeof POLICY_FORMAT;
  /** Id of the agent. */
  readonly agent: string;
  /** The id or path by which its run named it, and the options given there. */
  readonly method: string;
  readonly options: Readonly<Record<string, string>>;
  readonly scenarios: readonly string[];
  readonly simulations: number;
  readonly evaluations: number;
  /** `Agent.savePolicy()`. */
  readonly policy: unknown;
}

/** A policy to begin with. */
export interface TrainedPolicy {
  readonly agent: string;
  readonly method: string;
  readonly given: ReadonlyMap<string, string>;
  readonly policy: unknown;
  readonly pretraining: Pretraining;
}

/** The policy of the finished run in a folder. */
export function readPolicy(run: string): TrainedPolicy {
  const stored = readRunFile(run, POLICY) as PolicyFile | undefined;
  if (stored === undefined)
    throw new InputError(
      `"${run}" holds no policy: ${POLICY} is missing; a training run writes it at its end.`,
    );
  if (stored.format !== POLICY_FORMAT)
    throw new InputError(
      `"${run}": the format of ${POLICY} is ${JSON.stringify(stored.format)}, expected "${POLICY_FORMAT}".`,
    );
  const { agent, method, options, policy, simulations, evaluations } = stored;
  return {
    agent,
    method,
    given: new Map(Object.entries(options)),
    policy,
    pretraining: { run, simulations, evaluations },
  };
}
