/**
 * Files as scenarios: `PATH?OPTION=VALUE&...`, such as
 * `resnet50.graph.txt?cluster=8xV100-nvlink&groups=40`. Options are those of the file's format,
 * `cluster` and `format`, and the options of groups and networks that every scenario has.
 *
 * A text is taken for a path where it begins like one (`./`, `../`, `/`) or ends as files of a
 * known format do.
 */
import { basename } from "node:path";
import { createScenario } from "../env/model/create-scenario.ts";
import { InputError } from "../env/model/errors.ts";
import type { Objective } from "../env/model/scenario.ts";
import { type ImportedFile, importers, importFile } from "./import/index.ts";
import { fileOf, openFile } from "./import/source-file.ts";
import { COMMON_OPTIONS, groupingOfQuery, underOptions } from "./uri.ts";

export interface FileAddress {
  readonly path: string;
  readonly options: ReadonlyMap<string, string>;
}

/** Null where the text is not the path of a file. */
export function fileAddress(text: string): FileAddress | null {
  const at = text.lastIndexOf("?");
  // A question mark may stand in a path; options always have an equals sign.
  const hasOptions = at !== -1 && (text.length === at + 1 || text.slice(at).includes("="));
  const path = hasOptions ? text.slice(0, at) : text;
  if (!looksLikePath(path)) return null;
  return { path, options: hasOptions ? optionsOf(text, text.slice(at + 1)) : new Map() };
}

const extensions = new Set(importers.flatMap((importer) => importer.extensions));

function looksLikePath(path: string): boolean {
  if (/^(\.{0,2}[/\\]|~\/|[A-Za-z]:[/\\])/.test(path)) return true;
  const name = basename(path).toLowerCase();
  return [...extensions].some((extension) => name.endsWith(extension));
}

function optionsOf(text: string, query: string): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const part of query.split("&").filter(Boolean)) {
    const equals = part.indexOf("=");
    if (equals < 1)
      throw new InputError(`Scenario "${text}": option "${part}" has no value, expected OPTION=VALUE.`);
    const name = part.slice(0, equals);
    if (options.has(name)) throw new InputError(`Scenario "${text}": option "${name}" is given twice.`);
    options.set(name, part.slice(equals + 1));
  }
  return options;
}

export interface FileOptions {
  readonly objective?: Objective;
  /** The content, where it does not come from disk. */
  readonly content?: string | Uint8Array;
}

/**
 * What the file holds, as a scenario with the report of how it was read. The scenario's name is the
 * address.
 */
export function scenarioOfFile(
  address: string,
  { path, options }: FileAddress,
  given: FileOptions = {},
): ImportedFile {
  const file = given.content === undefined ? openFile(path) : fileOf(given.content, path);
  const own = new Map([...options].filter(([name]) => !COMMON_OPTIONS.includes(name)));
  const imported = importFile(file, address, own);
  const { scenario } = imported;
  const regrouped = ["groups", "granularity", "coarsen"].some((name) => options.has(name));
  const changed = createScenario({
    ...scenario,
    grouping: regrouped ? groupingOfQuery(address, scenario.graph, options) : scenario.grouping,
    objective: given.objective ?? scenario.objective,
  });
  return { ...imported, scenario: underOptions(changed, options) };
}
