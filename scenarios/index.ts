/**
 * The problems: built-in workloads on named clusters, scenario files of several formats, and suites
 * of both.
 *
 *     const scenario = await resolveScenario("inception-v3/2xP100");
 *     const mine = await resolveScenario("./graph.json", { objective: "makespan" });
 *     const profile = await resolveScenario("resnet50.graph.txt?cluster=8xV100-nvlink&groups=40");
 */

export { type Address, familyMembers, namesMembers, type Problem } from "./address.ts";
export { type CatalogEntry, scenarioCatalog } from "./catalog.ts";
export { type DeviceModel, type DeviceSheet, deviceOf, deviceSheets } from "./clusters/devices.ts";
export { type Cable, type Fabric, fabricCluster, type LinkSpeed } from "./clusters/fabric.ts";
export { type ClusterEntry, clusterCatalog } from "./clusters/index.ts";
export { type ClusterSplit, clusterVariant } from "./clusters/variants.ts";
export { communicationShare, withCommunication } from "./communication.ts";
export { acceleratorsOf } from "./families/accelerators.ts";
export { type Family, type FamilyMember, memberGraph, type Split, splits } from "./families/family.ts";
export { families } from "./families/index.ts";
export type {
  Imported,
  ImportedRun,
  Importer,
  ImportReport,
  OpCoverage,
  UnknownOps,
} from "./import/contract.ts";
export { type ImportedFile, importers, importFile } from "./import/index.ts";
export { type ClusterChoice, DEFAULT_CLUSTER } from "./import/scenario-of.ts";
export { createClaimChecker, type PlanClaim } from "./plans/claims.ts";
export type { PlanRead, PlanReader } from "./plans/contract.ts";
export {
  checkedRuns,
  type PlanFile,
  type PlanFileOptions,
  planInGraphFile,
  planReaders,
  readPlanFile,
} from "./plans/index.ts";
export { type ScenarioProfile, scenarioProfile } from "./profile.ts";
export { openScenario, type ResolveOptions, resolveCluster, resolveScenario } from "./resolve.ts";
export { boardPins } from "./suites/board.ts";
export { suiteCatalog, suiteMembers, suiteNamed, suites } from "./suites/index.ts";
export type { Suite } from "./suites/suite.ts";
export { type Toy, toys } from "./suites/toy.ts";
export { type BuildOptions, buildWorkload, type Phase } from "./workloads/build.ts";
export { workloadCatalog } from "./workloads/index.ts";
export type { Workload, WorkloadOption } from "./workloads/workload.ts";
