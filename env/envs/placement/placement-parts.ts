/** Options that every placement env takes, and the parts that they resolve to. */
import type { Scenario } from "../../model/scenario.ts";
import { type MaskPart, supportMask } from "../../parts/mask.ts";
import { type PlacementObservation, placementObservation } from "../../parts/observation.ts";
import type { ObservationPart } from "../../parts/observation-part.ts";
import { singleDevicePlacement } from "../../parts/start.ts";
import type { PlacementView } from "../../parts/views/placement-view.ts";
import type { EpisodeParts } from "../episode/episode.ts";
import { type EpisodeOptions, scoringParts } from "../episode/episode-parts.ts";
import { checkOptions } from "../options.ts";

export interface PlacementEnvOptions<Observation = PlacementObservation> extends EpisodeOptions {
  /** Default `placementObservation`. */
  readonly observation?: (scenario: Scenario) => ObservationPart<Observation>;
  /** Default `supportMask`. */
  readonly mask?: (scenario: Scenario) => MaskPart;
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
  const parts = scoringParts(id, options);
  const { scenario } = parts;
  // Without the option, Observation is its default, which the compiler cannot see here.
  const observation =
    options.observation ?? (placementObservation as unknown as NonNullable<typeof options.observation>);
  return {
    ...parts,
    observation: observation(scenario),
    mask: (options.mask ?? supportMask)(scenario),
    defaultDevice: singleDevicePlacement(scenario),
  };
}
