import { describe, expect, test } from "vitest";
import { createRng, evaluator, metered, noisyMeter, placement, testScenario } from "../../../../env/index.ts";
import { gated } from "../../../../env/sim/evaluator/meter.ts";

const scenario = testScenario({ graph: "a 100 40B\nb 200 40B <- a\nc 300 <- a", devices: 2 });
const plans = [
  [0, 0, 0],
  [0, 1, 0],
  [1, 1, 0],
  [0, 0, 0],
].map((device) => placement(device));
const noisy = (seed: number, from?: Parameters<typeof metered>[2]) => {
  const meter = metered(evaluator(scenario), { simulations: 20 }, from);
  return { meter, view: noisyMeter(meter, 0.05, createRng(seed)) };
};

describe("a noisy meter", () => {
  test("shows measured values, and counts and keeps exact ones", () => {
    const { meter, view } = noisy(1);
    const exact = evaluator(scenario).batch(plans);
    const measured = view.batch(plans);
    expect(view.remaining).toBe(16);
    for (const [i, { value, cost, feasible }] of measured.entries()) {
      expect(value).toBe(cost);
      expect(feasible).toBe(true);
      expect(value).not.toBe(exact[i].value);
      expect(Math.abs(value! / exact[i].value! - 1)).toBeLessThanOrEqual(0.05);
      expect([...measured[i].peakBytes]).toEqual([...exact[i].peakBytes]);
    }
    expect(measured[0].value).not.toBe(measured[3].value);
    expect(meter.evaluations).toBe(4);
    expect(meter.best!.outcome.value).toBe(Math.min(...exact.map(({ value }) => value!)));
  });

  test("has the noise of an uninterrupted run where it goes on, and the same for moves", () => {
    const whole = noisy(7)
      .view.batch(plans)
      .map(({ cost }) => cost);
    const first = noisy(7);
    first.view.batch(plans.slice(0, 2));
    const { evaluations, simulations, best, curve, elapsedSeconds, cpuSeconds } = first.meter;
    const from = { evaluations, simulations, best, curve, elapsedSeconds, cpuSeconds };
    expect(
      noisy(7, { from })
        .view.batch(plans.slice(2))
        .map(({ cost }) => cost),
    ).toEqual(whole.slice(2));
    const moves = noisy(7);
    expect(moves.view.around(plans[0])!.move(1, 1).cost).toBe(noisy(7).view.evaluate(plans[1]).cost);
    expect(noisy(8).view.evaluate(plans[0]).cost).not.toBe(whole[0]);
  });

  test("is noisy through a gate too", () => {
    const gate = gated(noisy(7).view, { remaining: () => 5 });
    expect(gate.evaluate(plans[0]).cost).toBe(noisy(7).view.evaluate(plans[0]).cost);
  });
});
