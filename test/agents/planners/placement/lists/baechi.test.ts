import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mEtfSchedule } from "../../../../../agents/planners/placement/lists/m-etf.ts";
import { mSctSchedule } from "../../../../../agents/planners/placement/lists/m-sct.ts";
import { choicesOf } from "../../../../../agents/problems/choices.ts";
import { prioritiesOf } from "../../../../../agents/problems/schedule/order.ts";
import type {
  NoCapacity,
  Schedule,
  ScheduleProblem,
} from "../../../../../agents/problems/schedule/problem.ts";
import { scheduleProblemOf } from "../../../../../agents/problems/schedule/scenario.ts";
import {
  createRng,
  placement,
  type Scenario,
  simulate,
  testScenario,
  uncounted,
  withNetwork,
} from "../../../../../env/index.ts";
import { drawn } from "../../../../law-runs.ts";
import { randomScenario } from "../../../seeded-scenario.ts";
import { faultsOf } from "./schedule-laws.ts";

const problemOf = (scenario: Scenario) => scheduleProblemOf(choicesOf(scenario, "all"), 1, uncounted);

function scheduled(answer: Schedule | NoCapacity): Schedule {
  if ("taskWithoutCapacity" in answer) throw new Error(`task ${answer.taskWithoutCapacity} found no room`);
  return answer;
}

/** m-SCT with fixed favourites: the first consumer of every other task. */
function someFavourites({ tasks }: ScheduleProblem, seed: number): Int32Array {
  const rng = createRng(seed);
  return Int32Array.from({ length: tasks.opCount }, (_, task) => {
    const edges = tasks.outEdge.subarray(tasks.outStart[task], tasks.outStart[task + 1]);
    return edges.length > 0 && rng.next() < 0.7 ? tasks.edgeDestination[edges[rng.int(edges.length)]] : -1;
  });
}

const schedulers = [
  ["m-ETF", (problem: ScheduleProblem) => mEtfSchedule(problem)],
  ["m-SCT", (problem: ScheduleProblem, seed: number) => mSctSchedule(problem, someFavourites(problem, seed))],
] as const;
const seeds = fc.integer({ min: 0, max: 1e9 });

describe.each(schedulers)("%s", (_, schedule) => {
  test("its own makespan and starts are those of the simulator under the half-duplex model, to the last bit", () => {
    let transfers = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const drawn = randomScenario(seed, { ops: 14, colocated: seed % 2 === 0 ? 0.3 : 0 });
        const scenario = withNetwork(drawn, "half-duplex");
        const { device, order, startUs, makespanUs } = scheduled(schedule(problemOf(scenario), seed));
        const replay = simulate(scenario, { ...placement(device), opPriority: prioritiesOf(order) });
        expect(replay.makespanUs).toBe(makespanUs);
        expect(replay.startUs).toEqual(startUs);
        transfers += replay.transfers.length;
      }),
      { numRuns: drawn(200), seed: 1 },
    );
    expect(transfers).toBeGreaterThan(drawn(300));
  });

  test("precedence, one task at a time, sets together, memory kept, only devices that run the task", () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(400, 900, Number.POSITIVE_INFINITY), (seed, memoryBytes) => {
        const mixed = seed % 2 === 0 ? { restricted: 0.3, colocated: 0 } : {};
        const problem = problemOf(randomScenario(seed, { ops: 12, memoryBytes, ...mixed }));
        const answer = schedule(problem, seed);
        if (!("taskWithoutCapacity" in answer)) expect(faultsOf(problem, answer)).toEqual([]);
      }),
      { numRuns: drawn(200) },
    );
  });

  test("names a task that found no room", () => {
    const scenario = testScenario({ graph: "a 10 params=10\nb 10 params=500 <- ^a", memoryBytes: 100 });
    expect(schedule(problemOf(scenario), 1)).toEqual({ taskWithoutCapacity: 1 });
  });
});

describe("m-ETF", () => {
  test("starts every task as early as if all starts were computed anew at every step", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const problem = problemOf(randomScenario(seed, { ops: 16, colocated: 0.1 }));
        const nobody = new Int32Array(problem.tasks.opCount).fill(-1);
        expect(mEtfSchedule(problem)).toEqual(mSctSchedule(problem, nobody));
      }),
      { numRuns: drawn(200) },
    );
  });

  test("stays within 2 - 1/n of the bound where transfers are free and memory has no limit", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 2, max: 4 }), (seed, n) => {
        const devices = Array.from({ length: n }, () => "A");
        const free = { ops: 14, devices, colocated: 0, outputScale: 0, latency: false };
        const problem = problemOf(randomScenario(seed, free));
        const boundUs = Math.max(longestChainUs(problem), workUs(problem) / n);
        expect(scheduled(mEtfSchedule(problem)).makespanUs).toBeLessThanOrEqual(
          (2 - 1 / n) * boundUs * (1 + 1e-12),
        );
      }),
      { numRuns: drawn(300) },
    );
  });

  test("sends a tensor to a device once and lets a channel carry one transfer at a time", () => {
    // From device 0, whose kind fixes its tasks: x at 10 to 20, y at 20 to 30. The second use of x
    // costs nothing.
    const scenario = testScenario({
      graph:
        "x A:10 100B kinds=A\ny A:0 100B kinds=A <- ^x\nb B:1 kinds=B <- x\nc B:1 kinds=B <- y\nd B:1 kinds=B <- x",
      devices: ["A", "B"],
    });
    expect(Array.from(scheduled(mEtfSchedule(problemOf(scenario))).startUs)).toEqual([0, 10, 20, 30, 21]);
  });
});

describe("m-SCT", () => {
  const scenario = testScenario({
    graph: "i 10 80B\nk0 10\nk 4 <- ^i ^k0\nj 20 <- i",
    devices: 2,
  });

  test("leaves a device to the favourite child of its last task", () => {
    const problem = problemOf(scenario);
    const favourite = Int32Array.from([3, -1, -1, -1]);
    expect(scheduled(mEtfSchedule(problem)).makespanUs).toBe(34);
    expect(scheduled(mSctSchedule(problem, favourite)).makespanUs).toBe(30);
  });
});

function longestChainUs({ tasks, deviceCount, runUs }: ScheduleProblem): number {
  const endUs = new Float64Array(tasks.opCount);
  for (const task of tasks.topologicalOrder) {
    for (let e = tasks.inStart[task]; e < tasks.inStart[task + 1]; e++)
      endUs[task] = Math.max(endUs[task], endUs[tasks.edgeSource[e]]);
    endUs[task] += runUs[task * deviceCount];
  }
  return Math.max(...endUs);
}

function workUs({ tasks, deviceCount, runUs }: ScheduleProblem): number {
  let sum = 0;
  for (let task = 0; task < tasks.opCount; task++) sum += runUs[task * deviceCount];
  return sum;
}
