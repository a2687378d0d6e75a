/**
 * The world of HDP's lessons: units are ops or co-location classes, and a plan is a placement.
 *
 * Ours: a unit that cannot run on its group's device goes to the first device that it can run on.
 * TensorFlow's soft placement did so for the authors.
 */
import { allowedDevices } from "../../../env/model/cluster/allowed-devices.ts";
import { liftToOps } from "../../../env/model/coarsen/grouping.ts";
import { placement } from "../../../env/model/plan/placement.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import {
  type FeatureVariant,
  intraGroupShare,
  sampledGroupFeatures,
  type Units,
} from "../../nets/placers/grouper-features.ts";
import type { GroupedWorld } from "./grouped-lesson.ts";

/** Groups without a unit are placed too. */
export function groupedOps(
  scenario: Scenario,
  units: Units,
  { groups, variant }: { readonly groups: number; readonly variant: FeatureVariant },
): GroupedWorld {
  const devices = scenario.cluster.devices.length;
  const allowed = allowedDevices({ ...scenario, grouping: units.grouping });
  const deviceOf = (unit: number, wanted: number): number => {
    if (allowed[unit * devices + wanted]) return wanted;
    let first = 0;
    while (first < devices - 1 && !allowed[unit * devices + first]) first++;
    return first;
  };
  return {
    units: units.count,
    devices,
    grouped: (unitGroup) => sampledGroupFeatures(units, unitGroup, groups, variant),
    plan: (unitGroup, groupDevice) =>
      placement(
        liftToOps(
          units.grouping,
          unitGroup.map((group, unit) => deviceOf(unit, groupDevice[group])),
        ),
      ),
    intraGroupShare: (unitGroup) => intraGroupShare(units, unitGroup),
  };
}
