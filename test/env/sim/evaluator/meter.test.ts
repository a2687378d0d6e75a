import { describe, expect, test } from "vitest";
import {
  allowance,
  asPlacement,
  BudgetExhausted,
  evaluator,
  gated,
  metered,
  placement,
  testScenario,
} from "../../../../env/index.ts";

const scenario = testScenario({ graph: "a 10 10B\nb 20 <- a\nc 30" });
const apart = placement([0, 0, 1]);
const together = placement([0, 0, 0]);

describe("the metered evaluator", () => {
  test("charges evaluate, batch and move alike and refuses when the budget is spent", () => {
    const meter = metered(evaluator(scenario), { evaluations: 4 });
    meter.evaluate(together);
    meter.batch([together, apart]);
    meter.around(together)!.move(2, 1);
    expect(meter.spent).toBe(4);
    expect(meter.remaining).toBe(0);
    expect(() => meter.evaluate(together)).toThrow(BudgetExhausted);
    expect(meter.spent).toBe(4);
    expect(meter.refused).toBe("evaluations");
  });

  test("keeps the best plan and every improvement, also when a batch is cut short", () => {
    const meter = metered(evaluator(scenario), { evaluations: 2 });
    expect(() => meter.batch([together, apart, together])).toThrow(BudgetExhausted);
    expect(meter.best?.plan).toEqual(apart);
    expect(meter.curve.map(({ evaluations, cost }) => [evaluations, cost])).toEqual([
      [1, 60],
      [2, 30],
    ]);
  });

  test("keeps a plan found by a move as the moved plan, not the one it started from", () => {
    const meter = metered(evaluator(scenario), {});
    meter.around(together)!.move(scenario.grouping.groupOf[2], 1);
    expect([...asPlacement(meter.best!.plan).device]).toEqual([0, 0, 1]);
    expect([...together.device]).toEqual([0, 0, 0]);
  });

  test("keeps a copy of the best plan, so that a caller may go on changing its own", () => {
    const meter = metered(evaluator(scenario), {});
    const plan = placement([0, 0, 1]);
    meter.evaluate(plan);
    plan.device.fill(0);
    expect([...asPlacement(meter.best!.plan).device]).toEqual([0, 0, 1]);
  });

  test("stops on seconds by the clock it is given, and on an aborted signal", () => {
    let now = 100;
    const timed = metered(evaluator(scenario), { seconds: 5 }, { clock: () => now });
    timed.evaluate(apart);
    now = 105;
    expect(() => timed.evaluate(apart)).toThrow("seconds");
    const control = new AbortController();
    const stopped = metered(evaluator(scenario), {}, { signal: control.signal });
    control.abort();
    expect(() => stopped.evaluate(apart)).toThrow(BudgetExhausted);
    expect(stopped.refused).toBe("stopped");
  });

  test("rejects a budget that is no number of evaluations", () => {
    for (const evaluations of [0, -1, 1.5, Number.NaN])
      expect(() => metered(evaluator(scenario), { evaluations })).toThrow(
        /expected a whole number of at least 1/,
      );
  });

  test("counts private passes as simulations, partial ones by their share, and refuses them alike", () => {
    const meter = metered(evaluator(scenario), { simulations: 3 });
    meter.pass();
    meter.evaluate(together);
    meter.pass(0.25);
    expect([meter.simulations, meter.evaluations, meter.remaining]).toEqual([2.25, 1, 0.75]);
    expect(() => meter.evaluate(apart)).toThrow("simulations");
    meter.pass(0.75);
    expect(() => meter.pass(0.01)).toThrow(BudgetExhausted);
    expect([meter.spent, meter.refused, meter.exhausted]).toEqual([3, "simulations", true]);
    expect(meter.curve).toMatchObject([{ simulations: 2, evaluations: 1 }]);
    expect(meter.best).toMatchObject({ simulation: 2, evaluation: 1 });
  });

  test("counts passes that a budget of evaluations does not limit", () => {
    const meter = metered(evaluator(scenario), { evaluations: 1 });
    for (let i = 0; i < 5; i++) meter.pass();
    meter.evaluate(apart);
    expect([meter.countedIn, meter.spent, meter.simulations]).toEqual(["evaluations", 1, 6]);
  });

  test("stops on CPU seconds by the clock it is given", () => {
    let cpu = 7;
    const meter = metered(evaluator(scenario), { cpuSeconds: 2 }, { cpuClock: () => cpu });
    meter.evaluate(together);
    cpu = 8.5;
    meter.evaluate(apart);
    expect(meter.curve.map(({ cpuSeconds }) => cpuSeconds)).toEqual([0, 1.5]);
    cpu = 9;
    expect(() => meter.pass()).toThrow("CPU seconds");
    expect(meter.remaining).toBe(Number.POSITIVE_INFINITY);
  });

  test("counts engine runs that only read the times of an earlier outcome", () => {
    const meter = metered(evaluator(scenario), {});
    const first = meter.evaluate(together);
    meter.evaluate(apart);
    expect(meter.simulations).toBe(2);
    expect(first.startUs).toHaveLength(3);
    expect([meter.simulations, meter.evaluations]).toEqual([3, 2]);
  });
});

describe("a gate", () => {
  test("lets so much through and no more; counts and best plan stay the meter's", () => {
    const meter = metered(evaluator(scenario), { simulations: 10 });
    meter.evaluate(together);
    const seen: number[] = [];
    const part = allowance(meter, 3, ({ cost }, planOf) => seen.push(cost, asPlacement(planOf()).device[2]));
    part.evaluate(apart);
    part.around(together)!.move(scenario.grouping.groupOf[2], 1);
    part.pass();
    expect(part.exhausted).toBe(true);
    expect(() => part.pass(0.5)).toThrow(BudgetExhausted);
    expect(() => part.evaluate(apart)).toThrow(BudgetExhausted);
    expect(seen).toEqual([30, 1, 30, 1]);
    expect([part.spent, meter.spent, meter.remaining, meter.refused]).toEqual([4, 4, 6, null]);
    expect(part.best).toBe(meter.best);
  });

  test("can keep some back until it is opened", () => {
    const meter = metered(evaluator(scenario), { simulations: 3 });
    let kept = 2;
    const training = gated(meter, { remaining: () => meter.remaining - kept });
    training.evaluate(together);
    expect(() => training.evaluate(together)).toThrow(BudgetExhausted);
    kept = 0;
    training.evaluate(apart);
    expect(meter.spent).toBe(2);
  });
});
