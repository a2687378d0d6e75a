import { expect, test } from "vitest";
import { anytimeCurve } from "../../../results/cells/anytime.ts";
import { cell } from "../cells.ts";

const feasible = (evaluations: number, cost: number) => ({
  simulations: evaluations,
  evaluations,
  cost,
  feasible: true,
});
const infeasible = (evaluations: number, cost: number) => ({
  simulations: evaluations,
  evaluations,
  cost,
  feasible: false,
});

test("mean and range of the best so far, from the point where every seed is feasible", () => {
  const { points, end } = anytimeCurve([
    cell({ method: "a", simulations: 10, curve: [feasible(1, 100), feasible(5, 60)] }),
    cell({ method: "a", simulations: 12, curve: [infeasible(1, 900), feasible(3, 80), feasible(7, 70)] }),
  ]);
  expect(points).toEqual([
    { simulations: 3, mean: 90, least: 80, greatest: 100 },
    { simulations: 5, mean: 70, least: 60, greatest: 80 },
    { simulations: 7, mean: 65, least: 60, greatest: 70 },
  ]);
  expect(end).toBe(12);
});

test("no points where one seed never becomes feasible", () => {
  const { points } = anytimeCurve([
    cell({ method: "a", curve: [feasible(1, 100)] }),
    cell({ method: "a", curve: [infeasible(1, 900)] }),
  ]);
  expect(points).toEqual([]);
});
