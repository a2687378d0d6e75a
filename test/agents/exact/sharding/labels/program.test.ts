import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { solveByElimination } from "../../../../../agents/exact/sharding/labels/elimination/solve.ts";
import {
  type TwoCostProblem,
  withoutMemory,
} from "../../../../../agents/exact/sharding/labels/frontier/problem.ts";
import { type ProgramOptions, solveByProgram } from "../../../../../agents/exact/sharding/labels/program.ts";
import { problemOfNet } from "../../../../golden/checks/pase-nets.ts";
import { everyPoint } from "./frontier/every-point.ts";
import { twoCostProblems } from "./random-labels.ts";

const limits = { nodes: 10_000, iterations: 100_000, seconds: 60, relativeGap: 0 };
const problems = fc.sample(twoCostProblems({ nodes: 5, labels: 3, edges: 6, forbidden: 8 }), {
  seed: 7,
  numRuns: 4,
});

const leastTime = (
  problem: TwoCostProblem,
  isWithin: (point: { memory: number; labels: Int32Array }) => boolean,
) =>
  everyPoint(problem)
    .filter(isWithin)
    .reduce((least, { time }) => Math.min(least, time), Number.POSITIVE_INFINITY);

async function found(problem: TwoCostProblem, options: Omit<ProgramOptions, "limits"> = {}) {
  const { end, point } = await solveByProgram(problem, { limits, ...options });
  expect(end).toBe(point === null ? "infeasible" : "solved");
  return point?.time ?? Number.POSITIVE_INFINITY;
}

describe("the integer program", () => {
  test("has the least time of all labelings, also within a limit of memory", async () => {
    let tight = 0;
    for (const problem of problems) {
      const free = leastTime(problem, () => true);
      expect(await found(problem)).toBe(free);
      const memoryLimit = 4 * problem.nodes.length;
      const within = leastTime(problem, ({ memory }) => memory <= memoryLimit);
      expect(await found(problem, { memoryLimit })).toBe(within);
      tight += Number(within !== free);
    }
    expect(tight).toBeGreaterThan(0);
  });

  test("has the optimum of elimination on PaSE's AlexNet on 8 devices", async () => {
    const problem = problemOfNet({ net: "alexnet", batch: 128, p: 8, tflops: 10, gbps: 16 });
    const eliminated = solveByElimination(problem);
    const time = await found(withoutMemory(problem));
    expect(eliminated).toMatchObject({ kind: "solved", cost: time });
  });

  test("keeps several limits on labels at once", async () => {
    for (const problem of problems.slice(0, 2)) {
      const labelLimits = [0, 1].map((odd) => ({
        amounts: problem.nodes.map(({ memory }, node) => (node % 2 === odd ? memory : null)),
        most: 3,
      }));
      const isWithin = ({ labels }: { labels: Int32Array }) =>
        labelLimits.every(
          ({ amounts, most }) =>
            amounts.reduce((sum, each, node) => sum + (each?.[labels[node]] ?? 0), 0) <= most,
        );
      expect(await found(problem, { labelLimits })).toBe(leastTime(problem, isWithin));
    }
  });
});
