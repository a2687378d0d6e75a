/**
 * A scenario by its address: a URI of a built-in workload, a toy, or the path of a file in any
 * known format.
 */

import { createScenario } from "../env/model/create-scenario.ts";
import type { Objective, Scenario } from "../env/model/scenario.ts";
import { fileAddress, scenarioOfFile } from "./file-address.ts";
import type { ImportedFile } from "./import/index.ts";
import { toyOf, toyScenario } from "./suites/toy.ts";
import { scenarioOfUri } from "./uri.ts";

export interface ResolveOptions {
  /** Replaces the objective that the scenario has by itself. */
  readonly objective?: Objective;
  /** Reads a file; by default from disk. */
  readonly readFile?: (path: string) => Promise<string | Uint8Array>;
}

/**
 * A scenario by its URI, or by the path of a file in any known format, options behind a question
 * mark.
 */
export async function resolveScenario(uriOrPath: string, options: ResolveOptions = {}): Promise<Scenario> {
  return (await openScenario(uriOrPath, options)).scenario;
}

/** A scenario with what its file brings along and how it was read, where it comes from a file. */
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
