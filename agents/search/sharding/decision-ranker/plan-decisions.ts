/**
 * The decisions that a sharding plan comes from: the lessons of AutoMap's ranker. Many sets of
 * tiles complete to one plan. This one takes tiles in their order, leaves out what earlier ones
 * divide already, and then what later ones would divide.
 */
import type { MeshSizes } from "../../../../env/model/layout/mesh.ts";
import { Divisions } from "../../../../env/model/layout/propagation/divisions.ts";
import type { PropagationRules } from "../../../../env/model/layout/propagation/rules.ts";
import { divideTile, type Tile } from "../../../../env/model/layout/propagation/tiles.ts";
import type { ShardingPlan } from "../../../../env/model/plan/sharding.ts";

/** Numbers of tiles, ascending. Of what stuck ops chose for themselves nothing is found. */
export function decisionsOf(
  rules: PropagationRules,
  sizes: MeshSizes,
  tiles: readonly Tile[],
  { split }: Pick<ShardingPlan, "split">,
): number[] {
  const divided = new Divisions(rules, sizes, true);
  const taken: number[] = [];
  tiles.forEach((tile, i) => {
    const { ops, dimension, axis } = tile;
    const isIn = ops.every((op) => split[op]?.[dimension].includes(axis) ?? false);
    const isOpen = ops.some((op) => divided.mayDivide(rules.dimensionStart[op] + dimension, axis));
    if (!isIn || !isOpen) return;
    divideTile(divided, tile);
    taken.push(i);
  });
  return withoutImplied(rules, sizes, tiles, taken);
}

function withoutImplied(
  rules: PropagationRules,
  sizes: MeshSizes,
  tiles: readonly Tile[],
  taken: readonly number[],
): number[] {
  const keyOf = (chosen: readonly number[]) => {
    const divisions = new Divisions(rules, sizes, true);
    for (const i of chosen) divideTile(divisions, tiles[i]);
    return divisions.key();
  };
  const whole = keyOf(taken);
  let left = [...taken];
  for (const i of taken) {
    const fewer = left.filter((other) => other !== i);
    if (keyOf(fewer) === whole) left = fewer;
  }
  return left;
}
