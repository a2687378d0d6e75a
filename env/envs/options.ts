/**
 * Options that every placement env takes, and the parts they resolve to: made once, shared by all
 * clones.
 */
import { InputError } from "../model/errors.ts";
import type { Scenario } from "../model/scenario.ts";
import { didYouMean } from "../model/suggest.ts";
import { type MaskPart, supportMask } from "../parts/mask.ts";
import {
  type ObservationPart,
  type PlacementObservation,
  placementObservation,
} from "../parts/observation.ts";
import { singleDevicePlacement } from "../parts/start.ts";
import { negativeCost, type Utility } from "../parts/utility.ts";
import type { Evaluator } from "../sim/evaluator/contract.ts";
import { evaluator } from "../sim/objectives/evaluator.ts";

export interface PlacementEnvOptions<O = PlacementObservation> {
  readonly scenario: Scenario;
  /** What scores the plans; default the scenario's own evaluator, unmetered. */
  readonly evaluator?: Evaluator;
  /** Seed of the random numbers until a reset gives another; default 0. */
  readonly seed?: number | string;
  /** Default `placementObservation`. */
  readonly observation?: (scenario: Scenario) => ObservationPart<O>;
  /** Default `supportMask`. */
  readonly mask?: (scenario: Scenario) => MaskPart;
  /** Default `negativeCost`. */
  readonly utility?: Utility;
}

export interface Parts<O> {
  readonly scenario: Scenario;
  readonly evaluator: Evaluator;
  readonly seed: number | string;
  readonly observation: ObservationPart<O>;
  readonly mask: MaskPart;
  readonly utility: Utility;
  /** Devices of groups that no action has placed. */
  readonly defaultDevice: Int32Array;
}

const commonOptions = ["scenario", "evaluator", "seed", "observation", "mask", "utility"];

/**
 * Checks the options of the env `id`, which knows `ownOptions` beside the common ones, and makes
 * the parts.
 */
export function resolveParts<O>(
  id: string,
  options: PlacementEnvOptions<O>,
  ownOptions: readonly string[] = [],
): Parts<O> {
  checkNames(`${id} does not know the option`, options, [...commonOptions, ...ownOptions]);
  const { scenario } = options;
  if (scenario === undefined) throw new InputError(`${id} needs the option "scenario".`);
  const score = options.evaluator ?? evaluator(scenario);
  if (score.scenario !== scenario)
    throw new InputError(
      `The evaluator is for scenario "${score.scenario.name}", not for the env's own "${scenario.name}".`,
    );
  // Without the option, O is its default PlacementObservation, which the compiler cannot see here.
  const observation =
    options.observation ?? (placementObservation as unknown as NonNullable<typeof options.observation>);
  return {
    scenario,
    evaluator: score,
    seed: options.seed ?? 0,
    observation: observation(scenario),
    mask: (options.mask ?? supportMask)(scenario),
    utility: options.utility ?? negativeCost,
    defaultDevice: singleDevicePlacement(scenario),
  };
}

/**
 * What the rewards of an episode sum to, for `metadata.returns`: minus the final cost (`score`),
 * the first cost minus the final one (`improvement`), or nothing that costs alone could tell
 * (`other`), under a utility of another shape.
 */
export type Returns = "score" | "improvement" | "other";

export const returnsUnder = (utility: Utility, telescoping: "score" | "improvement"): Returns =>
  utility === negativeCost ? telescoping : "other";

/** Throws a sentence on a reset option that the env does not know. */
export function checkResetOptions(id: string, options: object, known: readonly string[] = []): void {
  checkNames(`${id} does not know the reset option`, options, known);
}

function checkNames(complaint: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const expected = known.length === 0 ? "it takes none" : `expected ${known.join(", ")}`;
  throw new InputError(`${complaint} "${unknown}"; ${expected}.${didYouMean(unknown, known)}`);
}
