import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arcsOf } from "../../../../agents/search/partition/arcs.ts";
import { coarseLevels, type OrderedGraph } from "../../../../agents/search/partition/coarsening.ts";
import { anyPart } from "../../../../agents/search/partition/move-rule.ts";
import {
  type Effort,
  multilevelPartition,
  type Partition,
} from "../../../../agents/search/partition/multilevel.ts";
import { partitionState } from "../../../../agents/search/partition/partition-state.ts";
import { refine, relieve } from "../../../../agents/search/partition/refinement.ts";
import { cutWeight, partWeights, weightedGraph } from "../../../../agents/search/partition/weighted-graph.ts";
import { createRng } from "../../../../env/index.ts";
import { drawn } from "../../../law-runs.ts";
import { grid } from "./graphs.ts";
import { freeGraphs, limitsOf, orderedGraphs } from "./random-graphs.ts";

const LITTLE: Effort = { tries: 2, cycles: 3 };

function stepsOf(finest: OrderedGraph, limit: Float64Array, effort = LITTLE): Partition[] {
  const search = multilevelPartition(finest, limit, effort, createRng("seed"));
  const steps: Partition[] = [];
  for (let step = search.next(); ; step = search.next()) {
    steps.push(step.value);
    if (step.done === true) return steps;
  }
}

const lastOf = (finest: OrderedGraph, limit: Float64Array, effort = LITTLE): Partition =>
  stepsOf(finest, limit, effort).at(-1)!;

const overloadOf = (finest: OrderedGraph, part: Int32Array, limit: Float64Array): number =>
  partWeights(finest.graph, part, limit.length).reduce((sum, of, p) => sum + Math.max(0, of - limit[p]), 0);

const withLimits = <T extends OrderedGraph>(graphs: fc.Arbitrary<T>) =>
  graphs.chain((finest) => fc.tuple(fc.constant(finest), limitsOf(finest)));

/** Least overload and then least cut of all partitions that `admits` lets through. */
function bruteForce({ graph, arcs }: OrderedGraph, limit: Float64Array): { overload: number; cut: number } {
  const part = new Int32Array(graph.vertexCount);
  let best = { overload: Number.POSITIVE_INFINITY, cut: 0 };
  for (let code = 0; code < limit.length ** graph.vertexCount; code++) {
    for (let v = 0, rest = code; v < part.length; v++, rest = Math.floor(rest / limit.length))
      part[v] = rest % limit.length;
    if (arcs !== null && backwardArcs({ graph, arcs }, part) > 0) continue;
    const overload = overloadOf({ graph, arcs }, part, limit);
    const cut = cutWeight(graph, part);
    if (overload < best.overload || (overload === best.overload && cut < best.cut)) best = { overload, cut };
  }
  return best;
}

function backwardArcs({ graph, arcs }: OrderedGraph, part: Int32Array): number {
  let count = 0;
  for (let v = 0; v < graph.vertexCount; v++)
    for (let i = arcs!.outStart[v]; i < arcs!.outStart[v + 1]; i++)
      if (part[v] > part[arcs!.successor[i]]) count++;
  return count;
}

describe.each([
  ["free", freeGraphs],
  ["acyclic", orderedGraphs],
])("a partition, %s", (_, graphs) => {
  test("gives every vertex a part, and its cut and overload are those counted afresh", () => {
    fc.assert(
      fc.property(withLimits<OrderedGraph>(graphs(120)), ([finest, limit]) => {
        for (const { part, cut, overload } of stepsOf(finest, limit)) {
          expect(part).toHaveLength(finest.graph.vertexCount);
          expect(part.every((p) => p >= 0 && p < limit.length)).toBe(true);
          expect(cut).toBe(cutWeight(finest.graph, part));
          expect(overload).toBe(overloadOf(finest, part, limit));
        }
      }),
      { numRuns: drawn(40) },
    );
  });

  test("never gets worse, and is the same for the same seed", () => {
    fc.assert(
      fc.property(withLimits<OrderedGraph>(graphs(100)), ([finest, limit]) => {
        const steps = stepsOf(finest, limit);
        for (let i = 1; i < steps.length; i++) {
          expect(steps[i].overload).toBeLessThanOrEqual(steps[i - 1].overload);
          if (steps[i].overload === steps[i - 1].overload)
            expect(steps[i].cut).toBeLessThanOrEqual(steps[i - 1].cut);
        }
        expect(stepsOf(finest, limit)).toEqual(steps);
      }),
      { numRuns: drawn(30) },
    );
  });

  test("is never better than the best of all, and on tiny graphs nearly always it", () => {
    let optimal = 0;
    let tried = 0;
    fc.assert(
      fc.property(withLimits<OrderedGraph>(graphs(7)), ([finest, limit]) => {
        const found = lastOf(finest, limit, { tries: 16, cycles: 32 });
        const best = bruteForce(finest, limit);
        expect(found.overload).toBeGreaterThanOrEqual(best.overload);
        if (found.overload === best.overload) expect(found.cut).toBeGreaterThanOrEqual(best.cut);
        tried++;
        if (found.overload === best.overload && found.cut === best.cut) optimal++;
      }),
      { numRuns: drawn(50), seed: 1 },
    );

    expect(optimal / tried).toBeGreaterThan(0.95);
  });
});

