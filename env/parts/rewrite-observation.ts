/**
 * The default observation of `Rewrite/Graph-v1`: how many places each substitution has now, and the
 * share of ops of each type. All numbers are in [0, 1]. The arrays belong to the caller.
 */
import { box } from "../spaces/box.ts";
import { dict } from "../spaces/dict.ts";
import { namesSpace } from "../spaces/names.ts";
import type { ObservationPart } from "./observation-part.ts";

/** What observations may read of a running episode. They never write. */
export interface RewriteView {
  /** Texts of the substitutions, in the order of actions. */
  readonly substitutions: readonly string[];
  /** Places of each substitution, at most `mostPlaces`. */
  readonly placeCounts: readonly number[];
  readonly mostPlaces: number;
  /** Ops of each type in the graph so far. */
  readonly typeCounts: ReadonlyMap<string, number>;
}

export interface RewriteObservation {
  /** Share of the places that each substitution may have. */
  readonly places: Float32Array;
  /** Share of the ops that are of each type. */
  readonly types: Float32Array;
  readonly typeNames: readonly string[];
}

export const rewriteTypes = Object.freeze([
  "Add",
  "AvgPool",
  "BiasAdd",
  "Concat",
  "Conv2D",
  "FusedBatchNorm",
  "MatMul",
  "MaxPool",
  "Mul",
  "Relu",
  "Split",
] as const);

export function rewriteObservation(
  substitutions: readonly string[],
): ObservationPart<RewriteObservation, RewriteView> {
  return {
    space: dict<RewriteObservation>({
      places: box({ shape: [substitutions.length], low: 0, high: 1 }),
      types: box({ shape: [rewriteTypes.length], low: 0, high: 1 }),
      typeNames: namesSpace(rewriteTypes),
    }),
    needsStartTimes: false,
    observe({ placeCounts, mostPlaces, typeCounts }) {
      const ops = [...typeCounts.values()].reduce((sum, count) => sum + count, 0);
      return {
        places: Float32Array.from(placeCounts, (count) => count / mostPlaces),
        types: Float32Array.from(rewriteTypes, (type) => (typeCounts.get(type) ?? 0) / Math.max(1, ops)),
        typeNames: rewriteTypes,
      };
    },
  };
}
