import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { coarsenTasks } from "../../../../agents/exact/pesto/coarsen.ts";
import { decode } from "../../../../agents/exact/pesto/decode.ts";
import { firstSchedule } from "../../../../agents/exact/pesto/first-schedule.ts";
import {
  hopsOf,
  type PestoProblem,
  pestoProblem,
  transferKey,
} from "../../../../agents/exact/pesto/problem.ts";
import { pestoProgram } from "../../../../agents/exact/pesto/program.ts";
import { replay } from "../../../../agents/exact/pesto/replay.ts";
import { keysOf } from "../../../../agents/exact/pesto/solve.ts";
import { improveTasks } from "../../../../agents/exact/pesto/task-windows.ts";
import { solveMip } from "../../../../agents/solver/highs.ts";
import {
  compile,
  createRng,
  evaluator,
  metered,
  type Scenario,
  testScenario,
} from "../../../../env/index.ts";
import { drawn } from "../../../law-runs.ts";
import { NO_DEADLINE_SECONDS } from "../../no-deadline.ts";
import { randomMakespan } from "../random-makespan.ts";
import { randomOrders } from "../random-orders.ts";

const CLOSE = 1e-6;

function problemOf(scenario: Scenario, tasks = scenario.graph.opCount): PestoProblem {
  const compiled = compile(scenario);
  return pestoProblem(compiled, coarsenTasks(compiled, tasks));
}

const meterOf = (scenario: Scenario) => metered(evaluator(scenario), { simulations: 10_000 });

/** Checks a schedule by the rules of the program, sharing no code with what made it. */
function expectSchedule(problem: PestoProblem, schedule: ReturnType<typeof decode>): void {
  const { tasks, runUs, compiled, successors, tensors } = problem;
  const { startsUs, hopStartUs, unitDevice, makespanUs } = schedule;
  const deviceOf = (task: number) => unitDevice[tasks.unitOf[task]];
  const endUs = (task: number) => startsUs[task] + runUs[task * compiled.deviceCount + deviceOf(task)];
  const all = [...startsUs.keys()];
  for (const a of all) {
    for (const b of successors[a]) expect(startsUs[b]).toBeGreaterThanOrEqual(endUs(a) - CLOSE);
    for (const b of all)
      if (a < b && deviceOf(a) === deviceOf(b) && endUs(a) > startsUs[a] && endUs(b) > startsUs[b])
        expect(startsUs[a] >= endUs(b) - CLOSE || startsUs[b] >= endUs(a) - CLOSE).toBe(true);
  }
  const busy = new Map<number, [number, number][]>();
  for (const tensor of tensors)
    for (const reader of tensor.consumers) {
      const [from, to] = [deviceOf(tensor.producer), deviceOf(reader)];
      if (from === to) continue;
      const starts = hopStartUs.get(transferKey(problem, tensor, to))!;
      let us = endUs(tensor.producer);
      for (const [n, { links, latencyUs, sendUs }] of hopsOf(problem, from, to).entries()) {
        expect(starts[n]).toBeGreaterThanOrEqual(us - CLOSE);
        for (const link of links)
          busy.set(link, [...(busy.get(link) ?? []), [starts[n], starts[n] + sendUs(tensor.bytes)]]);
        us = starts[n] + sendUs(tensor.bytes) + latencyUs;
      }
      expect(startsUs[reader]).toBeGreaterThanOrEqual(us - CLOSE);
    }
  if (problem.queues)
    for (const spans of busy.values())
      for (const [i, [a, b]] of spans.entries())
        for (const [c, d] of spans.slice(i + 1)) {
          // Readers of one tensor on one device share its transfer.
          if (a === c && b === d) continue;
          expect(c >= b - CLOSE || a >= d - CLOSE || a === b || c === d).toBe(true);
        }
  expect(makespanUs).toBeCloseTo(Math.max(...all.map(endUs)), 6);
}

