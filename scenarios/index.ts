/**
 * The problems: built-in workloads on named clusters, scenario files of several formats, and suites
 * of both.
 *
 *     const scenario = await resolveScenario("inception-v3/2xP100");
 *     const mine = await resolveScenario("./graph.json", { objective: "makespan" });
 *     const profile = await resolveScenario("resnet50.graph.txt?cluster=8xV100-nvlink&groups=40");
 */

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
export { openScenario, type ResolveOptions, resolveScenario } from "./resolve.ts";
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
