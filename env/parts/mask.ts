/**
 * Masks: which devices a group may be placed on now. The env refuses what the mask forbids, so the
 * mask is the rule.
 *
 * A mask part must allow at least one device for every group, and no device that cannot run it.
 */
import { allowedDevices } from "../model/cluster/allowed-devices.ts";
import type { Scenario } from "../model/scenario.ts";
import type { PlacementView } from "./views/placement-view.ts";

export interface MaskPart {
  /** Legal devices of one group, shape [deviceCount], 1 where legal. The env copies it. */
  row(view: PlacementView, group: number): Uint8Array;
}

/**
 * Allows every device that can run all ops of the group. Memory is not masked: a plan over a limit
 * costs the penalty instead.
 */
export function supportMask(scenario: Scenario): MaskPart {
  const allowed = allowedDevices(scenario);
  const deviceCount = scenario.cluster.devices.length;
  return { row: (_view, group) => allowed.subarray(group * deviceCount, (group + 1) * deviceCount) };
}
