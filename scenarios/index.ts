/**
 * The problems: built-in workloads on named clusters, scenario files of several formats, and suites of both.
 *
 *     const scenario = await resolveScenario("inception-v3/2xP100");
 *     const mine = await resolveScenario("./graph.json", { objective: "makespan" });
 *     const profile = await resolveScenario("resnet50.graph.txt?cluster=8xV100-nvlink&groups=40");
 */
import { createScenario, type Objective, type Scenario } from "../env/index.ts";
import { fileAddress, scenarioOfFile } from "./file-address.ts";
import type { ImportedFile } from "./import/index.ts";
import { toyOf, toyScenario } from "./suites/index.ts";
import { scenarioOfUri } from "./uri.ts";

export { familyMembers, namesMembers } from "./address.ts";
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
export { communicationShare, withCommunication } from "./communication.ts";
export { acceleratorsOf, type Family, families, memberGraph, type Split, splits } from "./families/index.ts";
export {
  DEFAULT_CLUSTER,
  type ImportedFile,
  type ImportedRun,
  type Importer,
  type ImportReport,
  importers,
  importFile,
} from "./import/index.ts";
export { type ScenarioProfile, scenarioProfile } from "./profile.ts";
export {
  boardPins,
  type Suite,
  suiteCatalog,
  suiteMembers,
  suiteNamed,
  suites,
  toys,
} from "./suites/index.ts";
export {
  type BuildOptions,
  buildWorkload,
  type Phase,
  type Workload,
  workloadCatalog,
} from "./workloads/index.ts";

export interface ResolveOptions {
  /** Replaces the objective that the scenario has by itself. */
  readonly objective?: Objective;
  /** Reads a file; by default from disk. */
  readonly readFile?: (path: string) => Promise<string | Uint8Array>;
}

/** A scenario by its URI, or by the path of a file in any known format, options behind a question mark. */
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
