/**
 * The options of a URI that every built-in workload takes.
 *
 * - `precision`: 32 or 16 bits.
 * - `phase`: `training` or `inference`.
 * - `granularity=layer`: one op for each layer and role; other granularities keep an op for each
 *   kernel.
 */
import type { Query } from "../env/model/user/query.ts";
import { type BuildOptions, phases } from "./workloads/build.ts";

export const BUILD_OPTIONS: readonly string[] = ["precision", "phase"];

const granularities = ["group", "op", "layer"] as const;
const precisions = ["32", "16"] as const;

export function buildOptions(query: Query): BuildOptions {
  return {
    precision: query.oneOf("precision", precisions) === "16" ? 16 : 32,
    phase: query.oneOf("phase", phases) ?? "training",
    granularity: query.oneOf("granularity", granularities) === "layer" ? "layer" : "op",
  };
}

/** What is left for the grouping of the graph that was built. */
export function groupingOptions(query: Query): Query {
  return query.text("granularity") === "layer" ? query.without(["granularity"]) : query;
}
