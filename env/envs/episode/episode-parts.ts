/** Options that the envs of every family take, and what they resolve to. */
import { InputError } from "../../model/errors.ts";
import type { Plan } from "../../model/plan/plan.ts";
import type { Scenario } from "../../model/scenario.ts";
import { negativeCost, type Utility } from "../../parts/utility.ts";
import type { Evaluator } from "../../sim/evaluator/contract.ts";
import { evaluator } from "../../sim/objectives/evaluator.ts";

export interface EpisodeOptions {
  readonly scenario: Scenario;
  /** What scores the plans; default the scenario's own evaluator, unmetered. */
  readonly evaluator?: Evaluator;
  /** Seed of the random numbers until a reset gives another; default 0. */
  readonly seed?: number | string;
  /** Default `negativeCost`. */
  readonly utility?: Utility;
}

/** Throws a sentence without a scenario, and on an evaluator of another one. */
export function scoringParts(id: string, options: EpisodeOptions): Required<EpisodeOptions> {
  const { scenario, seed = 0, utility = negativeCost } = options;
  if (scenario === undefined) throw new InputError(`${id} needs the option "scenario".`);
  const score = options.evaluator ?? evaluator(scenario);
  if (score.scenario !== scenario)
    throw new InputError(
      `The evaluator is for scenario "${score.scenario.name}", not for the env's own "${scenario.name}".`,
    );
  return { scenario, evaluator: score, seed, utility };
}

/**
 * The same for an env that answers plans of a kind. Throws a sentence where the objective scores
 * none of them.
 *
 * @param take objectives that do, as the sentence names them
 */
export function partsForKind(
  id: string,
  options: EpisodeOptions,
  kind: Plan["kind"],
  take: string,
): Required<EpisodeOptions> {
  const parts = scoringParts(id, options);
  if (parts.evaluator.accepts.includes(kind)) return parts;
  throw new InputError(
    `${id} answers ${kind}s, which the objective ${parts.scenario.objective} does not score; take ${take}.`,
  );
}
