import { describe, expect, it } from "vitest";
import { BudgetExhausted, evaluator, metered, placement, testScenario } from "../../../../env/index.ts";

const scenario = testScenario({ graph: "a 10 10B\nb 20 <- a\nc 30" });
const apart = placement([0, 0, 1]);
const together = placement([0, 0, 0]);

describe("the metered evaluator", () => {
  it("charges evaluate, batch and move alike and refuses when the budget is spent", () => {
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

  it("keeps the best plan and every improvement, also when a batch is cut short", () => {
    const meter = metered(evaluator(scenario), { evaluations: 2 });
    expect(() => meter.batch([together, apart, together])).toThrow(BudgetExhausted);
    expect(meter.best?.plan).toEqual(apart);
    expect(meter.curve.map(({ evaluations, cost }) => [evaluations, cost])).toEqual([
      [1, 60],
      [2, 30],
    ]);
  });

  it("keeps a plan found by a move as the moved plan, not the one it started from", () => {
    const meter = metered(evaluator(scenario), {});
    meter.around(together)!.move(scenario.grouping.groupOf[2], 1);
    expect([...meter.best!.plan.device]).toEqual([0, 0, 1]);
    expect([...together.device]).toEqual([0, 0, 0]);
  });

  it("keeps a copy of the best plan, so that a caller may go on changing its own", () => {
    const meter = metered(evaluator(scenario), {});
    const plan = placement([0, 0, 1]);
    meter.evaluate(plan);
    plan.device.fill(0);
    expect([...meter.best!.plan.device]).toEqual([0, 0, 1]);
  });

  it("stops on seconds by the clock it is given, and on an aborted signal", () => {
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

  it("rejects a budget that is no number of evaluations", () => {
    for (const evaluations of [0, -1, 1.5, Number.NaN])
      expect(() => metered(evaluator(scenario), { evaluations })).toThrow(
        /expected a whole number of at least 1/,
      );
  });
});
