import { describe, expect, test } from "vitest";
import { type MipOptions, type MipResult, type MipSolution, solveMip } from "../../../agents/solver/highs.ts";
import { type LinearProgram, programBuilder } from "../../../agents/solver/linear-program.ts";
import { NO_DEADLINE_SECONDS } from "../no-deadline.ts";

const limits = { nodes: 1e6, iterations: 1e9, seconds: NO_DEADLINE_SECONDS, relativeGap: 0 };

async function solve(program: LinearProgram, options: Partial<MipOptions> = {}) {
  const solver = solveMip(program, { limits, ...options });
  const solutions: MipSolution[] = [];
  for (;;) {
    const { done, value } = await solver.next();
    if (done === true) return { solutions, result: value as MipResult };
    solutions.push(value);
  }
}

/** Chooses items worth the most within a weight: 10 and 4 for 7 of weight 8, not 9 for 6. */
function knapsack(): LinearProgram {
  const builder = programBuilder();
  const items = [10, 9, 4].map((worth) => builder.binary({ cost: -worth }));
  builder.atMost([items[0], 5, items[1], 6, items[2], 2], 8);
  return builder.build();
}

/** Market split (Cornuejols and Dawande, 1998): tiny, and hopeless for branch and bound. */
function marketSplit(rows: number): LinearProgram {
  const builder = programBuilder();
  const columns = 10 * (rows - 1);
  const x = Array.from({ length: columns }, () => builder.binary());
  for (let row = 0; row < rows; row++) {
    const weights = x.map((_, i) => (7919 * (i + 1) * (row + 3) + 104729 * (i + 5) ** (row + 2)) % 101);
    const half = Math.floor(weights.reduce((sum, weight) => sum + weight, 0) / 2);
    const over = builder.real({ cost: 1 });
    const under = builder.real({ cost: 1 });
    builder.equal([...x.flatMap((column, i) => [column, weights[i]]), over, -1, under, 1], half);
  }
  return builder.build();
}

describe("the HiGHS adapter", () => {
  test("solves a small program to its optimum", async () => {
    const { solutions, result } = await solve(knapsack());
    expect(result).toMatchObject({ end: "solved" });
    expect(result.bound).toBeCloseTo(-14, 6);
    expect(solutions.at(-1)!.value).toBeCloseTo(-14, 6);
    expect([...solutions.at(-1)!.columns].map(Math.round)).toEqual([1, 0, 1]);
  });

  test("says where no point is feasible", async () => {
    const builder = programBuilder();
    const [a, b] = [builder.binary(), builder.binary()];
    builder.atLeast([a, 1, b, 1], 3);
    expect((await solve(builder.build())).result.end).toBe("infeasible");
  });

  test("starts from a given point", async () => {
    const program = marketSplit(4);
    const halves = program.rowLower.reduce((sum, half) => sum + half, 0);
    const start = { indices: Int32Array.from({ length: 30 }, (_, i) => i), values: new Float64Array(30) };
    const { solutions } = await solve(program, { start, limits: { ...limits, nodes: 0 } });
    expect(solutions[0].value).toBeCloseTo(halves, 6);
  });

  test("stops on the same solutions and the same bound at the same limit of iterations", async () => {
    const few = { limits: { ...limits, iterations: 300 } };
    const [first, second] = [await solve(marketSplit(3), few), await solve(marketSplit(3), few)];
    expect(first.result.end).toBe("limit");
    expect(second).toEqual(first);
  });

  test("ends by time, and when it is told to stop", async () => {
    const { result } = await solve(marketSplit(5), { limits: { ...limits, seconds: 0.5 } });
    expect(result.end).toBe("time");
    let asked = 0;
    const stopped = await solve(marketSplit(5), { stopped: () => ++asked > 2 });
    expect(stopped.result.end).toBe("stopped");
  });
});
