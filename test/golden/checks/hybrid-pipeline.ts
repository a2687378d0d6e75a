/**
 * Checks rows of hybrid-pipeline.json: the best values of small hybrid pipelines by two objectives,
 * with and without a limit of memory. The costs are those that the file's README defines.
 */
import { leastBottleneck } from "../../../agents/exact/stages/hybrid/bottleneck.ts";
import { leastLatency } from "../../../agents/exact/stages/hybrid/latency.ts";
import type { StageProblem } from "../../../agents/exact/stages/hybrid/problem.ts";
import type { GoldenCheck } from "./contract.ts";

export interface HybridRow {
  readonly forward: readonly number[];
  readonly backward: readonly number[];
  readonly weights: readonly number[];
  readonly activations: readonly number[];
  readonly devices: number;
  readonly microBatches: number;
  readonly bandwidth: number;
  readonly memory: number;
  readonly optima: Readonly<Record<string, { readonly value: number }>>;
}

export const hybridPipeline: GoldenCheck = {
  name: "hybrid-pipeline",
  tolerance: 1e-9,
  *compare(content) {
    const { rows } = content as { readonly rows: readonly HybridRow[] };
    for (const [i, row] of rows.entries())
      for (const objective of ["latency", "bottleneck"] as const)
        for (const memory of ["free", "capped"] as const) {
          const least = objective === "latency" ? leastLatency : leastBottleneck;
          const plan = least(hybridProblem(row, memory === "capped" ? row.memory : Number.POSITIVE_INFINITY));
          yield {
            row: `${i}`,
            expected: row.optima[`${objective}/${memory}`]?.value ?? "nothing fits",
            found: plan?.value ?? "nothing fits",
          };
        }
  },
};

/** The costs of the file. */
export function hybridProblem(row: Omit<HybridRow, "optima">, memory: number): StageProblem {
  const { devices, microBatches, bandwidth } = row;
  const work = row.forward.map((time, i) => time + row.backward[i]);
  const sum = (values: readonly number[], first: number, end: number) =>
    values.slice(first, end).reduce((total, value) => total + value, 0);
  return {
    layers: row.forward.length,
    devices,
    microBatches,
    replicaCounts: Array.from({ length: devices }, (_, i) => i + 1),
    placeClass: new Int32Array(devices),
    variants: 1,
    cost(first, end, _place, replicas) {
      const entering = first === 0 ? 0 : row.activations[first - 1];
      const weights = sum(row.weights, first, end);
      const kept = sum(row.activations, first, end) / replicas;
      const time = sum(work, first, end) / replicas + (2 * entering) / bandwidth;
      const fits = (depth: number) => 3 * weights + Math.min(microBatches, depth) * kept <= memory;
      let deepest = 0;
      while (deepest < microBatches && fits(deepest + 1)) deepest++;
      return {
        fill: time,
        period: time,
        sync: (((2 * (replicas - 1)) / replicas) * weights) / bandwidth,
        hidden: 0,
        deepest: deepest === microBatches ? Number.POSITIVE_INFINITY : deepest,
      };
    },
  };
}
