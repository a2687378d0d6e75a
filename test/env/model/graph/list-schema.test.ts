/** Lists that stop at their first wrong item. */
import { expect, test } from "vitest";
import { z } from "zod";
import { sentenceOf } from "../../../../env/model/file.ts";
import { listOf } from "../../../../env/model/graph/list-schema.ts";

const schema = z.object({ list: listOf(z.object({ id: z.int(), name: z.string().optional() }), 3) });
const sentence = (value: unknown): string => {
  const parsed = schema.safeParse(value);
  if (parsed.success) throw new Error("it was accepted");
  expect(parsed.error.issues).toHaveLength(1);
  return sentenceOf(parsed.error);
};

test("items are what their schema makes of them", () => {
  expect(
    schema.parse({
      list: [
        { id: 1, other: 2 },
        { id: 2, name: "b" },
      ],
    }),
  ).toEqual({
    list: [{ id: 1 }, { id: 2, name: "b" }],
  });
});

test("the first wrong item is the only mistake that is told", () => {
  expect(sentence({ list: [{ id: 1 }, {}, {}] })).toBe("list[1].id is missing, expected number.");
  expect(sentence({ list: [{ id: 1, name: 5 }, {}] })).toMatch(/^list\[0\]\.name: .*expected string/);
  expect(sentence({ list: {} })).toMatch(/^list: .*expected array/);
  expect(sentence({})).toMatch(/^list is missing, expected array/);
});

test("a list that is too long is refused before its items are read", () => {
  expect(sentence({ list: [0, 0, 0, 0] })).toBe("list: has 4 entries, expected at most 3.");
});
