import { expect, test } from "vitest";
import {
  named,
  withoutSpecialCases,
} from "../../../../../agents/search/rewriting/substitutions/candidates.ts";
import { generalised } from "../../../../../agents/search/rewriting/substitutions/generalise.ts";
import { generate } from "../../../../../agents/search/rewriting/substitutions/generate.ts";
import { agreement } from "../../../../../agents/search/rewriting/substitutions/instances.ts";
import { isProven } from "../../../../../agents/search/rewriting/substitutions/proof.ts";
import { properties } from "../../../../../agents/search/rewriting/substitutions/properties.ts";
import { createRng } from "../../../../../env/index.ts";
import { substitutionOf } from "../../../../../env/model/graph/rewriting/substitution.ts";
import { verified } from "../../../../../env/model/graph/rewriting/verified/verified.ts";

const rng = () => createRng("substitutions");

test("every property agrees on 20 random shapes", () => {
  for (const property of properties) expect(agreement(property, 20, rng()), property.text).toBe(20);
});

test("every eighth verified substitution agrees on random shapes and follows from the properties", () => {
  expect(verified.length).toBeGreaterThan(100);
  for (const [i, each] of verified.entries()) {
    if (i % 8 !== 0) continue;
    expect(agreement(each, 20, rng()), each.text).toBe(20);
    expect(isProven(each, rng()), each.text).toBe(true);
  }
});

test.each([
  "conv(map(x),t) => convMap(x,t)",
  "matmul(a,b) => matmul(b,a)",
  "concat[-1](a,b) => concat[-1](b,a)",
  "affine(conv(x,t),p,q) => bias(conv(x,t),q)",
  "avgPool(bias(x,p)) => bias(avgPool(x),p)",
])("what does not hold neither agrees nor is proven: %s", (text) => {
  const wrong = substitutionOf(text);
  expect(agreement(wrong, 100, rng())).toBeLessThan(100);
  expect(isProven(wrong, rng())).toBe(false);
});

test("graphs of two operators give the same substitutions each time", () => {
  const [first, second] = [0, 1].map(() => generate(2, createRng(0)));
  expect(first.substitutions.map(({ text }) => text)).toEqual(second.substitutions.map(({ text }) => text));
  expect(first.counts).toEqual(second.counts);
  const texts = new Set(first.substitutions.map(({ text }) => text));
  expect(texts).toContain("map(conv(x,t)) => convMap(x,t)");
});

test("variables are renamed in order, made different where they may be, and special cases dropped", () => {
  expect(named("matmul(c,a) => add(a,c)")).toBe("matmul(a,b) => add(b,a)");
  expect(generalised("map(concat[-1](a,a)) => concat[-1](map(a),map(a))", rng())).toBe(
    "map(concat[-1](a,b)) => concat[-1](map(a),map(b))",
  );
  expect(withoutSpecialCases(["add(a,b) => add(b,a)", "add(a,a) => add(a,a)"])).toEqual([
    "add(a,b) => add(b,a)",
  ]);
});
