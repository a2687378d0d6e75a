import fc from "fast-check";
import { expect, test } from "vitest";
import { missingWords } from "../../../../../../agents/exact/sharding/labels/pase/moves.ts";

test("a part that overlaps what is held needs the rest", () => {
  expect(missingWords([8, 8], [2, 1], [1, 2])).toBe(8 * 4 - 4 * 4);
  expect(missingWords([8, 8], [2, 2], [1, 2])).toBe(8 * 4 - 4 * 4);
});

test("nothing counts as held where the consumer has more parts, though its part is smaller", () => {
  expect(missingWords([8, 8], [2, 1], [4, 1])).toBe(16);
});

test("nothing moves where the splits are the same, and a move is never above the part", () => {
  const splits = fc.tuple(fc.constantFrom(1, 2, 4, 8), fc.constantFrom(1, 2, 4, 8));
  fc.assert(
    fc.property(splits, splits, (made, needed) => {
      expect(missingWords([8, 8], made, made)).toBe(0);
      const words = missingWords([8, 8], made, needed);
      expect(words).toBeGreaterThanOrEqual(0);
      expect(words).toBeLessThanOrEqual(64 / (needed[0] * needed[1]));
    }),
  );
});
