/** Options of planners of shardings that have a mesh. */
import { z } from "zod";
import type { Cluster } from "../../../../env/model/cluster/cluster.ts";
import { mistakeIn } from "../../../../env/model/errors.ts";
import { meshOf } from "../../../../env/model/layout/mesh-of.ts";
import { zeroStages } from "../../../../env/model/plan/sharding.ts";

export const meshOption = z
  .string()
  .default("all")
  .describe("Sizes of the mesh's axes such as 2x4; all is one axis of all accelerators.");

export const zeroOption = z
  .int()
  .min(0)
  .max(zeroStages.length - 1)
  .default(0)
  .describe("Stage of ZeRO of the plan.");

/** Why the cluster has no such mesh, null where it has. */
export const meshRefusal = (cluster: Cluster, mesh: string): string | null =>
  mistakeIn(() => meshOf(cluster, mesh === "all" ? undefined : mesh));
