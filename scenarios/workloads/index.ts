/**
 * The registry of built-in workloads: one entry for each network, with the options that a scenario URI may set. Adding a
 * network is one file that records a tape, and one entry in the registry of its folder.
 */
import type { OpGraph } from "../../env/index.ts";
import { trainingGraph } from "./backward.ts";
import { sequenceWorkloads } from "./sequence/index.ts";
import { visionWorkloads } from "./vision/index.ts";
import type { Workload } from "./workload.ts";

export type { Workload, WorkloadOption } from "./workload.ts";

export const workloadCatalog: readonly Workload[] = [...visionWorkloads, ...sequenceWorkloads];

/** One training step: forward, backward and update ops. */
export const buildWorkload = (workload: Workload, values: Readonly<Record<string, number>>): OpGraph =>
  trainingGraph(workload.forward(values), workload.optimizer);
