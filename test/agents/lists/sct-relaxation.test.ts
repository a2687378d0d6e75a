import { describe, expect, test } from "vitest";
import { favouriteChildren, type SolvedPrograms } from "../../../agents/lists/sct-relaxation.ts";
import { mSctSchedule } from "../../../agents/planners/placement/lists/m-sct.ts";
import { choicesOf } from "../../../agents/problems/choices.ts";
import type { ScheduleProblem } from "../../../agents/problems/schedule/problem.ts";
import { scheduleProblemOf } from "../../../agents/problems/schedule/scenario.ts";
import { createRng, graphBuilder, type Scenario, testScenario, uncounted } from "../../../env/index.ts";
import { NO_DEADLINE_SECONDS } from "../no-deadline.ts";

const limits = { iterations: 10_000, seconds: NO_DEADLINE_SECONDS, size: 10_000 };
const problemOf = (scenario: Scenario) => scheduleProblemOf(choicesOf(scenario, "all"), 0, uncounted);

describe("the program of m-SCT", () => {
  test("makes every task of a chain the favourite of the one before it", async () => {
    const problem = problemOf(testScenario({ graph: "a 10 50B\nb 10 50B <- a\nc 10 <- b" }));
    const { optimumUs, child } = (await favouriteChildren(problem, limits))!;
    expect(optimumUs).toBeCloseTo(30, 6);
    expect(Array.from(child)).toEqual([1, 2, -1]);
  });

  test("favours the child on the longer way", async () => {
    const problem = problemOf(testScenario({ graph: "a 10 50B\nshort 5 <- a\nlong 50 <- a", devices: 2 }));
    const { optimumUs, child } = (await favouriteChildren(problem, limits))!;
    expect(optimumUs).toBeCloseTo(60, 6);
    expect(child[0]).toBe(2);
  });

  test("has no answer where it is too large or not solved", async () => {
    const problem = problemOf(testScenario({ graph: "a 10 50B\nb 10 50B <- a\nc 10 <- b" }));
    expect(await favouriteChildren(problem, { ...limits, size: 3 })).toBeNull();
  });

  test("is solved once for problems that differ in memory alone", async () => {
    const problem = problemOf(testScenario({ graph: "a 10 50B\nb 10 50B <- a\nc 10 <- b" }));
    const solved: SolvedPrograms = new Map();
    const tight = { ...problem, limitBytes: problem.limitBytes.map((bytes) => bytes / 2) };
    const answers = [await favouriteChildren(problem, limits, solved)];
    answers.push(await favouriteChildren(tight, limits, solved));
    expect(answers[1]).toEqual(answers[0]);
    expect(solved.size).toBe(1);
    const other = problemOf(testScenario({ graph: "a 10 50B\nb 20 50B <- a\nc 10 <- b" }));
    expect((await favouriteChildren(other, limits, solved))!.optimumUs).toBeCloseTo(40, 6);
    expect(solved.size).toBe(2);
  });

  test("is at most the optimum on as many devices as one likes, which is at most m-SCT's makespan", async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const problem = problemOf(smallCommunication(seed));
      const { optimumUs, child } = (await favouriteChildren(problem, limits))!;
      const best = optimalUs(problem);
      expect(optimumUs).toBeLessThanOrEqual(best * (1 + 1e-9));
      const answer = mSctSchedule(problem, child);
      if ("taskWithoutCapacity" in answer) throw new Error("no room");
      expect(best).toBeLessThanOrEqual(answer.makespanUs);
    }
  });
});

/** At most 7 ops on 3 equal devices, no transfer longer than any op. */
function smallCommunication(seed: number): Scenario {
  const rng = createRng(seed);
  const builder = graphBuilder();
  const ops = 4 + rng.int(4);
  for (let v = 0; v < ops; v++)
    builder.op({ name: `op${v}`, measuredUs: { "*": 10 + rng.int(20) }, outputs: [10 * (1 + rng.int(10))] });
  for (let v = 1; v < ops; v++)
    for (let u = 0; u < v; u++) if (rng.next() < 0.4) builder.edge({ from: `op${u}`, to: `op${v}` });
  return testScenario({ graph: builder.build(), devices: 3, bytesPerUs: 10 });
}

/**
 * The least makespan without contention on as many equal devices as there are tasks. Every order
 * and placement is tried; upward ranks prune.
 */
function optimalUs({ tasks, deviceCount, runUs, edgeBytes, bytesPerUs, latencyUs }: ScheduleProblem): number {
  const run = (task: number) => runUs[task * deviceCount];
  const tail = new Float64Array(tasks.opCount);
  for (const task of [...tasks.topologicalOrder].reverse()) {
    for (let j = tasks.outStart[task]; j < tasks.outStart[task + 1]; j++)
      tail[task] = Math.max(tail[task], tail[tasks.edgeDestination[tasks.outEdge[j]]]);
    tail[task] += run(task);
  }
  const device = new Int32Array(tasks.opCount).fill(-1);
  const endUs = new Float64Array(tasks.opCount);
  const freeUs = new Float64Array(tasks.opCount);
  let best = Number.POSITIVE_INFINITY;
  const go = (placed: number, used: number, lastUs: number): void => {
    if (placed === tasks.opCount) best = Math.min(best, lastUs);
    for (let task = 0; task < tasks.opCount; task++) {
      if (device[task] !== -1) continue;
      const edges = Array.from(
        { length: tasks.inStart[task + 1] - tasks.inStart[task] },
        (_, i) => tasks.inStart[task] + i,
      );
      if (edges.some((e) => device[tasks.edgeSource[e]] === -1)) continue;
      for (let d = 0; d <= used && d < tasks.opCount; d++) {
        const arrivals = edges.map((e) => {
          const source = tasks.edgeSource[e];
          return endUs[source] + (device[source] === d ? 0 : edgeBytes[e] / bytesPerUs[1] + latencyUs[1]);
        });
        const start = Math.max(freeUs[d], ...arrivals);
        if (start + tail[task] >= best) continue;
        const free = freeUs[d];
        device[task] = d;
        endUs[task] = freeUs[d] = start + run(task);
        go(placed + 1, Math.max(used, d + 1), Math.max(lastUs, endUs[task]));
        device[task] = -1;
        freeUs[d] = free;
      }
    }
  };
  go(0, 0, 0);
  return best;
}
