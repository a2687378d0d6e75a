/** Simulations until plans are as good, of one method over another. */
import { expect, test } from "vitest";
import type { CellResult } from "../../../../results/cells/cell.ts";
import type { LabRun } from "../../../../results/reproduce/contract.ts";
import { OUR_DEFAULT } from "../../../../results/reproduce/placement/assumptions.ts";
import { convergedUnder, type Race } from "../../../../results/reproduce/placement/speeds.ts";
import { fakeLaboratory } from "../fake-laboratory.ts";

const curves: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  quick: [
    [2, 30],
    [10, 10],
  ],
  slow: [
    [8, 30],
    [80, 12],
  ],
};
const cellOf = ({ method }: LabRun): CellResult => {
  const curve = curves[method].map(([simulations, cost]) => ({
    simulations,
    evaluations: simulations,
    cost,
    feasible: true,
  }));
  return { method, simulations: 100, value: curve[1].cost, curve } as unknown as CellResult;
};
const lab = { ...fakeLaboratory(() => 0), cells: async (run: LabRun) => [cellOf(run), cellOf(run)] };

const race: Race = {
  statement: "It is quicker.",
  paperFigure: "8 times",
  source: "from memory",
  rule: { kind: "below", limit: 1 },
  scenarios: ["toy/chain"],
  ours: { name: "the quick one", spec: "quick", simulations: 100 },
  theirs: { name: "the slow one", spec: "slow", simulations: 100 },
};
const ratioOf = async (changes: Partial<Race>) =>
  (await convergedUnder([OUR_DEFAULT], { ...race, ...changes }, 2, lab))[0];

test("the target is the worse of both best plans, so that both reach it", async () => {
  expect((await ratioOf({})).measured?.value).toBeCloseTo(10 / 80);
  const turned = await ratioOf({ ours: race.theirs, theirs: race.ours });
  expect(turned.measured?.value).toBeCloseTo(80 / 10);
  expect(turned.verdict).toBe("does not hold");
});

test("a slack reaches the target sooner, and a target out of reach counts all that was spent", async () => {
  expect((await ratioOf({ slack: 3 })).measured?.value).toBeCloseTo(2 / 8);
  const never = await ratioOf({ ours: race.theirs, theirs: race.ours, target: "theirs" });
  expect(never.measured?.value).toBeCloseTo(100 / 10);
  expect(never.note).toBe("2 of 2 runs never got there; all that they spent is counted.");
});
