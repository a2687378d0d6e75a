import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { heftSchedule } from "../../../../agents/planners/placement/lists/heft.ts";
import { choicesOf } from "../../../../agents/problems/choices.ts";
import { groupProblem, pinned, slowedDown } from "../../../../agents/problems/schedule/groups.ts";
import { scheduleProblemOf } from "../../../../agents/problems/schedule/scenario.ts";
import { type Scenario, testScenario, uncounted } from "../../../../env/index.ts";
import { faultsOf } from "../../planners/placement/lists/schedule-laws.ts";
import { randomScenario } from "../../seeded-scenario.ts";

const problemOf = (scenario: Scenario) => scheduleProblemOf(choicesOf(scenario, "all"), 1, uncounted);
const seeds = fc.integer({ min: 0, max: 1e9 });

describe("the problem of whole groups", () => {
  const training = testScenario({
    graph: `
      f1 10 40B group=one
      f2 20 40B group=two <- f1
      loss 1 4B <- f2
      b2 40 30B role=backward twin=f2 group=two <- loss f1
      b1 20 40B role=backward twin=f1 group=one <- b2
      u1 2 role=update group=one <- ^b1`,
  });

  test("has the forward ops of a group as one task and what comes after as another", () => {
    const { problem, partOf, firstTask } = groupProblem(problemOf(training))!;
    expect(Array.from(partOf)).toEqual([0, 1, 2, 3, 4, 4]);
    expect(Array.from(firstTask)).toEqual([0, 1, 2, 3, 4]);
    expect(Array.from(problem.runUs.filter((_, i) => i % 2 === 0))).toEqual([10, 20, 1, 40, 22]);
    expect(Array.from(problem.setOf.slice(0, 5))).toEqual([0, 1, 2, 1, 0]);
    const edges = Array.from(problem.edgeBytes, (bytes, e) => [
      problem.tasks.edgeSource[e],
      problem.tasks.edgeDestination[e],
      bytes,
    ]);
    expect(edges).toEqual([
      [0, 1, 40],
      [1, 2, 40],
      [0, 3, 40],
      [2, 3, 4],
      [3, 4, 30],
    ]);
  });

  test("is none where every op is a group of its own", () => {
    expect(groupProblem(problemOf(testScenario({ graph: "a 1\nb 2 <- ^a" })))).toBeNull();
  });

  test("cuts circles of groups, so that every list scheduler can take it, and its devices fit the ops", () => {
    let compared = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const ops = problemOf(randomScenario(seed, { ops: 14, colocated: 0.6 }));
        const groups = groupProblem(ops);
        if (groups === null) return;
        compared++;
        const { tasks } = groups.problem;
        const place = new Map(Array.from(tasks.topologicalOrder, (part, i) => [part, i]));
        for (let e = 0; e < tasks.edgeCount; e++)
          expect(place.get(tasks.edgeSource[e])!).toBeLessThan(place.get(tasks.edgeDestination[e])!);
        const coarse = heftSchedule(groups.problem);
        if ("taskWithoutCapacity" in coarse) throw new Error("no room");
        expect(faultsOf(groups.problem, coarse)).toEqual([]);
        const device = groups.partOf.map((part) => coarse.device[part]);
        const fine = heftSchedule(pinned(ops, device));
        if ("taskWithoutCapacity" in fine) throw new Error("no room");
        expect(fine.device).toEqual(device);
        expect(faultsOf(ops, fine)).toEqual([]);
      }),
      { numRuns: 200 },
    );
    expect(compared).toBeGreaterThan(100);
  });

  test("takes longer for transfers alone where it is slowed down", () => {
    const graph = "a A:10 50B kinds=A\nb B:10 kinds=B <- a";
    const problem = problemOf(testScenario({ graph, devices: ["A", "B"], latencyUs: 2 }));
    const endOf = (factor: number) => {
      const answer = heftSchedule(slowedDown(problem, factor));
      return "taskWithoutCapacity" in answer ? Number.NaN : answer.makespanUs;
    };
    expect([1, 2, 4].map(endOf)).toEqual([27, 34, 48]);
  });
});
