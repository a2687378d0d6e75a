/**
 * The problems: built-in workloads on named clusters, scenario files of several formats, and suites of both.
 *
 *     const scenario = await resolveScenario("inception-v3/2xP100");
 *     const mine = await resolveScenario("./graph.json", { objective: "makespan" });
 */
import { readFile as readFileFromDisk } from "node:fs/promises";
import { createScenario, InputError, type Objective, type Scenario } from "../env/index.ts";
import { importFile } from "./import/index.ts";
import { scenarioOfUri } from "./uri.ts";

export { type CatalogEntry, scenarioCatalog } from "./catalog.ts";
export {
  type ClusterEntry,
  type ClusterSplit,
  clusterCatalog,
  clusterVariant,
  deviceOf,
  deviceSheets,
  type Fabric,
  fabricCluster,
} from "./clusters/index.ts";
export { type ImportedFile, type ImportedRun, importFile } from "./import/index.ts";
export { suites } from "./suites/index.ts";
export { buildWorkload, type Workload, workloadCatalog } from "./workloads/index.ts";

export interface ResolveOptions {
  /** Replaces the objective that the scenario has by itself. */
  readonly objective?: Objective;
  /** Reads a file's text; by default from disk. */
  readonly readFile?: (path: string) => Promise<string>;
}

/** A scenario by its URI, or by the path of a `.json` file. */
export async function resolveScenario(uriOrPath: string, options: ResolveOptions = {}): Promise<Scenario> {
  if (!uriOrPath.endsWith(".json")) return scenarioOfUri(uriOrPath, options.objective);
  const { scenario } = importFile(await readText(uriOrPath, options.readFile), uriOrPath);
  return createScenario({ ...scenario, objective: options.objective ?? scenario.objective });
}

async function readText(path: string, readFile: ResolveOptions["readFile"]): Promise<string> {
  if (readFile !== undefined) return readFile(path);
  try {
    return await readFileFromDisk(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new InputError(
      code === "ENOENT"
        ? `Scenario file "${path}" does not exist.`
        : `Scenario file "${path}" cannot be read (${code ?? error}).`,
    );
  }
}
