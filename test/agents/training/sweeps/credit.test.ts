import fc from "fast-check";
import { expect, test } from "vitest";
import { returnsOf } from "../../../../agents/training/advantages.ts";
import { credited } from "../../../../agents/training/sweeps/credit.ts";

const standing = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 9 });
const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);

test("dense and terminal rewards sum to the last utility minus the first", () => {
  fc.assert(
    fc.property(standing, (utilities) => {
      const gain = utilities[utilities.length - 1] - utilities[0];
      const [dense, terminal] = [credited("dense", [utilities]), credited("terminal", [utilities])];
      expect([sum(dense), sum(terminal)]).toEqual([gain, gain]);
      expect([...terminal.slice(0, -1)].every((reward) => reward === 0)).toBe(true);
      dense.forEach((reward, i) => {
        expect(reward).toBe(utilities[i + 1] - utilities[i]);
      });
    }),
  );
});

test("under `minimum` the return of a step is the best later utility minus the one before it", () => {
  fc.assert(
    fc.property(standing, (utilities) => {
      const returns = returnsOf(credited("minimum", [utilities]), 1);
      const expected = utilities.slice(1).map((_, i) => Math.max(...utilities.slice(i + 1)) - utilities[i]);
      expect([...returns]).toEqual(expected);
    }),
  );
});

test("a stretch pays nothing for the start of the next one", () => {
  const stretches = [
    [-5, -4],
    [-9, -7, -8],
  ];
  expect([...credited("dense", stretches)]).toEqual([1, 2, -1]);
  expect([...credited("terminal", stretches)]).toEqual([1, 0, 1]);
});
