/** Values of systems by seed: cells of a method, or one plan for all seeds. */
import { expect, test } from "vitest";
import { method, ONE_GPU } from "../../../../results/reproduce/placement/systems.ts";
import { fakeLaboratory } from "../fake-laboratory.ts";

test("a method has a value for each seed, within its simulations", async () => {
  const lab = fakeLaboratory((_, seed) => 10 + seed);
  expect(await method("hill climbing", "hill-climb", 50).values("toy/chain", 3, lab)).toEqual([10, 11, 12]);
  expect(lab.asked).toEqual([{ scenario: "toy/chain", method: "hill-climb", simulations: 50, seeds: 3 }]);
});

test("a plan placed by hand is scored once for each scenario and laboratory", async () => {
  let scored = 0;
  const lab = {
    ...fakeLaboratory(() => 0),
    numberOn: async (address: string) => {
      scored++;
      return address === "toy/chain" ? 7 : null;
    },
  };
  expect(await ONE_GPU.values("toy/chain", 2, lab)).toEqual([7, 7]);
  expect(await ONE_GPU.values("toy/chain", 3, lab)).toEqual([7, 7, 7]);
  expect(await ONE_GPU.values("toy/other", 1, lab)).toEqual([null]);
  expect(scored).toBe(2);
  await ONE_GPU.values("toy/chain", 1, { ...lab });
  expect(scored).toBe(3);
});
