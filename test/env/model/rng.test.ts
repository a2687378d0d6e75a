import { describe, expect, test } from "vitest";
import { createRng, restoreRng } from "../../../env/index.ts";

const draws = (rng: { next(): number }) => Array.from({ length: 5 }, () => rng.next());

describe("random streams", () => {
  test("repeat for the same seed and differ for another", () => {
    expect(draws(createRng(7))).toEqual(draws(createRng(7)));
    expect(draws(createRng(7))).not.toEqual(draws(createRng(8)));
  });

  test("give a named child the same stream however much the parent has drawn", () => {
    const parent = createRng(1);
    const early = draws(parent.child("agent"));
    draws(parent);
    expect(draws(parent.child("agent"))).toEqual(early);
    expect(draws(parent.child("env"))).not.toEqual(early);
  });

  test("go on from a saved state exactly, also through JSON", () => {
    const rng = createRng("x");
    draws(rng);
    const saved = JSON.parse(JSON.stringify(rng.state()));
    expect(draws(restoreRng(saved))).toEqual(draws(rng));
  });

  test("shuffle to a permutation and keep integers below their bound", () => {
    const rng = createRng(3);
    expect([...rng.shuffle([1, 2, 3, 4, 5])].sort()).toEqual([1, 2, 3, 4, 5]);
    for (let i = 0; i < 1000; i++) expect(rng.int(3)).toBeLessThan(3);
    const mean = Array.from({ length: 20_000 }, () => rng.normal()).reduce((sum, x) => sum + x / 20_000, 0);
    expect(Math.abs(mean)).toBeLessThan(0.03);
  });
});
