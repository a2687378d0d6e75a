/**
 * Which cells of an evaluation one machine of several runs. No machine talks to another: each cuts
 * the same cells the same way, whatever is kept already. The cells of each method go to the shards
 * in turn, heavy ones first and back and forth. So every shard has its share of the slow methods
 * and of the large scenarios.
 */
import { InputError } from "../../env/model/errors.ts";
import type { CellSpec } from "../cells/cell.ts";
import { groupBy } from "../comparison/ranking.ts";
import { type CellWeights, weightOf } from "./cell-order.ts";

export interface Shard {
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

/** Throws `InputError` unless the shard is one of its count. */
export function checkShard({ index, count }: Shard, where: string): void {
  const isShard = Number.isSafeInteger(index) && Number.isSafeInteger(count) && index >= 0 && index < count;
  if (!isShard)
    throw new InputError(`${where} gives shard ${index} of ${count}, expected one of 0 to the count less 1.`);
}

/** The cells of a shard, in the order in which they are given. All shards have all cells. */
export function shardOf(
  cells: readonly CellSpec[],
  weights: CellWeights,
  { index, count }: Shard,
): CellSpec[] {
  const byMethod = [...groupBy(cells, ({ method }) => method).values()];
  const heavyFirst = byMethod.flatMap((own) =>
    [...own].sort((a, b) => weightOf(b, weights) - weightOf(a, weights)),
  );
  const own = new Set(heavyFirst.filter((_, place) => shardAt(place, count) === index));
  return cells.filter((cell) => own.has(cell));
}

/** 0, 1, 2, 2, 1, 0, 0, 1, ...: no shard has the heavier cell of every turn. */
function shardAt(place: number, count: number): number {
  const within = place % count;
  return Math.floor(place / count) % 2 === 0 ? within : count - 1 - within;
}
