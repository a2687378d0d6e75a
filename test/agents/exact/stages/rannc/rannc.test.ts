import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { atomicComponents } from "../../../../../agents/exact/stages/rannc/atomic.ts";
import { ranncBlocks } from "../../../../../agents/exact/stages/rannc/blocks.ts";
import { paretoStages } from "../../../../../agents/exact/stages/rannc/pareto-program.ts";
import { ranncPlan } from "../../../../../agents/exact/stages/rannc/planner.ts";
import {
  estimatedTime,
  type RanncProblem,
  type RanncShape,
  slowestPasses,
} from "../../../../../agents/exact/stages/rannc/problem.ts";
import { QuotientGraph } from "../../../../../agents/exact/stages/rannc/quotient.ts";
import { ranncStages } from "../../../../../agents/exact/stages/rannc/stage-program.ts";
import { createRng } from "../../../../../env/index.ts";
import { drawn } from "../../../../law-runs.ts";
import { leastPasses, problemOf, randomSuccessors } from "./random-problem.ts";

const amount = (most: number) => fc.integer({ min: 1, max: most });
const block = fc.record({ forward: amount(20), backward: amount(40), weights: amount(10), kept: amount(10) });
const problems: fc.Arbitrary<RanncProblem> = fc
  .record({ blocks: fc.array(block, { minLength: 1, maxLength: 6 }), batch: amount(32), bytes: amount(120) })
  .map(({ blocks, batch, bytes }) => problemOf(blocks, batch, bytes));

const shapes: fc.Arbitrary<RanncShape> = fc.record({
  stages: amount(4),
  devices: fc.constantFrom(1, 2, 3, 4),
  copies: fc.constantFrom(1, 2),
  microBatches: fc.constantFrom(1, 2, 4),
});

describe("RaNNC's stages", () => {
  test("by Pareto labels are the best of all cuts and replicas; programs of one label are no better", () => {
    let [worse, none, compared] = [0, 0, 0];
    fc.assert(
      fc.property(problems, shapes, (problem, shape) => {
        const least = leastPasses(problem, shape);
        const found = paretoStages(problem, shape);
        expect(found === null ? Number.POSITIVE_INFINITY : slowestPasses(problem, shape, found)).toBe(least);
        const released = ranncStages(problem, shape);
        if (released === null) none++;
        const value = released === null ? least : slowestPasses(problem, shape, released);
        expect(value).toBeGreaterThanOrEqual(least);
        if (value > least) worse++;
        const other = ranncStages(problem, shape, "compared");
        expect(other === null).toBe(released === null);
        const otherValue = other === null ? least : slowestPasses(problem, shape, other);
        expect(otherValue).toBeGreaterThanOrEqual(least);
        if (otherValue !== value) compared++;
      }),
      { numRuns: drawn(1000), seed: 14 },
    );
    expect(Math.min(worse, none, compared)).toBeGreaterThan(0);
  });

  test("are at least as many where devices have less memory", () => {
    const cluster = { nodes: 2, devicesPerNode: 2 };
    let more = 0;
    fc.assert(
      fc.property(problems, fc.double({ min: 0.3, max: 1, noNaN: true }), (problem, share) => {
        const search = { search: "first", microBatches: [1, 2, 4], program: ranncStages } as const;
        const plan = ranncPlan(problem, cluster, search);
        const tight = ranncPlan({ ...problem, deviceBytes: problem.deviceBytes * share }, cluster, search);
        if (tight === null) return;
        expect(plan).not.toBeNull();
        expect(tight.stages.length).toBeGreaterThanOrEqual(plan!.stages.length);
        if (tight.stages.length > plan!.stages.length) more++;
      }),
      { numRuns: drawn(500), seed: 14 },
    );
    expect(more).toBeGreaterThan(drawn(10));
  });

  test("of uniform costs take (M + S - 1) (f + b) and the all-reduce", () => {
    const cost = { forwardUs: 3, backwardUs: 5, transferUs: 0, bytes: 1, allReduceUs: 7 };
    const problem: RanncProblem = { blocks: 4, batch: 8, deviceBytes: 2, cost: () => cost };
    const shape = { stages: 4, devices: 4, copies: 1, microBatches: 8 };
    const stages = ranncStages(problem, shape)!;
    expect(stages.map(({ devices }) => devices)).toEqual([1, 1, 1, 1]);
    expect(estimatedTime(problem, shape, stages)).toBe((8 + 4 - 1) * (3 + 5) + 7);
  });
});

describe("RaNNC's blocks", () => {
  test("stay acyclic through 10,000 merges of random graphs", () => {
    const rng = createRng(14);
    for (let merges = 0; merges < 10_000; ) {
      const count = 2 + rng.int(30);
      const quotient = new QuotientGraph(randomSuccessors(count, rng));
      for (let left = count; left > 1; left--) {
        const pairs = quotient.nodes().flatMap((v) => quotient.successors(v).map((w) => [v, w] as const));
        const convex = pairs.filter(([v, w]) => quotient.isConvex(v, w));
        if (convex.length === 0) break;
        quotient.merge(...convex[rng.int(convex.length)]);
        expect(quotient.order()).not.toBeNull();
        merges++;
      }
    }
  });

  test("hold every component once, at most the target, and data flows to later blocks alone", () => {
    const rng = createRng(15);
    for (let run = 0; run < 100; run++) {
      const count = 10 + rng.int(60);
      const successors = randomSuccessors(count, rng);
      const draw = () => Float64Array.from({ length: count }, () => 1 + rng.int(20));
      const graph = { successors, timeUs: draw(), outputBytes: draw() };
      const blocks = ranncBlocks(graph, { target: 8, fits: () => true });
      expect(blocks).toHaveLength(8);
      expect(blocks.flat().sort((a, b) => a - b)).toEqual([...successors.keys()]);
      const blockOf = new Map(blocks.flatMap((members, b) => members.map((v) => [v, b] as const)));
      for (const [v, list] of successors.entries())
        for (const w of list) expect(blockOf.get(w)!).toBeGreaterThanOrEqual(blockOf.get(v)!);
    }
  });

  test("are larger than the target where nothing more fits", () => {
    const successors = [[1], [2], [3], []];
    const graph = { successors, timeUs: [1, 1, 1, 1], outputBytes: [1, 1, 1, 1] };
    expect(ranncBlocks(graph, { target: 1, fits: ({ length }) => length <= 2 })).toHaveLength(2);
  });

  test("start from operations that depend on the input, each with the constants that it needs", () => {
    // 0 input, 1 weight, 2 its transpose, 3 multiplies both, 4 adds 2.
    const { members, successors } = atomicComponents([[3], [2], [3, 4], [4], []], [1, 0, 0, 0, 0]);
    expect(members).toEqual([[0], [1, 2, 3], [1, 2, 4]]);
    expect(successors).toEqual([[1], [2], []]);
  });
});
