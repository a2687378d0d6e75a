/**
 * Scenarios that this process has met before, with their content hashes. The cells of an evaluation
 * share them; they are most of the work of a quick method's cell. Scenarios with files are read
 * again each time, since a file may change.
 */
import { scenarioHash } from "../../env/model/file.ts";
import type { Objective, Scenario } from "../../env/model/scenario.ts";
import { namesFiles } from "../../scenarios/file-address.ts";
import { resolveScenario } from "../../scenarios/resolve.ts";

export interface KnownScenario {
  readonly scenario: Scenario;
  readonly hash: string;
}

const known = new Map<string, Promise<KnownScenario>>();
/** Then the oldest is forgotten. */
const MOST_KNOWN = 30;

export function knownScenario(address: string, objective: Objective | undefined): Promise<KnownScenario> {
  if (namesFiles(address)) return resolved(address, objective);
  const key = JSON.stringify([address, objective]);
  const found = known.get(key) ?? resolved(address, objective);
  known.set(key, found);
  if (known.size > MOST_KNOWN) known.delete(known.keys().next().value!);
  return found;
}

async function resolved(address: string, objective: Objective | undefined): Promise<KnownScenario> {
  const scenario = await resolveScenario(address, { objective });
  return { scenario, hash: scenarioHash(scenario) };
}
