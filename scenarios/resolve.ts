/**
 * A scenario by its address: the URI of a built-in workload, a toy, or the path of a file in any
 * known format.
 */

import { existsSync } from "node:fs";
import type { Cluster } from "../env/model/cluster/cluster.ts";
import { createScenario } from "../env/model/create-scenario.ts";
import { InputError } from "../env/model/errors.ts";
import type { Objective, Scenario } from "../env/model/scenario.ts";
import { readQuery } from "../env/model/user/query.ts";
import { withClusterAsOption } from "./address.ts";
import { clusterNamed, clusterPath, type ReadClusterFile } from "./clusters/named.ts";
import { type FileAddress, fileAddress, scenarioOfFile } from "./file-address.ts";
import type { ImportedFile } from "./import/index.ts";
import { toyOf, toyScenario } from "./suites/toy.ts";
import { scenarioOfUri } from "./uri.ts";

export interface ResolveOptions {
  /** Replaces the scenario's own objective. */
  readonly objective?: Objective;
  /** Reads a scenario's or a cluster's file; by default from disk. */
  readonly readFile?: (path: string) => Promise<string | Uint8Array>;
}

/**
 * A cluster by its name: one of the catalog, `16xV100`, `variant/test/3` or the path of a file.
 * Each may have options (docs/clusters.md).
 */
export function resolveCluster(text: string): Cluster {
  try {
    return clusterNamed(text);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.message.replace(/^cluster/, "Cluster"));
  }
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
  if (address === null) {
    const readClusterFile = await clusterReader(optionsOf(uriOrPath).get("cluster"), readFile);
    return { scenario: scenarioOfUri(uriOrPath, objective, readClusterFile) };
  }
  if (readFile === undefined) checkPath(uriOrPath, address);
  const readClusterFile = await clusterReader(address.options.get("cluster"), readFile);
  const content = await readFile?.(address.path);
  return scenarioOfFile(uriOrPath, address, { objective, content, readClusterFile });
}

function optionsOf(uri: string): ReadonlyMap<string, string> {
  const at = uri.indexOf("?");
  return readQuery(`Scenario "${uri}"`, at === -1 ? "" : uri.slice(at + 1)).given;
}

/** The content of a cluster's file from the caller's own reader; undefined where disk is read. */
async function clusterReader(
  cluster: string | undefined,
  readFile: ResolveOptions["readFile"],
): Promise<ReadClusterFile | undefined> {
  const path = cluster === undefined ? null : clusterPath(cluster);
  if (path === null || readFile === undefined) return undefined;
  const content = await readFile(path);
  return () => content;
}

/** A workload with a file in place of its cluster looks like a path. */
function checkPath(uri: string, { path }: FileAddress): void {
  const meant = withClusterAsOption(uri);
  if (meant === null || existsSync(path)) return;
  throw new InputError(
    `Scenario file "${path}" does not exist, and a cluster in a file is an option. Did you mean "${meant}"?`,
  );
}

const aimed = (scenario: Scenario, objective: Objective | undefined): Scenario =>
  createScenario({ ...scenario, objective: objective ?? scenario.objective });
