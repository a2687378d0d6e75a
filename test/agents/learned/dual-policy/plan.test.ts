/** From a finished episode to a plan. */
import { describe, expect, test } from "vitest";
import { assignmentOf, type Unit } from "../../../../agents/learned/dual-policy/assignment.ts";
import { GrowingAssignment } from "../../../../agents/learned/dual-policy/growing-assignment.ts";
import { planMaker, simulationsOf } from "../../../../agents/learned/dual-policy/plan.ts";
import {
  createRng,
  evaluator,
  metered,
  type Scenario,
  testScenario,
  validatePlan,
} from "../../../../env/index.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";

/** A plan of random choices, its episode, and what both charged but the evaluation. */
function random(scenario: Scenario, unit: Unit, keepsOrder: boolean, seed = "choices") {
  const meter = metered(evaluator(scenario), { simulations: 100 });
  const assignment = assignmentOf(scenario, unit, meter);
  const state = new GrowingAssignment(assignment, "unit");
  const rng = createRng(seed);
  const mask = new Uint8Array(assignment.deviceCount);
  state.reset();
  while (state.readyCount > 0) {
    const task = state.ready[rng.int(state.readyCount)];
    state.allowed(task, mask, 0);
    const devices = [...mask.keys()].filter((d) => mask[d] === 1);
    state.place(task, devices[rng.int(devices.length)]);
  }
  return { plan: planMaker(assignment, keepsOrder)(state), assignment, state, meter };
}

const fork = testScenario({
  graph: "a 10 4B\nb 30 4B <- a\nc 20 4B <- a\nd 10 4B <- a\ne 5 <- b c d",
  devices: 2,
  bytesPerUs: 1000,
});

describe("the plan of an episode", () => {
  test("runs the ops of each device as they were chosen, one op a task", () => {
    for (let i = 0; i < 20; i++) {
      const { plan, state } = random(fork, "ops", true, `choices ${i}`);
      const order = plan.opPriority!;
      const turn = (op: number) => state.placed.indexOf(op);
      for (let a = 0; a < 5; a++)
        for (let b = 0; b < 5; b++)
          if (plan.device[a] === plan.device[b] && turn(a) < turn(b)) expect(order[a]).toBeLessThan(order[b]);
    }
  });

  test("ends in the simulator when its schedule ends, where no transfer waits", () => {
    for (let i = 0; i < 20; i++) {
      const scenario = { ...fork, fidelity: { ...fork.fidelity, contention: "none" as const } };
      const { plan, state } = random(scenario, "ops", true, `choices ${i}`);
      expect(evaluator(scenario).evaluate(plan).value).toBeCloseTo(Math.max(...state.endUs), 9);
    }
  });

  test("has devices alone where no order is asked for", () => {
    const { plan, state } = random(fork, "ops", false);
    expect(plan.opPriority).toBeUndefined();
    expect([...plan.device]).toEqual([...state.device]);
  });

  test("of groups gives each group one device and an order that does not wait for itself", async () => {
    const scenario = await resolveScenario("inception-v3/4xK80?groups=16");
    for (let i = 0; i < 3; i++) {
      const { plan } = random(scenario, "groups", true, `choices ${i}`);
      validatePlan(scenario, plan);
      const { groupOf } = scenario.grouping;
      const deviceOf = new Map<number, number>();
      groupOf.forEach((group, op) => {
        expect(plan.device[op]).toBe(deviceOf.get(group) ?? plan.device[op]);
        deviceOf.set(group, plan.device[op]);
      });
      expect(evaluator(scenario).evaluate(plan).value).toBeGreaterThan(0);
    }
  });

  test("charges what it says that an episode charges", async () => {
    const scenario = await resolveScenario("inception-v3/4xK80?groups=16");
    for (const [of, unit, keepsOrder] of [
      [fork, "ops", true],
      [fork, "groups", true],
      [scenario, "groups", true],
      [scenario, "groups", false],
    ] as const) {
      const { meter, assignment } = random(of, unit, keepsOrder);
      expect(meter.simulations + 1).toBeCloseTo(simulationsOf(assignment, keepsOrder), 9);
    }
  });
});
