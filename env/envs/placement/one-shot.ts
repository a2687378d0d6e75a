/**
 * `Placement/OneShot-v1`: one action places all groups at once, and the episode is over.
 *
 * Reward: the utility of the plan, by default minus its cost in the evaluator's unit. One
 * evaluation for each episode. The setting of ColocRL (Mirhoseini et al., ICML 2017), whose policy
 * samples a whole placement before it is run.
 */
import type { ActionMask, EnvMetadata } from "../../contract.ts";
import type { Rng } from "../../model/rng.ts";
import type { PlacementObservation } from "../../parts/observation.ts";
import type { Outcome } from "../../sim/evaluator/contract.ts";
import { type MultiDiscrete, multiDiscrete } from "../../spaces/multi-discrete.ts";
import {
  checkResetOptions,
  type Parts,
  type PlacementEnvOptions,
  resolveParts,
  returnsUnder,
} from "../options.ts";
import { type Advance, PlacementEnv } from "./placement-env.ts";

export const ONE_SHOT_ID = "Placement/OneShot-v1";

/** The action is the device of each group. */
export function createOneShotEnv<O = PlacementObservation>(options: PlacementEnvOptions<O>): OneShotEnv<O> {
  return new OneShotEnv(resolveParts(ONE_SHOT_ID, options));
}

export class OneShotEnv<O> extends PlacementEnv<O, Int32Array> {
  readonly metadata: EnvMetadata;
  readonly actionSpace: MultiDiscrete;

  constructor(parts: Parts<O>, rng?: Rng) {
    super(parts, rng);
    const { grouping, cluster } = parts.scenario;
    this.metadata = {
      id: ONE_SHOT_ID,
      renderModes: ["text"],
      returns: returnsUnder(parts.utility, "score"),
    };
    this.actionSpace = multiDiscrete(new Int32Array(grouping.groupCount).fill(cluster.devices.length));
  }

  protected sibling(rng: Rng): OneShotEnv<O> {
    return new OneShotEnv(this.parts, rng);
  }

  protected begin(options: Readonly<Record<string, unknown>>): undefined {
    checkResetOptions(ONE_SHOT_ID, options);
    this.device.set(this.parts.defaultDevice);
    this.placed.fill(0);
    this.visits.fill(0);
    this.utility = 0;
  }

  protected advance(action: Int32Array): Advance {
    const outcome: Outcome = this.score(action);
    this.device.set(action);
    this.placed.fill(1);
    this.visits.fill(1);
    this.utility = this.parts.utility.of(outcome);
    return { reward: this.utility, terminated: true, outcome };
  }

  protected mask(): ActionMask {
    const deviceCount = this.scenario.cluster.devices.length;
    const mask = new Uint8Array(this.device.length * deviceCount);
    for (let g = 0; g < this.device.length; g++) mask.set(this.maskRow(g), g * deviceCount);
    return mask;
  }

  protected checkLegal(action: Int32Array): void {
    for (let g = 0; g < action.length; g++) this.checkDevice(g, action[g]);
  }
}
