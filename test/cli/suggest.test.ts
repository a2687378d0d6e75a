import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { editDistance, nearest } from "../../cli/suggest.ts";

const word = fc.string({ unit: fc.constantFrom("a", "b", "c", "-"), maxLength: 8 });

describe("did you mean", () => {
  test("finds a swapped, a missing and an extra letter and a beginning", () => {
    const known = ["compare", "simulate", "solve"];
    expect(nearest("comapre", known)).toBe("compare");
    expect(nearest("simulat", known)).toBe("simulate");
    expect(nearest("soolve", known)).toBe("solve");
    expect(nearest("sim", known)).toBe("simulate");
    expect(nearest("banana", known)).toBeUndefined();
  });

  test("measures a symmetric distance that is zero only for equal words", () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
