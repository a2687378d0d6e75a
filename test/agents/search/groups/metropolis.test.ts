import { describe, expect, test } from "vitest";
import { choicesOf, planOf } from "../../../../agents/problems/choices.ts";
import { drawn } from "../../../../agents/problems/constructions.ts";
import { createChain } from "../../../../agents/search/groups/metropolis.ts";
import { workingPlan } from "../../../../agents/search/groups/working-plan.ts";
import { createRng, evaluator, type Scenario, testScenario } from "../../../../env/index.ts";

const sixOps = (scale: number) =>
  testScenario({
    graph: `
      a ${7 * scale} 40B
      b ${3 * scale} 20B <- a
      c ${5 * scale} 60B <- a
      d ${2 * scale} 30B <- b
      e ${9 * scale} 10B <- c
      f ${4 * scale} <- d e`,
    devices: 2,
    bytesPerUs: 10 / scale,
  });

/** A chain on a scenario. The simulator, or a table made from it, scores every proposal. */
function chainOn(scenario: Scenario, seed: number, inverseTemperature: number) {
  const choices = choicesOf(scenario, "all");
  const score = evaluator(scenario);
  const rng = createRng(seed);
  const start = drawn(choices, rng);
  const state = workingPlan(choices, start);
  const chain = createChain(choices, rng, {
    state,
    cost: score.evaluate(state.plan).cost,
    inverseTemperature,
    moveCost: (group, device) => score.around(state.plan)!.move(group, device).cost,
  });
  return { chain, state };
}

describe("the Metropolis chain", () => {
  test("visits six ops on two devices as often as exp(-beta t) / Z says, within 2% total variation", () => {
    const scenario = sixOps(1);
    const choices = choicesOf(scenario, "all");
    const score = evaluator(scenario);
    const placements = 2 ** choices.groupCount;
    const bits = (state: number) =>
      Int32Array.from({ length: choices.groupCount }, (_, g) => (state >> g) & 1);
    const costs = Array.from(
      { length: placements },
      (_, state) => score.evaluate(planOf(choices, bits(state))).cost,
    );
    const inverseTemperature = 0.15;
    const weights = costs.map((cost) => Math.exp(-inverseTemperature * cost));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    expect(Math.max(...costs) / Math.min(...costs)).toBeGreaterThan(1.5);

    let index = 0;
    const groupDevice = bits(0);
    const chain = createChain(choices, createRng(1), {
      state: {
        groupDevice,
        apply(group, device) {
          groupDevice[group] = device;
          index = (index & ~(1 << group)) | (device << group);
        },
        reset: () => {},
      },
      cost: costs[0],
      inverseTemperature,
      moveCost: (group, device) => costs[(index & ~(1 << group)) | (device << group)],
    });
    const steps = 1_000_000;
    const visits = new Float64Array(placements);
    for (let step = 0; step < steps; step++) {
      chain.step();
      visits[index]++;
    }
    const distance =
      weights.reduce((sum, weight, state) => sum + Math.abs(weight / total - visits[state] / steps), 0) / 2;
    expect(distance).toBeLessThan(0.02);
  });

  test("decides the same where all times are multiplied by 1,000 and the temperature is relative", () => {
    const accepted = (scale: number) => {
      const scenario = sixOps(scale);
      const { chain, state } = chainOn(scenario, 3, 20 / evaluator(scenario).bound().value);
      return Array.from({ length: 2_000 }, () => [chain.step().accepted, ...state.groupDevice]);
    };
    const decisions = accepted(1);
    expect(accepted(1_000)).toEqual(decisions);
    expect(new Set(decisions.map(([yes]) => yes)).size).toBe(2);
  });

  test("proposes every group, the last one too, and never the device that the group has", () => {
    const { chain, state } = chainOn(sixOps(1), 5, 0);
    const proposed = new Set<number>();
    for (let step = 0; step < 500; step++) {
      const before = state.groupDevice.slice();
      const { group, device } = chain.step();
      expect(device).not.toBe(before[group]);
      proposed.add(group);
    }
    expect([...proposed].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("keeps state and cost in step", () => {
    const scenario = sixOps(1);
    const score = evaluator(scenario);
    const { chain, state } = chainOn(scenario, 9, 0.5);
    for (let step = 0; step < 200; step++) {
      chain.step();
      expect(chain.cost).toBe(score.evaluate(state.plan).cost);
    }
  });
});
