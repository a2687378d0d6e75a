/** Arguments as Python prints them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { readArguments, refsIn } from "../../../../scenarios/import/torch-fx/arguments.ts";

const read = (text: string, ...inputs: string[]) => readArguments(text, new Set(inputs));

test.each([
  ["(x, x, 2)", [{ node: "x" }, { node: "x" }, 2]],
  ["(x,)", [{ node: "x" }]],
  ["()", []],
  [
    "(x, [h0, c0], True, None, 1e-05, -1)",
    [{ node: "x" }, [{ word: "h0" }, { word: "c0" }], true, null, 1e-5, -1],
  ],
  ["('bij,bjk->bik', [x])", ["bij,bjk->bik", [{ node: "x" }]]],
  ["{'dim': 1, 'other': x}", [1, { node: "x" }]],
  ["(x, slice(None, x, None), ...)", [{ node: "x" }, [null, { node: "x" }, null], { word: "..." }]],
  ["(torch.float32, device(type='cpu'), inf)", [{ word: "torch.float32" }, ["cpu"], { word: "inf" }]],
])("%s", (text, meaning) => expect(read(text, "x")).toEqual(meaning));

test.each(["", "x", "(x", "(x))", "(x]", "('x)", "(((((((((((((((((((((((((((((((((((x"])(
  "%s is no tuple",
  (text) => expect(read(text, "x")).toBeNull(),
);

test("nested brackets and any other text end in a list or null", () => {
  expect(read("(".repeat(200_000))).toBeNull();
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(..."()[]{},:='\"x1 .-\\".split("")), maxLength: 60 }),
      (text) => {
        const list = read(text, "x");
        for (const name of (list ?? []).flatMap(refsIn)) expect(name).toBe("x");
      },
    ),
  );
});
