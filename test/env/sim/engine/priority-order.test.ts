import fc from "fast-check";
import { expect, test } from "vitest";
import { priorityOrder, priorityRanks, successors } from "../../../../env/sim/engine/priority-order.ts";

const priorities = fc.oneof(
  fc.array(fc.constantFrom(-1.5, -0, 0, 0.5, 1, 2, 7, 1e12), { maxLength: 12 }),
  fc.nat(12).chain((count) =>
    fc.shuffledSubarray(
      Array.from({ length: count }, (_, i) => i),
      { minLength: count },
    ),
  ),
);

test("is that of a sort by priority, then op, whether the priorities are positions or not", () => {
  fc.assert(
    fc.property(priorities, fc.integer({ min: 1, max: 3 }), (given, devices) => {
      const ops = [...given.keys()].sort((a, b) => given[a] - given[b] || a - b);
      const opPriority = Float64Array.from(given);
      expect([...priorityOrder(opPriority)]).toEqual(ops);
      expect(ops.map((v) => priorityRanks(opPriority)[v])).toEqual([...ops.keys()]);
      const device = Int32Array.from(given, (_, v) => (v * 7) % devices);
      const follower = given.map((_, v) => {
        const own = ops.filter((other) => device[other] === device[v]);
        return own[own.indexOf(v) + 1] ?? -1;
      });
      expect([...successors(device, opPriority)]).toEqual(follower);
    }),
    { numRuns: 500 },
  );
});
