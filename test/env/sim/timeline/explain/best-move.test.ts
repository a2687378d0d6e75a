import fc from "fast-check";
import { expect, test } from "vitest";
import {
  betterMove,
  evaluator,
  type Move,
  movedPlan,
  OrderDeadlock,
  placement,
  singleMoveCount,
  singleMoves,
  testScenario,
} from "../../../../../env/index.ts";

const scenario = testScenario({ graph: "a 10 100B\nb 10 8B <- a\nc 30 <- b", devices: 2 });
const score = evaluator(scenario);

test("a move after which the order of ops waits for itself has no outcome; every other has its own", () => {
  const orders = fc.uniqueArray(fc.nat(9), { minLength: 3, maxLength: 3 });
  let stuck = 0;
  fc.assert(
    fc.property(fc.array(fc.nat(1), { minLength: 3, maxLength: 3 }), orders, (device, order) => {
      const plan = placement(device, order);
      fc.pre(runs(() => score.evaluate(plan)));
      const moves = [...singleMoves(score, plan)];
      expect(moves).toHaveLength(singleMoveCount(scenario, plan));
      for (const { group, to, outcome } of moves) {
        const moved = movedPlan(scenario, plan, group, to);
        if (outcome === null) {
          stuck++;
          expect(() => score.evaluate(moved)).toThrow(OrderDeadlock);
        } else expect(outcome.cost).toBe(score.evaluate(moved).cost);
      }
    }),
  );
  expect(stuck).toBeGreaterThan(0);
});

test("the better of two moves is never one without an outcome", () => {
  const plan = placement([0, 1, 1], [2, 1, 3]);
  const moves = [...singleMoves(score, plan)];
  expect(moves.some(({ outcome }) => outcome === null)).toBe(true);
  const best = moves.reduce<Move | null>(betterMove, null);
  const costs = moves.flatMap(({ outcome }) => (outcome === null ? [] : [outcome.cost]));
  expect(best!.outcome.cost).toBe(Math.min(...costs));
});

function runs(evaluate: () => unknown): boolean {
  try {
    evaluate();
    return true;
  } catch (error) {
    if (error instanceof OrderDeadlock) return false;
    throw error;
  }
}
