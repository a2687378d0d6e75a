/**
 * galvatron-search: the strategies of a layer, counted and named. Its batch sizes are steps of a
 * range. Its throughputs are targets that need the cost model of its release, and are not compared.
 */
import { layerStrategies, strategyName } from "../../../agents/problems/sharding/layer-strategies.ts";
import type { GoldenCheck } from "./contract.ts";

interface Strategies {
  readonly kind: "layer-strategies";
  readonly gpus: number;
  readonly sp: boolean;
  readonly checkpoint: boolean;
  readonly count: number;
  readonly names?: readonly string[];
}

type Row = Strategies | { readonly kind: "batch-sizes" | "search" };

const sorted = (names: readonly string[]): string => [...names].sort().join(" ");

export const galvatronSearch: GoldenCheck = {
  name: "galvatron-search",
  tolerance: 0,
  *compare(content) {
    for (const golden of (content as { rows: readonly Row[] }).rows) {
      if (golden.kind !== "layer-strategies") continue;
      const { gpus, sp, checkpoint, count, names } = golden;
      const row = `${gpus} GPUs${sp ? ", sequence" : ""}${checkpoint ? ", recompute" : ""}`;
      const found = layerStrategies(gpus, { sequence: sp, recompute: checkpoint }).map(strategyName);
      yield { row, expected: count, found: found.length };
      if (names !== undefined) yield { row, expected: sorted(names), found: sorted(found) };
    }
  },
};
