import fc from "fast-check";
import { expect, test } from "vitest";
import { blocksOf, type Span } from "../../../../results/page/charts/blocks.ts";

/** Spans one after the other with gaps between them. */
const lanes = fc
  .array(fc.record({ gap: fc.nat(20), length: fc.nat(30), kind: fc.constantFrom("forward", "backward") }), {
    maxLength: 60,
  })
  .map((parts) => {
    let now = 0;
    return parts.map(({ gap, length, kind }, i): Span => {
      const start = now + gap;
      now = start + length;
      return { start, end: now, kind, name: `op${i}` };
    });
  });

test("no op is lost, no time is made up, and blocks neither overlap nor change order", () => {
  fc.assert(
    fc.property(lanes, fc.integer({ min: 1, max: 20 }), (spans, visible) => {
      const blocks = blocksOf(spans, visible);
      const drawn = spans.filter(({ start, end }) => end > start);
      expect(blocks.reduce((sum, { count }) => sum + count, 0)).toBe(drawn.length);
      const busy = drawn.reduce((sum, { start, end }) => sum + end - start, 0);
      expect(blocks.reduce((sum, block) => sum + block.busy, 0)).toBe(busy);
      blocks.forEach((block, i) => {
        expect(block.end).toBeGreaterThan(block.start);
        if (i > 0) expect(block.start).toBeGreaterThanOrEqual(blocks[i - 1].end);
      });
    }),
  );
});

test("an op wide enough to see has a block of its own", () => {
  const spans: Span[] = [
    { start: 0, end: 1, kind: "forward", name: "a" },
    { start: 1, end: 50, kind: "backward", name: "b" },
    { start: 50, end: 51, kind: "forward", name: "c" },
  ];
  expect(blocksOf(spans, 10).map(({ first, count }) => [first, count])).toEqual([
    ["a", 1],
    ["b", 1],
    ["c", 1],
  ]);
});

test("narrow neighbours become one block of the kind on which it spends most time", () => {
  const spans: Span[] = [
    { start: 0, end: 1, kind: "forward", name: "a" },
    { start: 1, end: 3, kind: "backward", name: "b" },
    { start: 3, end: 4, kind: "forward", name: "c" },
  ];
  expect(blocksOf(spans, 10)).toEqual([
    { start: 0, end: 4, kind: "forward", first: "a", last: "c", count: 3, busy: 4 },
  ]);
});
