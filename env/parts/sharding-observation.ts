/**
 * The default observation of `Sharding/Mesh-v1`. Each tile has a row of columns, in the order of
 * actions. Then come the shares of forward ops that each mesh axis divides, and that are stuck. All
 * numbers are in [0, 1]. The arrays belong to the caller.
 */
import type { MeshSizes } from "../model/layout/mesh.ts";
import { rankCount } from "../model/layout/mesh.ts";
import type { Tile } from "../model/layout/propagation/tiles.ts";
import { box } from "../spaces/box.ts";
import { dict } from "../spaces/dict.ts";
import { namesSpace } from "../spaces/names.ts";
import { type ObservationPart, rewritable } from "./observation-part.ts";
import type { ShardingView } from "./views/sharding-view.ts";

export interface ShardingObservation {
  /** What is seen of each tile, shape [tiles x tileColumns.length], row by row. */
  readonly tiles: Float32Array;
  readonly tileColumns: readonly string[];
  /** Share of the forward ops that each mesh axis divides. */
  readonly divided: Float32Array;
  /** Share of the forward ops that are stuck along each mesh axis. */
  readonly stuck: Float32Array;
}

export const tileColumns = Object.freeze([
  "bytes",
  "ops",
  "axisSize",
  "isSummed",
  "isDivided",
  "isOpen",
] as const);
const WIDTH = tileColumns.length;
const IS_DIVIDED = tileColumns.indexOf("isDivided");
const IS_OPEN = tileColumns.indexOf("isOpen");

export function shardingObservation(
  tiles: readonly Tile[],
  sizes: MeshSizes,
): ObservationPart<ShardingObservation, ShardingView> {
  const mostBytes = tiles.reduce((most, { bytes }) => Math.max(most, bytes), 0);
  const mostOps = tiles.reduce((most, { ops }) => Math.max(most, ops.length), 0);
  const ranks = rankCount(sizes);
  const rows = new Float32Array(tiles.length * WIDTH);
  tiles.forEach(({ bytes, ops, axis, isSummed }, i) => {
    const columns = [
      mostBytes === 0 ? 0 : bytes / mostBytes,
      ops.length / mostOps,
      sizes[axis] / ranks,
      Number(isSummed),
    ];
    rows.set(columns, i * WIDTH);
  });
  return rewritable<ShardingObservation, ShardingView>({
    space: dict<ShardingObservation>({
      tiles: box({ shape: [tiles.length, WIDTH], low: 0, high: 1 }),
      tileColumns: namesSpace(tileColumns),
      divided: box({ shape: [sizes.length], low: 0, high: 1 }),
      stuck: box({ shape: [sizes.length], low: 0, high: 1 }),
    }),
    needsStartTimes: false,
    blank: () => ({
      tiles: rows.slice(),
      tileColumns,
      divided: new Float32Array(sizes.length),
      stuck: new Float32Array(sizes.length),
    }),
    rewrite(observation, view) {
      view.tiles.forEach(({ ops: [op], dimension, axis }, i) => {
        const divided = view.divisions.dimensionBy(op, axis);
        const number = view.divisions.rules.dimensionStart[op] + dimension;
        observation.tiles[i * WIDTH + IS_DIVIDED] = Number(divided === number);
        observation.tiles[i * WIDTH + IS_OPEN] = Number(view.divisions.isOpen(op, axis));
      });
      observation.divided.set(dividedShares(view));
      observation.stuck.set(stuckShares(view));
    },
  });
}

const dividedShares = ({ divisions }: ShardingView): Float32Array =>
  Float32Array.from(divisions.sizes, (_, axis) => {
    const { ops } = divisions.rules;
    const count = ops.reduce((sum, op) => sum + Number(divisions.dimensionBy(op, axis) !== -1), 0);
    return ops.length === 0 ? 0 : count / ops.length;
  });

function stuckShares(view: ShardingView): Float32Array {
  const { sizes, rules } = view.divisions;
  const counts = new Float32Array(sizes.length);
  for (const { axis } of view.stuck()) counts[axis]++;
  return rules.ops.length === 0 ? counts : counts.map((count) => count / rules.ops.length);
}
