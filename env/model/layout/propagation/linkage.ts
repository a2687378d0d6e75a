/**
 * Linkage groups, after Auto-MAP (Wang et al., arXiv 2007.04069): tiles that force one another, so
 * that a decision on one is a decision on all. Groups come from trial propagation: each tile alone,
 * from a graph where nothing is divided. Tiles that divide the same dimensions of the same ops are
 * one group.
 *
 * The paper is known to us in outline only. That equal results of trials are what links tiles is
 * ours; it is an equivalence, where "one forces the other" need not be.
 */
import type { MeshSizes } from "../mesh.ts";
import { wishOf } from "./by-conflict.ts";
import { Divisions } from "./divisions.ts";
import type { PropagationRules } from "./rules.ts";
import { divideTile, type Tile } from "./tiles.ts";

export interface Linkage {
  /** Number of the group of each tile, in the order of first tiles. */
  readonly groupOf: Int32Array;
  /** Tiles of each group, ascending. */
  readonly groups: readonly (readonly number[])[];
  /** Ops that each group divides where nothing else is divided. */
  readonly reached: readonly Int32Array[];
}

export function linkageOf(rules: PropagationRules, sizes: MeshSizes, tiles: readonly Tile[]): Linkage {
  const empty = new Divisions(rules, sizes, true);
  const trial = empty.copy();
  const numbers = new Map<string, number>();
  const groups: number[][] = [];
  const reached: Int32Array[] = [];
  const groupOf = Int32Array.from(tiles, (tile, i) => {
    trial.take(empty);
    divideTile(trial, tile);
    const key = trial.key();
    const known = numbers.get(key);
    if (known !== undefined) {
      groups[known].push(i);
      return known;
    }
    numbers.set(key, groups.length);
    reached.push(rules.ops.filter((op) => trial.dimensionBy(op, tile.axis) !== -1));
    return groups.push([i]) - 1;
  });
  return { groupOf, groups, reached };
}

/** Each tile in a group of its own. */
export const noLinkage = (tiles: readonly Tile[]): Linkage => ({
  groupOf: Int32Array.from(tiles, (_, i) => i),
  groups: tiles.map((_, i) => [i]),
  reached: tiles.map(({ ops }) => Int32Array.from(ops)),
});

/**
 * Is it certain that the tile fails, because a tile of its group was barred? So it is as long as
 * nothing that the group reaches is divided. Propagation then runs as it did in the trial, up to
 * what is barred.
 */
export function isRuledOut(
  divisions: Divisions,
  { groupOf, groups, reached }: Linkage,
  tiles: readonly Tile[],
  tile: number,
): boolean {
  const { dimensionStart } = divisions.rules;
  const group = groupOf[tile];
  const { axis } = tiles[tile];
  const isBarred = groups[group].some((each) =>
    tiles[each].ops.some((op) => divisions.isBarred(dimensionStart[op] + tiles[each].dimension, axis)),
  );
  return isBarred && reached[group].every((op) => divisions.isOpen(op, axis));
}

const NO_WISH = -1;

/**
 * The first op that neighbours want divided and that cannot follow, -1 where there is none. They
 * disagree, parts would not be equal, or the dimension is to stay whole. Pre: propagation has
 * ended. Such an op is what a failure of propagation is.
 */
export function unmetOp(divisions: Divisions): number {
  for (const op of divisions.rules.ops)
    for (let axis = 0; axis < divisions.sizes.length; axis++)
      if (divisions.isOpen(op, axis) && wishOf(divisions, op, axis) !== NO_WISH) return op;
  return -1;
}
