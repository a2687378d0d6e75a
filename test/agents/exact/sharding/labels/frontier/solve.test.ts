import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { solveByElimination } from "../../../../../../agents/exact/sharding/labels/elimination/solve.ts";
import {
  checkTwoCostProblem,
  type FrontierPoint,
  memoriesOf,
  pointOf,
  type TwoCostProblem,
  timesOf,
} from "../../../../../../agents/exact/sharding/labels/frontier/problem.ts";
import {
  quickestWithin,
  solveFrontier,
} from "../../../../../../agents/exact/sharding/labels/frontier/solve.ts";
import { createRng } from "../../../../../../env/model/rng.ts";
import { twoCostProblems } from "../random-labels.ts";
import { everyPoint, paretoPairs } from "./every-point.ts";

function frontierOf(problem: TwoCostProblem, options = {}): readonly FrontierPoint[] {
  const found = solveFrontier(checkTwoCostProblem(problem), options);
  if (found.kind !== "solved") throw new Error(found.message);
  return found.frontier;
}

const pairsOf = (frontier: readonly FrontierPoint[]) => frontier.map(({ memory, time }) => [memory, time]);
const small = twoCostProblems({ nodes: 5, labels: 3, edges: 6, forbidden: 8 });

describe("the frontier", () => {
  test("has all Pareto-optimal pairs that trying everything has, and each point is what it costs", () => {
    fc.assert(
      fc.property(small, (problem) => {
        const frontier = frontierOf(problem);
        expect(pairsOf(frontier)).toEqual(paretoPairs(everyPoint(problem)));
        for (const point of frontier) expect(pointOf(problem, point.labels, point.ways)).toEqual(point);
      }),
      { numRuns: 80 },
    );
  });

  test("ends at the least time and at the least memory that elimination finds", () => {
    fc.assert(
      fc.property(twoCostProblems({ nodes: 9, labels: 3, edges: 11 }), (problem) => {
        const frontier = frontierOf(problem);
        const least = [memoriesOf, timesOf].map((cost) => solveByElimination(cost(problem)));
        expect([frontier[0].memory, frontier.at(-1)!.time]).toEqual(
          least.map((found) => found.kind === "solved" && found.cost),
        );
      }),
      { numRuns: 30 },
    );
  });

  test("within a limit of memory is the part of the whole that fits", () => {
    fc.assert(
      fc.property(small, fc.nat(60), (problem, memoryLimit) => {
        const whole = frontierOf(problem);
        const part = frontierOf(problem, { memoryLimit });
        expect(pairsOf(part)).toEqual(pairsOf(whole.filter(({ memory }) => memory <= memoryLimit)));
        expect(quickestWithin(whole, memoryLimit)?.time).toBe(part.at(-1)?.time);
      }),
      { numRuns: 50 },
    );
  });
});

/** A chain whose nodes trade time for memory, with sizes that do not repeat. */
function chain(nodes: number, labels: number): TwoCostProblem {
  const rng = createRng(`chain of ${nodes}`);
  const costs = (length: number) => {
    const memory = Float64Array.from({ length }, () => 1 + rng.next() * 10);
    return { memory, time: memory.map((bytes) => 20 / bytes + rng.next()) };
  };
  return {
    nodes: Array.from({ length: nodes }, () => costs(labels)),
    edges: Array.from({ length: nodes - 1 }, (_, u) => ({ u, v: u + 1, ways: [costs(labels * labels)] })),
  };
}

describe("a frontier within an epsilon", () => {
  test("has at most 100 points at 1%, and one within epsilon of each exact point in both costs", () => {
    const problem = chain(9, 5);
    const exact = frontierOf(problem);
    expect(exact.length).toBeGreaterThan(100);
    for (const epsilon of [0.01, 0.1]) {
      const near = frontierOf(problem, { epsilon });
      expect(near.length).toBeLessThanOrEqual(100);
      const isNear = (point: FrontierPoint) =>
        near.some(
          ({ time, memory }) => time <= point.time * (1 + epsilon) && memory <= point.memory * (1 + epsilon),
        );
      expect(exact.filter((point) => !isNear(point))).toEqual([]);
    }
  });

  test("of no number between 0 and 1 is refused", () => {
    expect(() => solveFrontier(chain(2, 1), { epsilon: 1 })).toThrow("The epsilon of a frontier is 1");
  });
});

describe("limits of the frontier", () => {
  test("a table above its limit is told before it is made", () => {
    expect(solveFrontier(chain(3, 4), { entries: 3 })).toEqual({
      kind: "too-large",
      message: "A table of the frontier has 4 entries, at most 3 are allowed.",
    });
  });

  test("too many points are told", () => {
    expect(solveFrontier(chain(6, 4), { points: 100 })).toMatchObject({ kind: "too-large" });
  });

  test("no labeling within the memory is an empty frontier", () => {
    expect(frontierOf(chain(3, 2), { memoryLimit: 1 })).toEqual([]);
  });
});
