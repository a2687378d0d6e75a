/**
 * `Placement/OneShot-v1`: one action places all groups at once, and the episode is over.
 *
 * The reward is the utility of the plan, by default minus its cost in the evaluator's unit. An
 * episode charges one evaluation. This is the setting of ColocRL (Mirhoseini et al., ICML 2017),
 * whose policy samples a whole placement before it is run.
 */
import type { ActionMask, EnvMetadata, Step } from "../../contract.ts";
import type { Rng } from "../../model/rng.ts";
import type { PlacementObservation } from "../../parts/observation.ts";
import { integersIn, type MultiDiscrete, multiDiscrete } from "../../spaces/multi-discrete.ts";
import type { Advance } from "../episode/episode.ts";
import { checkResetOptions, returnsUnder } from "../options.ts";
import { PlacementEnv } from "./placement-env.ts";
import { type PlacementEnvOptions, type PlacementParts, placementParts } from "./placement-parts.ts";

export const ONE_SHOT_ID = "Placement/OneShot-v1";

/** The action is the device of each group. */
export function createOneShotEnv<Observation = PlacementObservation>(
  options: PlacementEnvOptions<Observation>,
): OneShotEnv<Observation> {
  return new OneShotEnv(placementParts(ONE_SHOT_ID, options));
}

export class OneShotEnv<Observation> extends PlacementEnv<Observation, Int32Array> {
  readonly metadata: EnvMetadata;
  readonly actionSpace: MultiDiscrete;

  constructor(parts: PlacementParts<Observation>, rng?: Rng) {
    super(parts, rng);
    const { grouping, cluster } = parts.scenario;
    this.metadata = {
      id: ONE_SHOT_ID,
      plans: ["placement"],
      renderModes: ["text"],
      returns: returnsUnder(parts.utility, "score"),
    };
    this.actionSpace = multiDiscrete(new Int32Array(grouping.groupCount).fill(cluster.devices.length));
  }

  protected sibling(rng: Rng): OneShotEnv<Observation> {
    return new OneShotEnv(this.parts, rng);
  }

  /** The device of each group, as any list of whole numbers. */
  override step(devices: ArrayLike<number>): Step<Observation> {
    return super.step(devices as Int32Array);
  }

  protected override taken(devices: unknown): Int32Array {
    return integersIn(devices) ?? (devices as Int32Array);
  }

  protected override expectedAction(): string {
    return ", given as an Int32Array or any list of whole numbers";
  }

  protected begin(options: Readonly<Record<string, unknown>>): undefined {
    checkResetOptions(ONE_SHOT_ID, options);
    this.planState.begin(this.parts.defaultDevice, { placed: false, current: -1 });
    this.utility = 0;
  }

  protected advance(action: Int32Array): Advance {
    const outcome = this.score(action);
    const { device, placed, visits } = this.planState;
    device.set(action);
    placed.fill(1);
    visits.fill(1);
    return this.paidAtTheEnd(outcome);
  }

  protected mask(): ActionMask {
    const { grouping, cluster } = this.scenario;
    const deviceCount = cluster.devices.length;
    const mask = new Uint8Array(grouping.groupCount * deviceCount);
    for (let g = 0; g < grouping.groupCount; g++) mask.set(this.maskRow(g), g * deviceCount);
    return mask;
  }

  protected checkLegal(action: Int32Array): void {
    for (let g = 0; g < action.length; g++) this.checkDevice(g, action[g]);
  }
}
