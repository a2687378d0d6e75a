/**
 * The case files of a folder: the JSON files that hold the marker of a format.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../../../env/model/errors.ts";
import { readText } from "../../../files.ts";

export interface CaseFormat {
  /** Text in every file of the format and in no other file. */
  readonly marker: string;
  /** What one file is, for the error where there is none. */
  readonly what: string;
  readonly folders: "this one" | "all below";
}

/** Paths by name; at least one. */
export function caseFiles(folder: string, { marker, what, folders }: CaseFormat): string[] {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: folders === "all below", encoding: "utf8" });
  } catch {
    throw new InputError(`The folder of case files "${folder}" cannot be read.`);
  }
  const paths = names
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && readText(path, "Case file").includes(marker));
  if (paths.length === 0) throw new InputError(`The folder "${folder}" holds no ${what}.`);
  return paths;
}
