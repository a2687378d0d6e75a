/**
 * Random series-parallel graphs. The first graph is one edge from a source to a sink. In each step
 * a random edge becomes a path of two edges (series), or gets such a path in parallel. Many
 * scheduling problems are easy on this class, and most networks of blocks and residual connections
 * belong to it. Definition: Valdes, Tarjan, Lawler, SIAM J. Computing 1982.
 */
import type { Rng } from "../../env/model/rng.ts";
import { type Family, manyMembers } from "./family.ts";
import { createShape, type Shape, sized } from "./shape.ts";

const COMMUNICATION = 1;

export const seriesParallel: Family = {
  name: "series-parallel",
  summary: "random two-terminal series-parallel graphs",
  source: "class of Valdes, Tarjan, Lawler, SIAM J. Computing 1982; numbers ours",
  ...manyMembers,
  options: { ops: { describe: "ops of the graph", default: 80, min: 4, max: 100_000 } },
  graph: ({ rng, values }) => sized(network(rng, values.ops), COMMUNICATION),
};

const [SOURCE, SINK] = [0, 1];

function network(rng: Rng, opCount: number): Shape {
  const edges: (readonly [number, number])[] = [[SOURCE, SINK]];
  for (let op = 2; op < opCount; op++) {
    const chosen = rng.int(edges.length);
    const [from, to] = edges[chosen];
    edges.push([from, op], [op, to]);
    // In series the path replaces the edge, in parallel the edge stays.
    if (rng.int(2) === 0) edges[chosen] = edges.pop()!;
  }
  return numbered(rng, opCount, edges);
}

/** Numbers the ops so that each comes after what it reads, and gives them work. */
function numbered(rng: Rng, opCount: number, edges: readonly (readonly [number, number])[]): Shape {
  const inputs = Array.from({ length: opCount }, (): number[] => []);
  const readers = Array.from({ length: opCount }, (): number[] => []);
  for (const [from, to] of edges) {
    inputs[to].push(from);
    readers[from].push(to);
  }
  const waiting = inputs.map((from) => from.length);
  const shape = createShape();
  const numberOf = new Map<number, number>();
  const ready = [SOURCE];
  for (let op = ready.shift(); op !== undefined; op = ready.shift()) {
    const work = { us: 500 + rng.int(3001), size: 1 + rng.int(4) };
    const name = `op_${shape.ops.length}`;
    numberOf.set(
      op,
      shape.op(
        name,
        "Synthetic",
        work,
        inputs[op].map((from) => numberOf.get(from)!),
      ),
    );
    for (const reader of readers[op]) if (--waiting[reader] === 0) ready.push(reader);
  }
  return shape;
}
