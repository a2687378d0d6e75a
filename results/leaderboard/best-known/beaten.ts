/** Whether a plan is better than the best known one of a track that has its scenario. */

import { asPlacement, planFromJson } from "../../../env/model/plan/plan.ts";
import { resolveScenario } from "../../../scenarios/resolve.ts";
import type { CellResult } from "../../cells/cell.ts";
import type { BestKnown, Track } from "../contract.ts";
import { contiguityFault } from "../tracks/contiguous.ts";
import { tracks } from "../tracks/tracks.ts";
import { readBestKnown } from "./best-known.ts";

export interface Beaten {
  readonly track: Track;
  readonly best: BestKnown;
}

type Found = Pick<CellResult, "scenario" | "scenarioHash" | "objective" | "value" | "plan">;

/** Empty for scenarios of no track. `folder` holds the best known plans. */
export async function beatenBy(found: Found, folder: string): Promise<Beaten[]> {
  const { value, plan, scenarioHash } = found;
  if (value === null || plan === null) return [];
  const beaten: Beaten[] = [];
  for (const track of tracks) {
    const pin = track.scenarios.find(([, hash]) => hash === scenarioHash);
    if (pin === undefined) continue;
    const best = readBestKnown(folder, track, pin[0]);
    if (best !== null && value < best.value && (await isAllowed(track, found))) beaten.push({ track, best });
  }
  return beaten;
}

async function isAllowed({ rule }: Track, { scenario: address, objective, plan }: Found): Promise<boolean> {
  if (rule === null) return true;
  const scenario = await resolveScenario(address, { objective });
  return contiguityFault(scenario, asPlacement(planFromJson(scenario, plan, "The plan")).device) === null;
}
