import { expect, test } from "vitest";
import { incomingOf } from "../../../../agents/tensors/kernel/incoming.ts";
import { levelsOf } from "../../../../agents/tensors/kernel/levels.ts";

// 0 -> 1 -> 3 <- 2, and 4 apart.
const incoming = incomingOf(
  { from: Int32Array.of(0, 1, 2), to: Int32Array.of(1, 3, 3), weight: Float32Array.of(1, 2, 3) },
  5,
);

test("a level holds what the next one reads, updated units first", () => {
  const every = Int32Array.of(0, 1, 2, 3, 4);
  const { list: levels } = levelsOf({ incoming, quiet: true }, every, 1, 2);
  expect(levels.map(({ units }) => [...units])).toEqual([[0], [1, 0, 2], [1, 3, 0, 2, 4]]);
  expect(levels.map(({ updated }) => updated)).toEqual([0, 1, 2]);
  const [, , last] = levels;
  expect([...last.incoming.start]).toEqual([0, 1, 3]);
  expect([...last.incoming.from]).toEqual([1, 0, 2]);
  expect([...last.incoming.weight]).toEqual([1, 2, 3]);
  expect([...last.outgoing.start]).toEqual([0, 1, 2, 3]);
  expect([...last.outgoing.from]).toEqual([1, 0, 1]);
  expect([...last.outgoing.weight]).toEqual([2, 1, 3]);
});

test("a state reads its own rows alone", () => {
  const read = Int32Array.of(3 * 2 + 1);
  const { list: levels } = levelsOf({ incoming, quiet: false }, read, 2, 2);
  expect(levels.map(({ units }) => [...units])).toEqual([[1], [3, 5], [7]]);
  expect(levels.map(({ updated }) => updated)).toEqual([0, 2, 1]);
});
