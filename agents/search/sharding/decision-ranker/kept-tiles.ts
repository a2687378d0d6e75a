/**
 * What AutoMap's ranker leaves to the search. An argument, a weight or an input, is as good as its
 * best dimension. The `top` best arguments are kept, and all others that are likelier than not. The
 * paper keeps a fixed number, which would cut plans off: 24 blocks need 48 arguments.
 *
 * The paper ranks arguments alone, and the search then tries all of their dimensions (`arguments`).
 * `decisions` is ours: of each argument the best dimension is kept, and others that are likely.
 */
import type { MeshSizes } from "../../../../env/model/layout/mesh.ts";
import { type PropagationRules, propagationRules } from "../../../../env/model/layout/propagation/rules.ts";
import type { Tile } from "../../../../env/model/layout/propagation/tiles.ts";
import { createRng } from "../../../../env/model/rng.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { loadTf } from "../../../tensors/tf.ts";
import { decisionGraph } from "./decision-graph.ts";
import { unpackWeights } from "./packed-weights.ts";
import { rankerNetwork, scoresOf } from "./ranker-network.ts";
import { rankerWeights } from "./ranker-weights.ts";

export const rankings = ["none", "arguments", "decisions"] as const;

export interface RankingOptions {
  readonly ranker: (typeof rankings)[number];
  /** Arguments that are kept at least. */
  readonly top: number;
}

/** Numbers of tiles. Without a ranker all of them, and TensorFlow is not loaded. */
export async function keptTiles(
  scenario: Scenario,
  tiles: readonly Tile[],
  sizes: MeshSizes,
  options: RankingOptions,
): Promise<ReadonlySet<number>> {
  if (options.ranker === "none") return new Set(tiles.keys());
  const rules = propagationRules(scenario.graph);
  return chosenTiles(tiles, await tileScores(scenario, rules, tiles, sizes), options);
}

/** A logit for each tile: the mean over ops that are decided at once. */
export async function tileScores(
  scenario: Scenario,
  rules: PropagationRules,
  tiles: readonly Tile[],
  sizes: MeshSizes,
): Promise<number[]> {
  const { tf } = await loadTf();
  const network = rankerNetwork(tf, createRng(0));
  unpackWeights(network.weights, rankerWeights);
  const single = tiles.flatMap((tile) => tile.ops.map((op) => ({ ...tile, ops: [op] })));
  const scores = scoresOf(tf, network, decisionGraph(scenario, rules, sizes, single));
  network.weights.dispose();
  return tiles.map(({ ops, dimension }) => {
    const sum = ops.reduce((total, op) => total + scores[rules.dimensionStart[op] + dimension], 0);
    return sum / ops.length;
  });
}

/** Arguments by their scores, best first; ties in program order. */
export function rankedArguments(tiles: readonly Tile[], scores: readonly number[]): [number, number][] {
  const best = new Map<number, number>();
  tiles.forEach(({ ops }, i) => {
    best.set(ops[0], Math.max(best.get(ops[0]) ?? Number.NEGATIVE_INFINITY, scores[i]));
  });
  return [...best].sort(([a, one], [b, other]) => other - one || a - b);
}

export function chosenTiles(
  tiles: readonly Tile[],
  scores: readonly number[],
  { ranker, top }: RankingOptions,
): ReadonlySet<number> {
  const ranked = rankedArguments(tiles, scores).filter(([, score], place) => place < top || score > 0);
  const best = new Map(ranked);
  const isKept = ({ ops }: Tile, i: number): boolean => {
    const own = best.get(ops[0]);
    if (own === undefined) return false;
    return ranker === "arguments" || scores[i] === own || scores[i] > 0;
  };
  return new Set([...tiles.keys()].filter((i) => isKept(tiles[i], i)));
}
