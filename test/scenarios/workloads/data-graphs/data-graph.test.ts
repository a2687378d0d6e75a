import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRng } from "../../../../env/index.ts";
import {
  type DataGraph,
  drawDataGraph,
  symmetric,
} from "../../../../scenarios/workloads/data-graphs/data-graph.ts";
import { vertexBlocks } from "../../../../scenarios/workloads/data-graphs/vertex-blocks.ts";
import { LOAD_WIDTH, vertexFeatures } from "../../../../scenarios/workloads/data-graphs/vertex-features.ts";

const neighboursOf = ({ start, neighbours }: DataGraph, v: number): number[] => [
  ...neighbours.subarray(start[v], start[v + 1]),
];
const small = { vertices: 300, degree: 12, exponent: 2.1, communities: 5, shuffled: false };

const edgeLists = fc
  .integer({ min: 1, max: 12 })
  .chain((count) =>
    fc.tuple(fc.constant(count), fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 40 })),
  );

describe("data graphs", () => {
  test("have each edge both ways, once, in ascending order, without loops", () => {
    fc.assert(
      fc.property(edgeLists, ([count, edges]) => {
        const data = symmetric(
          count,
          Int32Array.from(edges, ([u]) => u),
          Int32Array.from(edges, ([, v]) => v),
        );
        for (let v = 0; v < count; v++) {
          const wanted = new Set(edges.flatMap(([a, b]) => (a === v ? [b] : b === v ? [a] : [])));
          wanted.delete(v);
          expect(neighboursOf(data, v)).toEqual([...wanted].sort((a, b) => a - b));
        }
      }),
    );
  });

  test("are the same for the same stream, and others for another", () => {
    const [one, again, other] = [1, 1, 2].map((seed) => drawDataGraph(small, createRng(seed)));
    expect(again).toEqual(one);
    expect(other.neighbours).not.toEqual(one.neighbours);
  });

  test("have a heavy tail under a small exponent, and none under a large one", () => {
    const largestOverMean = (exponent: number) => {
      const shape = { ...small, vertices: 2000, communities: 1, exponent };
      const { start, neighbours } = drawDataGraph(shape, createRng("tail"));
      const most = start.reduce((most, at, v) => Math.max(most, v === 0 ? 0 : at - start[v - 1]), 0);
      return most / (neighbours.length / 2000);
    };
    expect(largestOverMean(2.1)).toBeGreaterThan(10);
    expect(largestOverMean(1000)).toBeLessThan(3);
  });

  test("have more runs of neighbouring ids where communities lie together", () => {
    const runsOver = (shuffled: boolean) => {
      const { runs, neighbours } = vertexFeatures(
        drawDataGraph({ ...small, shuffled }, createRng("runs")),
        64,
      );
      const sum = (values: Float64Array) => values.reduce((all, each) => all + each, 0);
      return sum(runs) / sum(neighbours);
    };
    expect(runsOver(true)).toBeGreaterThan(runsOver(false) + 0.05);
  });
});

test("features of a vertex: runs of ids, and loads of ids and of activations run by run", () => {
  // Vertex 0 has neighbours 1 to 40 and 50.
  const to = [...Array(40).keys()].map((v) => v + 1).concat(50);
  const data = symmetric(51, new Int32Array(to.length), Int32Array.from(to));
  const { vertices, neighbours, runs, idLoads, activationLoads } = vertexFeatures(data, 10);
  const first = [vertices, neighbours, runs, idLoads, activationLoads].map(([value]) => value);
  expect(LOAD_WIDTH).toBe(32);
  expect(first).toEqual([1, 41, 2, 2 + 1, Math.ceil(400 / 32) + 1]);
  const alone = [vertices, neighbours, runs, idLoads, activationLoads].map((of) => of[45]);
  expect(alone).toEqual([1, 0, 0, 0, 0]);
});

test("blocks cover all vertices, and count what they read as a slow count does", () => {
  const data = drawDataGraph(small, createRng("blocks"));
  const blocks = vertexBlocks(data, 7);
  const blockOf = (v: number) =>
    blocks.findIndex((each) => v >= each.firstVertex && v < each.firstVertex + each.vertices);
  expect(blocks.reduce((sum, { vertices }) => sum + vertices, 0)).toBe(300);
  for (const { firstVertex, vertices, neighbours, distinct, sources } of blocks) {
    const read = Array.from({ length: vertices }, (_, i) => neighboursOf(data, firstVertex + i)).flat();
    expect(neighbours).toBe(read.length);
    expect(distinct).toBe(new Set(read).size);
    expect(sources).toEqual([...new Set(read.map(blockOf))].sort((a, b) => a - b));
  }
});
