import { describe, expect, test } from "vitest";
import {
  BudgetExhausted,
  createLedger,
  evaluator,
  metered,
  placement,
  testScenario,
} from "../../../../env/index.ts";

const first = testScenario({ graph: "a 10 10B\nb 20 <- a\nc 30" });
const second = testScenario({ graph: "a 5\nb 5" });
const together = placement([0, 0, 0]);
const apart = placement([0, 0, 1]);
const pair = placement([0, 1]);

describe("a ledger", () => {
  test("lets the meters of two scenarios spend one budget of evaluations", () => {
    const ledger = createLedger({ evaluations: 3 });
    const [a, b] = [ledger.meter(evaluator(first)), ledger.meter(evaluator(second))];
    a.evaluate(together);
    b.evaluate(pair);
    a.evaluate(apart);
    expect([a.evaluations, b.evaluations, ledger.evaluations]).toEqual([2, 1, 3]);
    expect([a.spent, b.spent, a.remaining, b.remaining]).toEqual([3, 3, 0, 0]);
    expect(() => b.evaluate(pair)).toThrow(BudgetExhausted);
    expect([b.exhausted, b.refused]).toEqual([true, "evaluations"]);
  });

  test("counts private passes of all meters as simulations", () => {
    const ledger = createLedger({ simulations: 3 });
    const [a, b] = [ledger.meter(evaluator(first)), ledger.meter(evaluator(second))];
    a.pass();
    b.pass(0.5);
    b.evaluate(pair);
    expect(ledger.simulations).toBe(2.5);
    expect(() => a.pass()).toThrow(BudgetExhausted);
    expect(() => a.pass(0.5)).not.toThrow();
  });

  test("keeps best plan and curve for each scenario, with counts of the whole budget", () => {
    const ledger = createLedger({});
    const [a, b] = [ledger.meter(evaluator(first)), ledger.meter(evaluator(second))];
    a.evaluate(together);
    b.evaluate(pair);
    a.evaluate(apart);
    expect(a.best?.evaluation).toBe(3);
    expect(b.best?.plan).toEqual(pair);
    expect(a.curve.map(({ evaluations, cost }) => [evaluations, cost])).toEqual([
      [1, 60],
      [3, 30],
    ]);
  });

  test("ends all meters by its clocks and its signal", () => {
    let now = 100;
    const timed = createLedger({ seconds: 5 }, { clock: () => now });
    now = 104;
    const late = timed.meter(evaluator(first));
    late.evaluate(apart);
    now = 105;
    expect(() => late.evaluate(apart)).toThrow("seconds");
    const control = new AbortController();
    const stopped = createLedger({}, { signal: control.signal }).meter(evaluator(first));
    control.abort();
    expect(() => stopped.evaluate(apart)).toThrow(BudgetExhausted);
  });

  test("goes on from the states of its meters and its clocks", () => {
    const before = createLedger({ evaluations: 3 });
    const [a, b] = [before.meter(evaluator(first)), before.meter(evaluator(second))];
    a.evaluate(apart);
    b.evaluate(pair);
    const from = { elapsedSeconds: 7, cpuSeconds: 3 };
    const after = createLedger({ evaluations: 3 }, { clock: () => 50, cpuClock: () => 60, from });
    const again = after.meter(evaluator(first), a);
    after.meter(evaluator(second), b);
    expect([after.evaluations, again.remaining, after.elapsedSeconds, after.cpuSeconds]).toEqual([
      2, 1, 7, 3,
    ]);
    expect([again.best, again.curve]).toEqual([a.best, a.curve]);
  });

  test("with one meter does what that meter alone does", () => {
    const alone = metered(evaluator(first), { evaluations: 2 });
    const shared = createLedger({ evaluations: 2 }).meter(evaluator(first));
    for (const meter of [alone, shared]) {
      meter.batch([together, apart]);
      expect(() => meter.evaluate(apart)).toThrow(BudgetExhausted);
    }
    const seen = ({ best, curve, spent, remaining, refused }: typeof alone) => ({
      ...{ best, curve, spent, remaining, refused },
    });
    expect(seen(shared)).toEqual(seen(alone));
  });
});
