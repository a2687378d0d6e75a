/**
 * A scenario by its address: the URI of a built-in workload, a toy, or the path of a file in any
 * known format.
 */

import { createScenario } from "../env/model/create-scenario.ts";
import type { Objective, Scenario } from "../env/model/scenario.ts";
import { fileAddress, scenarioOfFile } from "./file-address.ts";
import type { ImportedFile } from "./import/index.ts";
import { toyOf, toyScenario } from "./suites/toy.ts";
import { scenarioOfUri } from "./uri.ts";

export interface ResolveOptions {
  /** Replaces the scenario's own objective. */
  readonly objective?: Objective;
  /** Reads a file; by default from disk. */
  readonly readFile?: (path: string) => Promise<string | Uint8Array>;
}

/**
 * A scenario by its URI, or by the path of a file in any known format. Options follow a question
 * mark.
 */
export async function resolveScenario(uriOrPath: string, options: ResolveOptions = {}): Promise<Scenario> {
  return (await openScenario(uriOrPath, options)).scenario;
}

/**
 * A scenario. One from a file comes with the file's placements and the report of how it was read.
 */
export async function openScenario(
  uriOrPath: string,
  { objective, readFile }: ResolveOptions = {},
): Promise<Pick<ImportedFile, "scenario"> & Partial<ImportedFile>> {
  const toy = toyOf(uriOrPath);
  if (toy !== null) return { scenario: aimed(toyScenario(toy), objective) };
  const address = fileAddress(uriOrPath);
  if (address === null) return { scenario: scenarioOfUri(uriOrPath, objective) };
  const content = await readFile?.(address.path);
  return scenarioOfFile(uriOrPath, address, { objective, content });
}

const aimed = (scenario: Scenario, objective: Objective | undefined): Scenario =>
  createScenario({ ...scenario, objective: objective ?? scenario.objective });
