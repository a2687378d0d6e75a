/**
 * Scenario files of every known format. The format is recognised by its content: the `schema` field of our own files and of
 * Placeto case files, the fields of `dnn-partitioning` files. Whatever is wrong with a file is one sentence.
 */
import { InputError, readScenario, SCENARIO_SCHEMA, type Scenario } from "../../env/index.ts";
import { importDnnPartitioning } from "./dnn-partitioning.ts";
import { type ImportedRun, importPlacetoSim, PLACETO_SCHEMA } from "./placeto-sim.ts";

export type { ImportedRun } from "./placeto-sim.ts";

export interface ImportedFile {
  readonly scenario: Scenario;
  /** Placements that the file brings along, with the results it expects. */
  readonly runs?: readonly ImportedRun[];
}

export function importFile(text: string, name: string): ImportedFile {
  const json = parseJson(text, name);
  if (json === null || typeof json !== "object" || Array.isArray(json))
    throw new InputError(
      `Scenario file "${name}": the top level is ${nameOfType(json)}, expected an object.`,
    );
  if ("schema" in json) {
    if (json.schema === SCENARIO_SCHEMA) return { scenario: readScenario(json, name) };
    if (json.schema === PLACETO_SCHEMA) return importPlacetoSim(json, name);
    throw new InputError(
      `Scenario file "${name}": schema is ${JSON.stringify(json.schema)}, expected "${SCENARIO_SCHEMA}" or "${PLACETO_SCHEMA}".`,
    );
  }
  if ("nodes" in json || "maxFPGAs" in json) return { scenario: importDnnPartitioning(json, name) };
  throw new InputError(
    `Scenario file "${name}": the format is not known; expected a field "schema" ("${SCENARIO_SCHEMA}" or "${PLACETO_SCHEMA}"), or the fields "maxFPGAs", "nodes" and "edges" of dnn-partitioning.`,
  );
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const reason = error.message.replace(/\s+/g, " ").slice(0, 160);
    throw new InputError(`Scenario file "${name}" is not valid JSON: ${reason}.`);
  }
}

function nameOfType(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}
