import fc from "fast-check";
import { expect, test } from "vitest";
import {
  atomGap,
  atomValues,
  projected,
  type ValueAtoms,
} from "../../../../../agents/training/algorithms/rainbow/value-atoms.ts";

const atoms: ValueAtoms = { low: -2, high: 2, count: 9 };

/** The obvious twin: every atom takes a share of every shifted one, by their distance. */
function slowlyProjected(probabilities: readonly number[], reward: number, discount: number): number[] {
  const values = [...atomValues(atoms)];
  return values.map((value) =>
    values.reduce((sum, from, j) => {
      const moved = Math.min(atoms.high, Math.max(atoms.low, reward + discount * from));
      return sum + probabilities[j] * Math.max(0, 1 - Math.abs(moved - value) / atomGap(atoms));
    }, 0),
  );
}

const distribution = fc
  .array(fc.nat(10), { minLength: atoms.count, maxLength: atoms.count })
  .filter((all) => all.some((mass) => mass > 0))
  .map((all) => all.map((mass) => mass / all.reduce((a, b) => a + b)));
const row = fc.tuple(
  distribution,
  fc.double({ min: -4, max: 4, noNaN: true }),
  fc.constantFrom(0, 0.5, 0.97, 1),
);

test("projects as every atom's share of every other one does", () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 4 }), (rows) => {
      const found = projected(
        atoms,
        Float32Array.from(rows.flatMap(([masses]) => masses)),
        rows.map(([, reward]) => reward),
        rows.map(([, , discount]) => discount),
      );
      rows.forEach(([masses, reward, discount], r) => {
        slowlyProjected(masses, reward, discount).forEach((mass, i) => {
          expect(found[r * atoms.count + i]).toBeCloseTo(mass, 5);
        });
      });
    }),
  );
});

test("keeps all mass, and the mean where nothing is outside", () => {
  const inside = fc.tuple(distribution, fc.double({ min: -0.9, max: 0.9, noNaN: true }));
  fc.assert(
    fc.property(inside, ([masses, reward]) => {
      const found = projected(atoms, Float32Array.from(masses), [reward], [0.5]);
      const mean = (all: ArrayLike<number>) =>
        Array.from(all).reduce((sum, mass, i) => sum + mass * atomValues(atoms)[i], 0);
      expect(found.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      expect(mean(found)).toBeCloseTo(reward + 0.5 * mean(masses), 5);
    }),
  );
});

test("puts all mass of an ended episode at its reward", () => {
  const masses = new Float32Array(atoms.count).fill(1 / atoms.count);
  expect([...projected(atoms, masses, [0.5], [0])]).toEqual([0, 0, 0, 0, 0, 1, 0, 0, 0]);
  expect(projected(atoms, masses, [9], [0])[8]).toBeCloseTo(1, 6);
});