test("an acyclic partition has no arc to an earlier part", () => {
  fc.assert(
    fc.property(withLimits(orderedGraphs(150)), ([finest, limit]) => {
      for (const { part } of stepsOf(finest, limit)) expect(backwardArcs(finest, part)).toBe(0);
    }),
    { numRuns: drawn(40) },
  );
});

test("a grid is cut in two along its short side", () => {
  const { cut, overload } = lastOf({ graph: grid(40, 25), arcs: null }, Float64Array.of(500, 500));
  expect({ cut, overload }).toEqual({ cut: 25, overload: 0 });
});

test("parts of unequal limits are filled as their limits allow", () => {
  const finest = { graph: grid(30, 10), arcs: null };
  const limit = Float64Array.of(200, 70, 30);
  const { part, overload } = lastOf(finest, limit);
  expect(overload).toBe(0);
  expect(Array.from(partWeights(finest.graph, part, 3))).toEqual([200, 70, 30]);
});

test("a vertex heavier than every limit is reported as overload", () => {
  const finest = { graph: { ...grid(3, 1), vertexWeight: Float64Array.of(1, 10, 1) }, arcs: null };
  expect(lastOf(finest, Float64Array.of(6, 6)).overload).toBe(4);
});

test.each([
  ["pieces without an edge", []],
  ["a star", Array.from({ length: 2999 }, (_, v) => [0, v + 1])],
])("%s: thousands of vertices are balanced, in an order or without", (_, ends) => {
  const graph = weightedGraph(new Float64Array(3000).fill(1), {
    from: ends.map(([from]) => from),
    to: ends.map(([, to]) => to),
    weight: ends.map(() => 1),
  });
  const successors = Array.from({ length: 3000 }, () => [] as number[]);
  for (const [from, to] of ends) successors[from].push(to);
  for (const arcs of [null, arcsOf(successors)]) {
    const { cut, overload } = lastOf({ graph, arcs }, Float64Array.of(1000, 1000, 1000));
    expect({ cut, overload }).toEqual({ cut: ends.length === 0 ? 0 : 2000, overload: 0 });
  }
});

describe("coarsening", () => {
  test("keeps all weight, never joins different labels, and keeps an order without cycles", () => {
    fc.assert(
      fc.property(orderedGraphs(200), fc.nat(), (finest, seed) => {
        const label = finest.graph.vertexWeight.map((_, v) => (v * 7 + seed) % 3);
        const levels = coarseLevels(finest, 5, Int32Array.from(label), createRng(seed));
        let labels = Array.from(label);
        for (const { of, graph, arcs } of levels.slice(1)) {
          const coarse = new Map<number, number>();
          of.forEach((c, v) => {
            expect(coarse.get(c) ?? labels[v]).toBe(labels[v]);
            coarse.set(c, labels[v]);
          });
          labels = Array.from({ length: graph.vertexCount }, (_, c) => coarse.get(c)!);
          const total = (weights: Float64Array) => weights.reduce((sum, weight) => sum + weight, 0);
          expect(total(graph.vertexWeight)).toBe(total(finest.graph.vertexWeight));
          expect(longestOrder(arcs!)).toBe(graph.vertexCount);
        }
      }),
      { numRuns: drawn(60) },
    );
  });
});

/** Vertices that a topological order reaches: all where there is no cycle. */
function longestOrder({ inStart, outStart, successor }: NonNullable<OrderedGraph["arcs"]>): number {
  const waits = Array.from({ length: inStart.length - 1 }, (_, v) => inStart[v + 1] - inStart[v]);
  const ready = [...waits.keys()].filter((v) => waits[v] === 0);
  for (const v of ready)
    for (let i = outStart[v]; i < outStart[v + 1]; i++)
      if (--waits[successor[i]] === 0) ready.push(successor[i]);
  return ready.length;
}

describe("refinement", () => {
  test("never makes a partition worse", () => {
    fc.assert(
      fc.property(withLimits(freeGraphs(80)), fc.nat(), ([{ graph }, limit], seed) => {
        const rng = createRng(seed);
        const part = Int32Array.from({ length: graph.vertexCount }, () => rng.int(limit.length));
        const before = partitionState(graph, part.slice(), limit);
        const after = partitionState(graph, part.slice(), limit);
        refine(after, anyPart(limit.length), rng);
        expect(after.overload).toBeLessThanOrEqual(before.overload);
        if (after.overload === before.overload) expect(after.cut).toBeLessThanOrEqual(before.cut);
      }),
      { numRuns: drawn(100) },
    );
  });

  test("lets two vertices change places in full parts", () => {
    // 0-1 and 2-3 belong together but are on different parts; no single move fits.
    const graph = { ...grid(4, 1), edgeWeight: Float64Array.of(9, 9, 1, 1, 9, 9) };
    const state = partitionState(graph, Int32Array.of(0, 1, 0, 1), Float64Array.of(2, 2));
    refine(state, anyPart(2), createRng(0));
    expect({ cut: state.cut, overload: state.overload }).toEqual({ cut: 1, overload: 0 });
  });

  test("relieves a part over its limit by the move that adds least to the cut, and moves nothing more", () => {
    const graph = { ...grid(4, 1), edgeWeight: Float64Array.of(9, 9, 5, 5, 3, 3) };
    const state = partitionState(graph, Int32Array.of(0, 0, 0, 0), Float64Array.of(3, 9));
    relieve(state, anyPart(2), createRng(0));
    expect(Array.from(state.part)).toEqual([0, 0, 0, 1]);
  });
});
