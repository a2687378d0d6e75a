/** Times in order, as a sort by comparison has them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { timeOrder } from "../../../../env/sim/memory/time-order.ts";

test("orders times as a stable sort does", () => {
  const time = fc.oneof(
    fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map(Math.abs),
    fc.nat(3),
    fc.constantFrom(0, Number.MIN_VALUE, 0.1, 1, 2 ** 32, 2 ** 53, Number.MAX_VALUE),
  );
  fc.assert(
    fc.property(fc.array(time, { maxLength: 60 }), (times) => {
      const sorted = times.map((_, i) => i).sort((a, b) => times[a] - times[b] || a - b);
      expect([...timeOrder(Float64Array.from(times))]).toEqual(sorted);
    }),
    { numRuns: 500 },
  );
});

test("orders a part of a longer column", () => {
  const column = Float64Array.from([9, 3, 1, 2, 0]);
  expect([...timeOrder(column.subarray(1, 4))]).toEqual([1, 2, 0]);
  expect([...timeOrder(column.subarray(0, 0))]).toEqual([]);
});
