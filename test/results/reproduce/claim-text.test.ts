/** Numbers of claims as text. */
import { expect, test } from "vitest";
import { measuredText, numberText, sourceText } from "../../../results/reproduce/claim-text.ts";

test.each([
  [80, "80"],
  [36_596, "36,596"],
  [0.92718, "0.9272"],
  [17.78990625, "17.79"],
  [437.997638, "438.0"],
  [0.001234567, "0.001235"],
])("%d is %s", (value, text) => expect(numberText(value)).toBe(text));

test("an interval stands in brackets where it has a width", () => {
  expect(measuredText({ measured: { value: 0.5, low: 0.4, high: 0.6 } })).toBe("0.5000 [0.4000, 0.6000]");
  expect(measuredText({ measured: { value: 2, low: 2, high: 2 } })).toBe("2");
  expect(measuredText({ measured: null })).toBe("-");
});

test("what is from memory says so", () => {
  expect(sourceText({ source: "from memory" })).toBe("from memory, not checked");
});
