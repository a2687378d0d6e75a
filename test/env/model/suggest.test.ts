import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { didYouMean } from "../../../env/model/suggest.ts";

const word = fc.string({ unit: fc.constantFrom("a", "b", "c", "-"), minLength: 1, maxLength: 8 });
const known = ["compare", "simulate", "solve"];

describe("did you mean", () => {
  test.each([
    ["comapre", "compare"],
    ["simulat", "simulate"],
    ["soolve", "solve"],
    ["SOLVE", "solve"],
  ])("%s is taken for %s", (given, meant) => {
    expect(didYouMean(given, known)).toBe(` Did you mean "${meant}"?`);
  });

  test("nothing is proposed for a word that is like none of them", () => {
    expect(didYouMean("banana", known)).toBe("");
    expect(didYouMean("banana", [])).toBe("");
  });

  test("a known word is taken for itself, whatever else is known", () => {
    fc.assert(
      fc.property(word, fc.array(word), (given, others) => {
        expect(didYouMean(given, [...others, given])).toBe(` Did you mean "${given}"?`);
      }),
    );
  });
});
