/**
 * The one resolver of cluster names. Scenario addresses, `?cluster=`, `--cluster` and `describe`
 * all read a cluster by it:
 *
 *     8xV100-nvlink                a name of the catalog
 *     variant/test/3               a member of the family of clusters
 *     16xV100, 2x8xA100            a count and a kind
 *     ./mine.json                  a file
 *     4xA100?bandwidth=25GB/s      any of these with options
 *
 * Every mistake is one sentence that begins with "cluster", for the caller to put its own place in
 * front.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Cluster } from "../../env/model/cluster/cluster.ts";
import { InputError } from "../../env/model/errors.ts";
import { didYouMean, nearest } from "../../env/model/suggest.ts";
import { readQuery } from "../../env/model/user/query.ts";
import { splits } from "../families/family.ts";
import { CLUSTER_OPTIONS, changedCluster } from "./changes.ts";
import { clusterOfJson } from "./cluster-file.ts";
import { countedKinds, generatedCluster, nearestGenerated } from "./generated.ts";
import { clusterCatalog } from "./index.ts";
import { clusterVariant } from "./variants.ts";

/** Reads a file that the user named; the path is as given. */
export type ReadClusterFile = (path: string) => string | Uint8Array;

const VARIANT = "variant";

export function clusterNamed(text: string, readFile: ReadClusterFile = readFileSync): Cluster {
  const at = text.indexOf("?");
  const [name, options] = at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
  const query = readQuery(`cluster "${text}"`, options);
  query.expectOnly("a cluster", CLUSTER_OPTIONS);
  return changedCluster(plainCluster(name, readFile), query);
}

/** Whether a text is meant as a file and not as a name. */
const isClusterPath = (text: string): boolean =>
  /^(\.{0,2}[/\\]|~\/|[A-Za-z]:[/\\])/.test(text) || text.toLowerCase().endsWith(".json");

/** The path of the file that a text names, null where it names none. */
export function clusterPath(text: string): string | null {
  const [name] = text.split("?", 1);
  return isClusterPath(name) ? name : null;
}

function plainCluster(name: string, readFile: ReadClusterFile): Cluster {
  const entry = clusterCatalog.find((candidate) => candidate.name === name);
  if (entry !== undefined) return entry.build();
  if (name.split("/")[0] === VARIANT) return variantNamed(name);
  if (isClusterPath(name)) return clusterInFile(name, readFile);
  const generated = generatedCluster(name);
  if (generated !== null) return generated;
  throw notKnown(name);
}

function variantNamed(name: string): Cluster {
  const [, splitText = "", numberText = "", ...rest] = name.split("/");
  const split = splits.find((known) => known === splitText);
  if (split === undefined || !/^\d+$/.test(numberText) || rest.length > 0)
    throw new InputError(
      `cluster "${name}" is not one of the family of clusters, expected ${VARIANT}/SPLIT/NUMBER with a split of ${splits.join(", ")}, such as ${VARIANT}/test/3.${didYouMean(splitText, splits)}`,
    );
  return clusterVariant(split, Number(numberText));
}

function clusterInFile(path: string, readFile: ReadClusterFile): Cluster {
  const refuse = (reason: string): never => {
    throw new InputError(`cluster file "${path}"${reason}`);
  };
  try {
    const content = readFile(path);
    const text =
      typeof content === "string" ? content : new TextDecoder("utf-8", { fatal: true }).decode(content);
    if (text.trim() === "") return refuse(" is empty.");
    return clusterOfJson(JSON.parse(text), basename(path).replace(/\.json$/i, ""));
  } catch (error) {
    if (error instanceof InputError) return refuse(`: ${error.message}`);
    if (error instanceof SyntaxError)
      return refuse(` is not valid JSON: ${error.message.replace(/\s+/g, " ").slice(0, 160)}.`);
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return refuse(" does not exist.");
    if (code === "EISDIR") return refuse(" is a directory, expected a file.");
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") return refuse(" is not text: its bytes are not UTF-8.");
    if (code !== undefined) return refuse(` cannot be read (${code}).`);
    throw error;
  }
}

function notKnown(name: string): InputError {
  const guess = nearestGenerated(name) ?? nearest(name, [...clusterCatalog.map((entry) => entry.name)]);
  if (guess !== undefined) return new InputError(`cluster "${name}" is not known. Did you mean "${guess}"?`);
  return new InputError(
    `cluster "${name}" is not known, expected a name such as 4xP100 ("list clusters" shows all), a count and a kind such as 16xV100 (of ${countedKinds.join(", ")}), ${VARIANT}/SPLIT/NUMBER, or a file such as ./mine.json.`,
  );
}
