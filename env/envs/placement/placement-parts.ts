/** Options that every placement env takes, and the parts that they resolve to. */
import { InputError } from "../../model/errors.ts";
import type { Scenario } from "../../model/scenario.ts";
import { type MaskPart, supportMask } from "../../parts/mask.ts";
import {
  type ObservationPart,
  type PlacementObservation,
  placementObservation,
} from "../../parts/observation.ts";
import type { PlacementView } from "../../parts/placement-view.ts";
import { singleDevicePlacement } from "../../parts/start.ts";
import { negativeCost, type Utility } from "../../parts/utility.ts";
import type { Evaluator } from "../../sim/evaluator/contract.ts";
import { evaluator } from "../../sim/objectives/evaluator.ts";
import type { EpisodeParts } from "../episode.ts";
import { checkOptions } from "../options.ts";

export interface PlacementEnvOptions<Observation = PlacementObservation> {
  readonly scenario: Scenario;
  /** What scores the plans; default the scenario's own evaluator, unmetered. */
  readonly evaluator?: Evaluator;
  /** Seed of the random numbers until a reset gives another; default 0. */
  readonly seed?: number | string;
  /** Default `placementObservation`. */
  readonly observation?: (scenario: Scenario) => ObservationPart<Observation>;
  /** Default `supportMask`. */
  readonly mask?: (scenario: Scenario) => MaskPart;
  /** Default `negativeCost`. */
  readonly utility?: Utility;
}

/** Made once, shared by all clones. */
export interface PlacementParts<Observation> extends EpisodeParts<Observation, PlacementView> {
  readonly mask: MaskPart;
  /** Devices of groups that no action has placed. */
  readonly defaultDevice: Int32Array;
}

export const placementOptions: readonly (keyof PlacementEnvOptions)[] = [
  "scenario",
  "evaluator",
  "seed",
  "observation",
  "mask",
  "utility",
];

/** Checks the options of the env `id`, which takes `ownOptions` too, and makes the parts. */
export function placementParts<Observation>(
  id: string,
  options: PlacementEnvOptions<Observation>,
  ownOptions: readonly string[] = [],
): PlacementParts<Observation> {
  checkOptions(id, options, [...placementOptions, ...ownOptions]);
  const { scenario } = options;
  if (scenario === undefined) throw new InputError(`${id} needs the option "scenario".`);
  const score = options.evaluator ?? evaluator(scenario);
  if (score.scenario !== scenario)
    throw new InputError(
      `The evaluator is for scenario "${score.scenario.name}", not for the env's own "${scenario.name}".`,
    );
  // Without the option, Observation is its default, which the compiler cannot see here.
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
