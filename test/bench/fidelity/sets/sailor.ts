/**
 * Sailor's plans on GH200 and on a mixed cluster, by the set's layer profiles and bandwidths.
 * Memory is the engine's peak and a constant for context and allocator, one for each cluster.
 */
import { join } from "node:path";
import type { MeasuredSet } from "../contract.ts";
import { readSailorPlans } from "../sailor/files.ts";
import { closedFormsS } from "../sailor/floors.ts";
import type { SailorPlan } from "../sailor/plan.ts";
import { readPublished } from "../sailor/published.ts";
import { simulatePlan } from "../sailor/step.ts";

/** The first is the authors' value, the second was fitted in the README of the set. */
const CONTEXT_BYTES = { gh200: 5.06e9, mixed: 3.2e9 };
const OPT_LAYERS = 26;

export const sailor: MeasuredSet = {
  name: "sailor",
  rows: "sailor/plans",
  times: "layer profiles",
  floors: ["(iii) profile", "(iii+) with sends and sums"],
  predict(data, file) {
    const published = readPublished(join(data, "sailor"));
    return readSailorPlans(file, join(data, "sailor", "plans")).map((plan) => {
      const { seconds, peakBytes } = simulatePlan(plan, published);
      const memory = plan.peakBytes === null || !isMemorySound(plan) ? null : plan.peakBytes;
      return {
        name: plan.name,
        measuredS: plan.measuredS,
        simulatedS: seconds,
        floorS: closedFormsS(plan, published),
        groups: groupsOf(plan),
        ...(memory !== null && {
          memory: { measuredBytes: memory, simulatedBytes: peakBytes + CONTEXT_BYTES[clusterOf(plan)] },
        }),
      };
    });
  },
};

const clusterOf = ({ groups }: SailorPlan): "gh200" | "mixed" =>
  groups.flat().every(({ kind }) => kind === "GH-96") ? "gh200" : "mixed";

/** The README calls these two kinds of GH200 rows unsound. */
function groupsOf(plan: SailorPlan): readonly string[] {
  const cluster = clusterOf(plan);
  if (cluster === "mixed") return [cluster];
  const isOpt = plan.layers.flat().length === OPT_LAYERS;
  const isUnsound = isOpt ? plan.microBatch === 1 : plan.microBatches === 1;
  return isUnsound ? [cluster] : [cluster, "gh200, sound rows"];
}

/** Peaks of the two-node mixed plans are below what their weights need (README). */
const isMemorySound = (plan: SailorPlan): boolean => clusterOf(plan) === "gh200" || plan.nodes > 2;
