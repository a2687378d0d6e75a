/**
 * `Tile`: one thing that an agent may decide. A mesh axis divides a dimension of an op, or the same
 * dimension of equal ops in repeated blocks. The decisions of AutoMap are on arguments of the
 * program: weights and inputs (Schaarschmidt et al., arXiv 2112.02958). So each of their axes is a
 * dimension of the op that holds them.
 */
import type { OpGraph } from "../../graph/graph.ts";
import { repeatedBlocks } from "../../layers/repeated-blocks.ts";
import type { MeshSizes } from "../mesh.ts";
import { emptyWorklist, noteChange, propagateToConflicts } from "./by-conflict.ts";
import { Divisions } from "./divisions.ts";
import type { PropagationRules } from "./rules.ts";

export interface Tile {
  /** Ops that are decided at once, ascending. */
  readonly ops: readonly number[];
  /** Number of the dimension among those of each op. */
  readonly dimension: number;
  /** Mesh axis. */
  readonly axis: number;
  /** Bytes of weights of the ops, of outputs where they have none. */
  readonly bytes: number;
  /** Whether parts give partial sums. */
  readonly isSummed: boolean;
}

/** `arguments`: weights and inputs alone; `ops`: every dimension of every forward op. */
export const tileScopes = ["arguments", "ops"] as const;
export type TileScope = (typeof tileScopes)[number];

export interface TileChoice {
  readonly scope: TileScope;
  /** Whether equal ops of repeated blocks are decided at once. */
  readonly grouped: boolean;
}

/** In the order of first ops, dimensions and mesh axes; without what no axis may divide. */
export function tilesOf(rules: PropagationRules, sizes: MeshSizes, { scope, grouped }: TileChoice): Tile[] {
  const { graph, dimensionStart } = rules;
  const empty = new Divisions(rules, sizes, true);
  const tiles: Tile[] = [];
  for (const ops of grouped ? equalOps(rules) : [...rules.ops].sort((a, b) => a - b).map((op) => [op])) {
    const [op] = ops;
    const { sums } = graph.iterations![op]!;
    const bytes = ops.reduce((sum, each) => sum + bytesOf(graph, each), 0);
    for (const dimension of scope === "ops" ? allDimensions(graph, op) : argumentDimensions(graph, op))
      for (const [axis, size] of sizes.entries()) {
        if (size === 1 || !empty.mayDivide(dimensionStart[op] + dimension, axis)) continue;
        tiles.push({ ops, dimension, axis, bytes, isSummed: sums.includes(dimension) });
      }
  }
  return tiles;
}

const allDimensions = ({ iterations }: OpGraph, op: number): number[] => [
  ...iterations![op]!.dimensions.keys(),
];

/** Those that the axes of weights run along, and of outputs where the op is an input. */
function argumentDimensions({ iterations, inStart, parameterBytes }: OpGraph, op: number): number[] {
  const { parameters, outputs } = iterations![op]!;
  const isInput = inStart[op] === inStart[op + 1];
  const tensors = parameterBytes[op] > 0 ? parameters : isInput ? outputs : [];
  const along = new Set(tensors.flatMap((tensor) => tensor.along));
  return [...along].filter((dimension) => dimension >= 0).sort((a, b) => a - b);
}

function bytesOf({ parameterBytes, outputStart, outputBytes }: OpGraph, op: number): number {
  if (parameterBytes[op] > 0) return parameterBytes[op];
  return outputBytes.subarray(outputStart[op], outputStart[op + 1]).reduce((sum, bytes) => sum + bytes, 0);
}

/** Forward ops in groups: those at one position of the blocks of a run, and each other op alone. */
function equalOps({ graph, ops }: PropagationRules): number[][] {
  const leaderOf = Int32Array.from({ length: graph.opCount }, (_, v) => v);
  for (const { blocks } of repeatedBlocks(graph))
    for (const block of blocks)
      block.forEach((op, position) => {
        leaderOf[op] = blocks[0][position];
      });
  const groups = new Map<number, number[]>();
  for (const op of [...ops].sort((a, b) => a - b)) {
    const group = groups.get(leaderOf[op]);
    if (group === undefined) groups.set(leaderOf[op], [op]);
    else group.push(op);
  }
  return [...groups.values()];
}

/** Divides all ops of the tile that are not divided by its axis yet, and what follows from it. */
export function divideTile(divisions: Divisions, ...tiles: readonly Tile[]): void {
  const changed = emptyWorklist(divisions);
  const { dimensionStart } = divisions.rules;
  for (const { ops, dimension, axis } of tiles)
    for (const op of ops) {
      if (!divisions.mayDivide(dimensionStart[op] + dimension, axis)) continue;
      divisions.divide(dimensionStart[op] + dimension, axis);
      noteChange(divisions, changed, op, axis);
    }
  propagateToConflicts(divisions, changed);
}
