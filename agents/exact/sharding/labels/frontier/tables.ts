/** Tables whose entries are frontiers, and the elimination of one node from them. */
import type { Points } from "./points.ts";
import type { TwoCostEdge, TwoCosts } from "./problem.ts";
import type { Frontier, Staircase } from "./staircase.ts";

export interface FrontierTable {
  readonly scope: Int32Array;
  /** One frontier for all labels of the scope, the last node fastest. */
  readonly cells: readonly Frontier[];
}

/** A choice of `of` is the label. */
export const nodeTable = (points: Points, { time, memory }: TwoCosts, node: number): FrontierTable => ({
  scope: Int32Array.of(node),
  cells: Array.from(time, (_, label) => Int32Array.of(points.leaf(time[label], memory[label], node, label))),
});

/** A choice of `of` is the way. */
export function edgeTable(points: Points, { u, v, ways }: TwoCostEdge, of: number): FrontierTable {
  const cells = Array.from(ways[0].time, (_, pair) => {
    const order = ways
      .map(({ time, memory }, way) => ({ time: time[pair], memory: memory[pair], way }))
      .sort((a, b) => a.memory - b.memory || a.time - b.time || a.way - b.way);
    let best = Number.POSITIVE_INFINITY;
    const kept = order.filter(({ time }) => {
      if (!(time < best)) return false;
      best = time;
      return true;
    });
    return Int32Array.from(kept, ({ time, memory, way }) => points.leaf(time, memory, of, way));
  });
  return { scope: Int32Array.of(u, v), cells };
}

/** What sums of frontiers are made with. */
export interface FrontierSums {
  readonly points: Points;
  /** Frontiers of tables: thinned, within the limit of memory. */
  readonly staircase: Staircase;
  /** Frontiers on the way, not thinned. */
  readonly scratch: Staircase;
  /** A point of no time and no memory. */
  readonly nothing: number;
  /** Where the pool has more points, sums end early. */
  readonly mostPoints: number;
}

/**
 * The frontiers over the labels of `node`, one for all labels of the dependent set, its last node
 * fastest. Sums are made level by level of the dependent set, so each is made once for each
 * combination of the labels that it depends on.
 *
 * Post: where the pool has more than its most points, frontiers are missing.
 */
export function frontiersOf(
  tables: readonly FrontierTable[],
  node: number,
  dependent: Int32Array,
  sizes: Int32Array,
  sums: FrontierSums,
): Frontier[] {
  const levels = levelsOf(tables, node, dependent, sizes);
  const at = new Int32Array(dependent.length);
  const cells: Frontier[] = [];
  const visit = (level: number, before: readonly Frontier[]): void => {
    if (sums.points.size() > sums.mostPoints) return;
    if (level === dependent.length) {
      cells.push(unionOf(before, levels[level], at, sums));
      return;
    }
    const sum = before.map((frontier, label) => withCells(frontier, levels[level], at, label, sums));
    for (let label = 0; label < sizes[dependent[level]]; label++) {
      at[level] = label;
      visit(level + 1, sum);
    }
    at[level] = 0;
  };
  visit(
    0,
    Array.from({ length: sizes[node] }, () => Int32Array.of(sums.nothing)),
  );
  return cells;
}

interface LevelTable {
  readonly cells: readonly Frontier[];
  /** Distance between cells for each node of the dependent set, and for the eliminated node. */
  readonly strides: Int32Array;
  readonly labelStride: number;
}

/** Tables by how many of the dependent set, from its first node on, they need. */
function levelsOf(
  tables: readonly FrontierTable[],
  node: number,
  dependent: Int32Array,
  sizes: Int32Array,
): LevelTable[][] {
  const levels: LevelTable[][] = Array.from({ length: dependent.length + 1 }, () => []);
  for (const { scope, cells } of tables) {
    const strides = stridesOf(scope, [...dependent, node], sizes);
    const needed = dependent.findLastIndex((other) => scope.includes(other)) + 1;
    levels[needed].push({ cells, strides: strides.slice(0, -1), labelStride: strides.at(-1)! });
  }
  return levels;
}

function withCells(
  frontier: Frontier,
  tables: readonly LevelTable[],
  at: Int32Array,
  label: number,
  sums: FrontierSums,
): Frontier {
  let sum = frontier;
  for (const table of tables) sum = sumOf(sum, cellOf(table, at, label), sums);
  return sum;
}

function cellOf({ cells, strides, labelStride }: LevelTable, at: Int32Array, label: number): Frontier {
  let index = label * labelStride;
  for (let i = 0; i < at.length; i++) index += at[i] * strides[i];
  return cells[index];
}

/** The frontier over all labels of the eliminated node. */
function unionOf(
  before: readonly Frontier[],
  tables: readonly LevelTable[],
  at: Int32Array,
  sums: FrontierSums,
): Frontier {
  const [last, ...others] = tables;
  before.forEach((frontier, label) => {
    if (last === undefined) sums.staircase.merge(sums.nothing, frontier);
    else mergeProduct(withCells(frontier, others, at, label, sums), cellOf(last, at, label), sums.staircase);
  });
  return sums.staircase.take();
}

function sumOf(one: Frontier, other: Frontier, { scratch, nothing }: FrontierSums): Frontier {
  if (one.length === 1 && one[0] === nothing) return other;
  mergeProduct(one, other, scratch);
  return scratch.take();
}

/** Every point of the shorter list shifts the longer one. */
function mergeProduct(one: Frontier, other: Frontier, staircase: Staircase): void {
  const [shorter, longer] = one.length <= other.length ? [one, other] : [other, one];
  for (const point of shorter) staircase.merge(point, longer);
}

function stridesOf(scope: Int32Array, nodes: readonly number[], sizes: Int32Array): Int32Array {
  let stride = 1;
  const own = new Map<number, number>();
  for (const node of scope.toReversed()) {
    own.set(node, stride);
    stride *= sizes[node];
  }
  return Int32Array.from(nodes, (node) => own.get(node) ?? 0);
}
