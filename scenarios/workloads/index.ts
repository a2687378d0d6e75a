/**
 * The registry of built-in workloads. It has one entry for each network, with the options of its
 * scenario URIs. Adding a network is one file that records a tape, and one entry in the registry of
 * its folder.
 */
import { sequenceWorkloads } from "./sequence/index.ts";
import { visionWorkloads } from "./vision/index.ts";
import type { Workload } from "./workload.ts";

export const workloadCatalog: readonly Workload[] = [...visionWorkloads, ...sequenceWorkloads];
