/**
 * `PlacementEnv`: an episode over a placement of groups. Beyond `Episode`, the placement envs share
 * the row of legal devices for each group, and the picture.
 */
import type { ActionMask } from "../../contract.ts";
import { InputError } from "../../model/errors.ts";
import type { Rng } from "../../model/rng.ts";
import { Episode } from "../episode/episode.ts";
import { renderPlan } from "../render.ts";
import type { PlacementParts } from "./placement-parts.ts";
import { type GroupDevices, PlacementState } from "./placement-state.ts";

export abstract class PlacementEnv<Observation, Action> extends Episode<
  Observation,
  Action,
  PlacementState,
  GroupDevices
> {
  declare protected readonly parts: PlacementParts<Observation>;

  constructor(parts: PlacementParts<Observation>, rng?: Rng) {
    super(parts, new PlacementState(parts.scenario, parts.defaultDevice), rng);
  }

  /** The devices that a group may be placed on now. The array belongs to the mask part. */
  protected maskRow(group: number): Uint8Array {
    return this.parts.mask.row(this.planState, group);
  }

  /**
   * The legal devices of the current group, none where there is no current group. A fresh array.
   */
  protected currentMask(): ActionMask {
    const { current } = this.planState;
    return current === -1
      ? new Uint8Array(this.scenario.cluster.devices.length)
      : this.maskRow(current).slice();
  }

  protected checkDevice(group: number, device: number): void {
    if (this.maskRow(group)[device] === 1) return;
    throw new InputError(
      `${this.metadata.id}: group ${group} may not be placed on device ${device} ("${this.scenario.cluster.devices[device].name}"); info.actionMask says which devices are legal.`,
    );
  }

  protected picture(title: string): string {
    return renderPlan(this.scenario, this.plan(), title);
  }
}
