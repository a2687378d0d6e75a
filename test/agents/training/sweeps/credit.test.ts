import fc from "fast-check";
import { expect, test } from "vitest";
import { returnsOf } from "../../../../agents/training/advantages.ts";
import { credited, type Stretch } from "../../../../agents/training/sweeps/credit.ts";

/** A stretch in which every move stayed. */
const kept = (standing: readonly number[]): Stretch => ({ standing, tried: standing.slice(1) });
const standing = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 9 });
const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);

test("dense and terminal rewards sum to the last utility minus the first", () => {
  fc.assert(
    fc.property(standing, (utilities) => {
      const gain = utilities[utilities.length - 1] - utilities[0];
      const [dense, terminal] = [
        credited("dense", [kept(utilities)]),
        credited("terminal", [kept(utilities)]),
      ];
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
      const returns = returnsOf(credited("minimum", [kept(utilities)]), 1);
      const expected = utilities.slice(1).map((_, i) => Math.max(...utilities.slice(i + 1)) - utilities[i]);
      expect([...returns]).toEqual(expected);
    }),
  );
});

test("a stretch pays nothing for the start of the next one", () => {
  const stretches = [
    [-5, -4],
    [-9, -7, -8],
  ].map(kept);
  expect([...credited("dense", stretches)]).toEqual([1, 2, -1]);
  expect([...credited("terminal", stretches)]).toEqual([1, 0, 1]);
});

test("a move that was taken back pays what it would have changed, and only under `dense`", () => {
  const stretch = { standing: [-5, -5, -3], tried: [-9, -3] };
  expect([...credited("dense", [stretch])]).toEqual([-4, 2]);
  expect([...credited("terminal", [stretch])]).toEqual([0, 2]);
});