describe("a decoded schedule", () => {
  test("keeps every rule of the program, and waits only for what ends when it starts", () => {
    fc.assert(
      fc.property(
        randomMakespan({ minOps: 5, maxOps: 14 }),
        fc.integer({ min: 3, max: 14 }),
        (scenario, n) => {
          const problem = problemOf(scenario, n);
          const schedule = firstSchedule(problem, meterOf(scenario));
          if (schedule === null) return;
          expectSchedule(problem, schedule);
          const again = decode(problem, schedule, meterOf(scenario));
          expect(again.makespanUs).toBeLessThanOrEqual(schedule.makespanUs + CLOSE);
        },
      ),
      { numRuns: drawn(100), seed: 8 },
    );
  });

  test("of the program's optimum takes the program's time, and is never below it", async () => {
    await fc.assert(
      fc.asyncProperty(randomOrders({ minOps: 4, maxOps: 6 }), async (scenario) => {
        const problem = problemOf(scenario);
        const meter = meterOf(scenario);
        const first = firstSchedule(problem, meter)!;
        const program = pestoProgram(problem, { upperUs: first.makespanUs * 1.1, lowerUs: 0 });
        const limits = { nodes: 10_000, iterations: 10_000, seconds: NO_DEADLINE_SECONDS, relativeGap: 0 };
        let last = Number.POSITIVE_INFINITY;
        for await (const { value, columns } of solveMip(program.program, { limits })) {
          const decoded = decode(problem, keysOf(program, columns), meter);
          expect(decoded.makespanUs).toBeLessThanOrEqual(value * program.unitUs * (1 + CLOSE));
          last = value * program.unitUs;
        }
        expect(first.makespanUs).toBeGreaterThanOrEqual(last * (1 - CLOSE));
      }),
      { numRuns: 4, seed: 9 },
    );
  });

  test("of unmerged ops is a plan that the simulator runs in the same time, where transfers queue alike", () => {
    let same = 0;
    const runs = 40;
    for (let seed = 0; seed < runs; seed++) {
      const [scenario] = fc.sample(randomOrders({ minOps: 6, maxOps: 9 }), { seed, numRuns: 1 });
      const problem = problemOf(scenario);
      const meter = meterOf(scenario);
      const schedule = firstSchedule(problem, meter)!;
      const { value } = meter.evaluate(replay(problem, schedule, meter));
      if (Math.abs(value! / schedule.makespanUs - 1) < CLOSE) same++;
    }
    expect(same).toBeGreaterThan(0.8 * runs);
  });
});

describe("windows of the program over many tasks", () => {
  const graph = Array.from({ length: 30 }, (_, v) => {
    const input = v < 3 ? "" : ` <- op${v - 3}`;
    return `op${v} ${4 + ((5 * v) % 7)} 3B${input}`;
  }).join("\n");

  test("yield ever shorter solutions of the program, of as many windows as were asked for", async () => {
    const scenario = testScenario({ graph, devices: 2 });
    const problem = problemOf(scenario);
    const meter = meterOf(scenario);
    const unitDevice = Int32Array.from({ length: 30 }, (_, unit) => (unit === 0 ? 0 : unit % 2));
    const startsUs = Float64Array.from({ length: 30 }, (_, task) => task);
    const first = decode(problem, { unitDevice: problem.renamed(unitDevice), startsUs }, meter);
    const limits = {
      windows: 3,
      units: 4,
      iterations: 3_000,
      nodes: 1_000,
      seconds: NO_DEADLINE_SECONDS,
      stopped: () => false,
    };
    const steps = improveTasks(problem, first, meter, createRng(3), limits);
    let shortestUs = first.makespanUs;
    for (;;) {
      const { done, value } = await steps.next();
      if (done === true) {
        expect(value.solved).toBe(3);
        expect(value.improved).toBeGreaterThan(0);
        return;
      }
      expectSchedule(problem, value);
      expect(value.makespanUs).toBeLessThan(shortestUs);
      shortestUs = value.makespanUs;
    }
  });
});
