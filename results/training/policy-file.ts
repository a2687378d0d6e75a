/**
 * `policy.json` of a training run: what the agent learned, apart from the run that learned it, and
 * what learning it took. A method spec names it by its run: `placeto@runs/nmt`.
 */
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../env/model/errors.ts";
import { objectIn, readJson, shaped, unsealed } from "../files/sealed.ts";

export const POLICY = "policy.json";
/** The best one by evaluation during training, where there was any. */
export const BEST_POLICY = "policy-best.json";
export const POLICY_FORMAT = "placement-gym/policy@2";
/** Of version 0.1.0, without a seal. */
const UNSEALED_FORMAT = "placement-gym/policy@1";

/** What a policy had cost before a run began with it. */
export interface Pretraining {
  /** Folder of the training run. */
  readonly run: string;
  /** Spent by that run and by those that it began with. */
  readonly simulations: number;
  readonly evaluations: number;
}

export interface PolicyFile {
  readonly format: string;
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
  /** Names of the scenarios that its run was to learn. */
  readonly scenarios: readonly string[];
  readonly given: ReadonlyMap<string, string>;
  readonly policy: unknown;
  readonly pretraining: Pretraining;
}

const count = z.number().min(0);
const schema: z.ZodType<PolicyFile> = z.strictObject({
  format: z.string(),
  agent: z.string(),
  method: z.string(),
  options: z.record(z.string(), z.string()),
  scenarios: z.array(z.string()),
  simulations: count,
  evaluations: count,
  policy: z.unknown().refine((value) => value !== undefined && value !== null, "expected a policy"),
});

/** Of the run in a folder; a name that ends in .json is a file itself. */
export const policyPath = (run: string): string => (run.endsWith(".json") ? run : join(run, POLICY));

/** The policy of the finished run in a folder, or that of a file. */
export function readPolicy(run: string): TrainedPolicy {
  const path = policyPath(run);
  const where = `"${path}"`;
  const stored = readJson(path);
  if (stored === undefined)
    throw new InputError(
      `"${run}" holds no policy: ${POLICY} is missing; a training run writes it at its end.`,
    );
  const { format } = objectIn(stored, where);
  if (format !== POLICY_FORMAT && format !== UNSEALED_FORMAT)
    throw new InputError(
      `"${run}": the format of ${POLICY} is ${JSON.stringify(format)}, expected "${POLICY_FORMAT}".`,
    );
  const value = format === POLICY_FORMAT ? unsealed(stored, where) : stored;
  const { agent, method, scenarios, options, policy, simulations, evaluations } = shaped(
    schema,
    value,
    where,
  );
  return {
    agent,
    method,
    scenarios,
    given: new Map(Object.entries(options)),
    policy,
    pretraining: { run, simulations, evaluations },
  };
}
