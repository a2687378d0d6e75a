/** What a sweep would show of any of its groups at a placement, without an env. */
import { groupStarts } from "../../../env/envs/placement/group-starts.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { type PlacementObservation, placementObservation } from "../../../env/parts/observation.ts";
import type { Outcome } from "../../../env/sim/evaluator/contract.ts";

/** The observation with this group current, in the sweep with this number, from 0. */
export type PlacementViews = (current: number, sweep: number) => PlacementObservation;

/** Of a placement and its outcome. */
export function placementViews(
  scenario: Scenario,
): (device: Int32Array, outcome: Pick<Outcome, "startUs">) => PlacementViews {
  const { grouping } = scenario;
  const part = placementObservation(scenario);
  const placed = new Uint8Array(grouping.groupCount).fill(1);
  return (device, { startUs: opStartUs }) => {
    const startUs = opStartUs === undefined ? null : groupStarts(grouping, opStartUs);
    return (current, sweep) => {
      const visits = Int32Array.from(device, (_, g) => sweep + (g < current ? 1 : 0));
      return part.observe({ scenario, device, placed, visits, current, startUs, onlyPlaced: -1 });
    };
  };
}
