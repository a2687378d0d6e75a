/** Options behind a question mark: what they mean, and the one sentence that each mistake gets. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../../../env/model/errors.ts";
import { type Query, queryText, readQuery } from "../../../../env/model/user/query.ts";

const where = 'Tea "mint"';
const read = (text: string) => readQuery(where, text);

describe("a query", () => {
  test("is pairs of texts in the given order", () => {
    expect([...read("cups=3&sugar=no&note=").given]).toEqual([
      ["cups", "3"],
      ["sugar", "no"],
      ["note", ""],
    ]);
    expect(read("").given.size).toBe(0);
    expect(read("&cups=3&").text("cups")).toBe("3");
  });

  test("decodes percent signs in names and values, once", () => {
    expect([...read("a%3Db=c%26d&e=%2525").given]).toEqual([
      ["a=b", "c&d"],
      ["e", "%25"],
    ]);
  });

  test("keeps the equals signs and plus signs of a value", () => {
    expect(read("note=a=b+c").text("note")).toBe("a=b+c");
  });

  test("is read again from its text", () => {
    const name = fc.string({ minLength: 1, unit: "binary" });
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, fc.string({ unit: "binary" })), { selector: ([key]) => key }),
        (pairs) => {
          const text = queryText(new Map(pairs));
          expect([...read(text).given]).toEqual(pairs);
          expect(text).not.toContain("?");
        },
      ),
    );
  });

  test("gives nothing for options that are not there", () => {
    const none = read("");
    expect([
      none.text("cups"),
      none.number("cups"),
      none.integer("cups", { min: 1, max: 9 }),
      none.oneOf("cups", ["one"]),
    ]).toEqual([undefined, undefined, undefined, undefined]);
  });

  test("reads numbers, whole numbers and words", () => {
    const query = read("cups=3&strength=0.5&kind=green");
    expect(query.integer("cups", { min: 1, max: 3 })).toBe(3);
    expect(query.number("strength", { min: 0.5, max: 1 })).toBe(0.5);
    expect(query.number("strength")).toBe(0.5);
    expect(query.oneOf("kind", ["black", "green"])).toBe("green");
  });

  test("leaves options out", () => {
    const query = read("cups=3&kind=green").without(["cups", "sugar"]);
    expect([...query.given]).toEqual([["kind", "green"]]);
    expect(query.where).toBe(where);
  });

  test("accepts known names and names that begin as one that ends in .*", () => {
    expect(() => read("cups=3&leaf.size=2").expectOnly("mint", ["cups", "leaf.*"])).not.toThrow();
  });
});

describe("a mistake is one sentence that says where", () => {
  const range = { min: 1, max: 9 };
  test.each<[string, (query: Query) => unknown, string]>([
    ["cups", () => 0, 'option "cups" has no value, expected OPTION=VALUE.'],
    ["=3", () => 0, 'option "=3" has no name, expected OPTION=VALUE.'],
    ["cups=3&cups=4", () => 0, 'option "cups" is given twice.'],
    ["cups=3&cup%73=4", () => 0, 'option "cups" is given twice.'],
    ["cups=%zz", () => 0, '"%zz" has a % that no two hexadecimal digits follow.'],
    ["cups=x", (query) => query.number("cups"), 'option "cups" is "x", expected a number.'],
    ["cups=", (query) => query.number("cups"), 'option "cups" is "", expected a number.'],
    ["cups= ", (query) => query.integer("cups"), 'option "cups" is " ", expected a whole number.'],
    ["cups=1e999", (query) => query.number("cups"), 'option "cups" is "1e999", expected a number.'],
    [
      "cups=0",
      (query) => query.number("cups", range),
      'option "cups" is "0", expected a number from 1 to 9.',
    ],
    [
      "cups=1.5",
      (query) => query.integer("cups", range),
      'option "cups" is "1.5", expected a whole number from 1 to 9.',
    ],
    [
      "cups=10",
      (query) => query.integer("cups", range),
      'option "cups" is "10", expected a whole number from 1 to 9.',
    ],
    [
      "kind=geen",
      (query) => query.oneOf("kind", ["black", "white", "green"]),
      'option "kind" is "geen", expected black, white or green. Did you mean "green"?',
    ],
    ["kind=red", (query) => query.oneOf("kind", ["black"]), 'option "kind" is "red", expected black.'],
    [
      "cup=3",
      (query) => query.expectOnly("mint", ["cups", "kind"]),
      'option "cup" is not known. Did you mean "cups"?',
    ],
    ["cup=3", (query) => query.expectOnly("mint", []), 'option "cup" is not known; mint takes none.'],
  ])("%s", (text, use, sentence) => {
    expect(() => use(read(text))).toThrow(new InputError(`${where}: ${sentence}`));
  });
});
