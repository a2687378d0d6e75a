/** The share of one GPU's memory that a network takes, on a small network. */
import { expect, test } from "vitest";
import { createLaboratory } from "../../../../results/reproduce/laboratory.ts";
import { fitsUnder } from "../../../../results/reproduce/placement/memory.ts";

const lab = createLaboratory({
  runCell: () => Promise.reject(new Error("no cell is needed")),
  hooks: { clock: () => 0, cpuClock: () => 0 },
  seed: 0,
  jobs: 1,
  keep: (name) => name,
  train: async ({ name }) => name,
  note: () => undefined,
});
const said = {
  statement: "It does not fit.",
  paperFigure: "out of memory",
  source: "from memory",
  rule: { kind: "above", limit: 1 },
  why: "It is small.",
} as const;

test("doubles where the memory is halved, above 1 too", async () => {
  const assumptions = ["1x", "0.5x", "0.0001x"].map((memory) => ({
    under: memory,
    options: `memory=${memory}`,
  }));
  const claims = await fitsUnder(assumptions, "squeezenet/2xK80?batch=1", said, lab);
  const shares = claims.map(({ measured }) => measured!.value);
  expect(shares[0]).toBeGreaterThan(0);
  expect(shares[1] / shares[0]).toBeCloseTo(2, 6);
  expect(claims.map(({ verdict, note }) => [verdict, note])).toEqual([
    ["does not hold", "It is small."],
    ["does not hold", "It is small."],
    ["holds", null],
  ]);
});
