/**
 * Files as scenarios: `PATH?OPTION=VALUE&...`, such as
 * `resnet50.graph.txt?cluster=8xV100-nvlink&groups=40`. Options are those of the file's format,
 * `cluster`, `format`, and the options of groups and networks that every scenario has.
 *
 * A text is a path where it begins like one (`./`, `../`, `/`) or ends with the extension of a
 * known format.
 */
import { basename } from "node:path";
import { createScenario } from "../env/model/create-scenario.ts";
import { type Objective, objectives } from "../env/model/scenario.ts";
import { Query, readQuery } from "../env/model/user/query.ts";
import type { ReadClusterFile } from "./clusters/named.ts";
import type { ImportedFile } from "./import/index.ts";
import { fileOf, openFile } from "./import/source-file.ts";
import { COMMON_OPTIONS, demandIn, groupingOfQuery, underOptions } from "./uri.ts";

export interface FileAddress {
  readonly path: string;
  readonly options: ReadonlyMap<string, string>;
}

/** Null where the text is not the path of a file. */
export function fileAddress(text: string): FileAddress | null {
  return looksLikePath(parted(text).path) ? pathAddress(text, `Scenario "${text}"`) : null;
}

/** Whether a scenario's content depends on files: it is one, or a file may describe its cluster. */
export const namesFiles = (address: string): boolean =>
  fileAddress(address) !== null || address.includes("cluster=");

/** The path and options of a text that names a file; sentences begin with `where`. */
export function pathAddress(text: string, where: string): FileAddress {
  const { path, options } = parted(text);
  return { path, options: readQuery(where, options).given };
}

function parted(text: string): { readonly path: string; readonly options: string } {
  // A path may contain a question mark; the first option has a name and an equals sign.
  const at = text.search(/\?(?:[^?=&/\\]*=|$)/);
  return at !== -1 ? { path: text.slice(0, at), options: text.slice(at + 1) } : { path: text, options: "" };
}

/** Those of the importers, which are loaded when a file is read. A test holds both together. */
export const fileExtensions: readonly string[] = [
  ".json",
  ".txt",
  ".graphml",
  ".gexf",
  ".dot",
  ".gv",
  ".hlo",
  ".onnx",
  ".pb",
  ".pbtxt",
  ".meta",
  ".pkl",
  ".pickle",
];

function looksLikePath(path: string): boolean {
  if (/^(\.{0,2}[/\\]|~\/|[A-Za-z]:[/\\])/.test(path)) return true;
  const name = basename(path).toLowerCase();
  return fileExtensions.some((extension) => name.endsWith(extension));
}

export interface FileOptions {
  readonly objective?: Objective;
  /** The content, where it does not come from disk. */
  readonly content?: string | Uint8Array;
  /** Reads the file of a cluster that the option `cluster` names; by default from disk. */
  readonly readClusterFile?: ReadClusterFile;
}

/**
 * What the file holds, as a scenario with the report of how it was read. The scenario's name is the
 * address.
 */
export async function scenarioOfFile(
  address: string,
  { path, options }: FileAddress,
  given: FileOptions = {},
): Promise<ImportedFile> {
  const { importFile } = await import("./import/index.ts");
  const file = given.content === undefined ? openFile(path) : fileOf(given.content, path);
  const query = new Query(`Scenario "${address}"`, options);
  const imported = importFile(file, address, query.without(COMMON_OPTIONS).given, given.readClusterFile);
  const { scenario } = imported;
  const regrouped = ["groups", "granularity", "coarsen"].some((name) => options.has(name));
  const changed = createScenario({
    ...scenario,
    grouping: regrouped ? groupingOfQuery(query, scenario.graph) : scenario.grouping,
    objective: given.objective ?? query.oneOf("objective", objectives) ?? scenario.objective,
    ...demandIn(query),
  });
  return { ...imported, scenario: underOptions(changed, query) };
}
