/** The incremental state of an episode against plain recomputation. */
import { describe, expect, test } from "vitest";
import { assignmentOf } from "../../../../agents/learned/dual-policy/assignment.ts";
import {
  DEVICE_COLUMNS,
  GrowingAssignment,
  READY_COLUMNS,
} from "../../../../agents/learned/dual-policy/growing-assignment.ts";
import { scheduleReady } from "../../../../agents/lists/ready-list.ts";
import { inputsReadyUs, upwardRanks } from "../../../../agents/problems/schedule/problem.ts";
import { createRng, evaluator, metered, type Scenario, testScenario } from "../../../../env/index.ts";
import { uncounted } from "../../../../env/sim/evaluator/budget.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";

const diamond = testScenario({
  graph: "a 100 400B\nb 300 400B <- a\nc 200 400B <- a\nd 100 4B <- b c\ne 50 kinds=CPU <- d",
  devices: ["GPU", "GPU", "CPU"],
});

/** An episode of random choices; `look` is called before each. */
function random(
  scenario: Scenario,
  look: (state: GrowingAssignment, task: number, mask: Uint8Array) => void,
) {
  const assignment = assignmentOf(scenario, "ops", uncounted);
  const state = new GrowingAssignment(assignment, "spread");
  const rng = createRng("choices");
  const mask = new Uint8Array(assignment.deviceCount);
  state.reset();
  while (state.readyCount > 0) {
    const task = state.ready[rng.int(state.readyCount)];
    state.allowed(task, mask, 0);
    look(state, task, mask);
    const devices = [...mask.keys()].filter((d) => mask[d] === 1);
    state.place(task, devices[rng.int(devices.length)]);
  }
  return { assignment, state };
}

describe("a growing assignment", () => {
  test("knows the earliest start of every ready task, and keeps ready tasks by their paths", async () => {
    const scenario = await resolveScenario("nmt/test/0/4xK80");
    const { problem, bottomUs } = assignmentOf(scenario, "ops", uncounted);
    let seen = 0;
    random(scenario, (state, task) => {
      for (let d = 0; d < problem.deviceCount; d++) {
        const inputs = inputsReadyUs(problem, task, d, state.device, state.endUs);
        expect(state.earliestStart(task, d)).toBe(Math.max(inputs, state.freeUs[d]));
      }
      for (let i = 1; i < state.readyCount; i++)
        expect(bottomUs[state.ready[i - 1]]).toBeGreaterThanOrEqual(bottomUs[state.ready[i]]);
      seen++;
    });
    expect(seen).toBe(scenario.graph.opCount);
  });

  test("allows the devices of an op's kind, and all of a class where the first of it went", () => {
    random(diamond, (_, task, mask) => {
      expect([...mask]).toEqual(task === 4 ? [0, 0, 1] : [1, 1, 1]);
    });
    const tied = testScenario({ graph: "a 1 4B group=x\nb 1 4B <- a\nc 1 group=x <- b", devices: 3 });
    random(tied, (state, task, mask) => {
      if (task === 2) expect([...mask.keys()].filter((d) => mask[d] === 1)).toEqual([state.device[0]]);
    });
  });

  test("gives the published columns of a device, centred and of unit spread", () => {
    const assignment = assignmentOf(diamond, "ops", uncounted);
    const state = new GrowingAssignment(assignment, "spread");
    state.reset();
    state.place(0, 0);
    state.place(1, 0);
    state.place(2, 1);
    const columns = new Float32Array(3 * DEVICE_COLUMNS);
    state.deviceColumns(3, Uint8Array.of(1, 1, 1), 0, columns, 0);
    // Ops a and b run to 400 on device 0. Op c gets a's 400 B after 40 us and runs to 340 on 1.
    const raw = [
      [400, 200, 0],
      [300, 200, 0],
      [100, 140, 0],
      [400, 340, 0],
      [Math.max(400, 340 + 40), Math.max(340, 400 + 40), Math.max(440, 380)],
    ];
    raw.forEach((column, c) => {
      const mean = column.reduce((sum, value) => sum + value, 0) / 3;
      const spread = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 3);
      for (let d = 0; d < 3; d++)
        expect(columns[d * DEVICE_COLUMNS + c]).toBeCloseTo((column[d] - mean) / spread, 5);
    });
  });

  test("leaves the columns of devices that may not be taken at 0, and counts them for nothing", () => {
    const state = new GrowingAssignment(assignmentOf(diamond, "ops", uncounted), "unit");
    state.reset();
    state.place(0, 0);
    const [two, three] = [new Float32Array(3 * DEVICE_COLUMNS), new Float32Array(3 * DEVICE_COLUMNS)];
    state.deviceColumns(1, Uint8Array.of(1, 1, 0), 0, two, 0);
    state.deviceColumns(1, Uint8Array.of(1, 1, 1), 0, three, 0);
    expect([...two.subarray(2 * DEVICE_COLUMNS)]).toEqual(new Array(DEVICE_COLUMNS).fill(0));
    expect(two[0]).toBeCloseTo(-two[DEVICE_COLUMNS], 6);
    expect(two[0]).not.toBe(three[0]);
  });

  test("does not depend on the unit of time", () => {
    const scaled = (factor: number) =>
      testScenario({
        graph: `a ${factor} ${4 * factor}B\nb ${3 * factor} <- a\nc ${2 * factor} <- a`,
        devices: 2,
      });
    const columnsOf = (scenario: Scenario) => {
      const assignment = assignmentOf(scenario, "ops", uncounted);
      const state = new GrowingAssignment(assignment, "unit");
      state.reset();
      state.place(0, 0);
      const ready = new Float32Array(2 * READY_COLUMNS);
      state.readyColumns(2, ready, 0);
      return [...ready, ...assignment.columns, ...assignment.edgeColumn].map((value) => value.toFixed(5));
    };
    expect(columnsOf(scaled(1000))).toEqual(columnsOf(scaled(10)));
  });

  test("followed by the expert it is critical-path list scheduling", async () => {
    const scenario = await resolveScenario("enas-cifar/test/0/4xK80");
    const assignment = assignmentOf(scenario, "ops", uncounted);
    const state = new GrowingAssignment(assignment, "unit");
    const mask = new Uint8Array(4);
    state.reset();
    while (state.readyCount > 0) {
      const task = state.ready[0];
      state.allowed(task, mask, 0);
      state.place(task, state.earliestEnd(task, mask, 0));
    }
    const level = upwardRanks(assignment.problem, { withDelays: true });
    const list = scheduleReady(assignment.problem, {
      device: "earliest-end",
      goesBefore: (task, _, other) =>
        level[task] > level[other] || (level[task] === level[other] && task < other),
    });
    if ("taskWithoutCapacity" in list) throw new Error("no room");
    expect([...state.device]).toEqual([...list.device]);
    expect([...state.endUs]).toEqual([...list.endUs]);
  });

  test("takes any device where none has room, and counts one pass for an episode", () => {
    const tight = testScenario({
      graph: "a 1 4B params=60\nb 1 params=60 <- a\nc 1 params=60 <- a",
      memoryBytes: 100,
    });
    const meter = metered(evaluator(tight), { simulations: 10 });
    const assignment = assignmentOf(tight, "ops", meter);
    const state = new GrowingAssignment(assignment, "unit");
    state.reset();
    expect(meter.simulations).toBe(1);
    const mask = new Uint8Array(2);
    state.place(0, 0);
    expect([state.allowed(1, mask, 0), ...mask]).toEqual([1, 0, 1]);
    state.place(1, 1);
    expect([state.allowed(2, mask, 0), ...mask]).toEqual([2, 1, 1]);
  });
});
