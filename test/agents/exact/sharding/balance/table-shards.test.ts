import fc from "fast-check";
import { expect, test } from "vitest";
import {
  bestTableShards,
  type Shard,
  type TableProblem,
} from "../../../../../agents/exact/sharding/balance/table-shards.ts";

const shard = fc.record({ cost: fc.integer({ min: 1, max: 9 }), bytes: fc.integer({ min: 1, max: 5 }) });
const scheme = (devices: number) =>
  fc
    .array(shard, { minLength: 1, maxLength: devices })
    .chain((shards) =>
      fc.boolean().map((alike) => ({ name: "s", shards: alike ? shards.map(() => shards[0]) : shards })),
    );
const problems = fc.integer({ min: 1, max: 3 }).chain((devices) =>
  fc.record({
    devices: fc.constant(devices),
    limit: fc.integer({ min: 3, max: 12 }),
    tables: fc.array(fc.array(scheme(devices), { minLength: 1, maxLength: 2 }), { maxLength: 3 }),
  }),
);

/** All ways to put shards on different devices. */
function* placements(
  count: number,
  devices: number,
  used: readonly number[] = [],
): Generator<readonly number[]> {
  if (used.length === count) {
    yield used;
    return;
  }
  for (let device = 0; device < devices; device++)
    if (!used.includes(device)) yield* placements(count, devices, [...used, device]);
}

function bruteForce({ devices, limit, tables }: TableProblem): number | null {
  let best: number | null = null;
  const visit = (table: number, loads: readonly number[], filled: readonly number[]): void => {
    if (filled.some((bytes) => bytes > limit)) return;
    if (table === tables.length) {
      best = Math.min(best ?? Number.POSITIVE_INFINITY, Math.max(...loads));
      return;
    }
    for (const { shards } of tables[table])
      for (const on of placements(shards.length, devices)) {
        const added = (values: readonly number[], of: (shard: Shard) => number) =>
          values.map((value, device) => value + (on.includes(device) ? of(shards[on.indexOf(device)]) : 0));
        visit(
          table + 1,
          added(loads, ({ cost }) => cost),
          added(filled, ({ bytes }) => bytes),
        );
      }
  };
  const none = new Array<number>(devices).fill(0);
  visit(0, none, none);
  return best;
}

test("equals trying every scheme and device", () => {
  fc.assert(
    fc.property(problems, (problem) => {
      expect(bestTableShards(problem)?.largest ?? null).toBe(bruteForce(problem));
    }),
    { numRuns: 200 },
  );
});

test("the plan has the cost that it tells, and fits", () => {
  fc.assert(
    fc.property(problems, (problem) => {
      const plan = bestTableShards(problem);
      if (plan === null) return;
      const loads = new Float64Array(problem.devices);
      const filled = new Float64Array(problem.devices);
      problem.tables.forEach((schemes, table) => {
        const { shards } = schemes[plan.schemeOf[table]];
        expect(new Set(plan.devicesOf[table]).size).toBe(shards.length);
        shards.forEach(({ cost, bytes }, i) => {
          loads[plan.devicesOf[table][i]] += cost;
          filled[plan.devicesOf[table][i]] += bytes;
        });
      });
      expect(Math.max(...loads)).toBe(plan.largest);
      expect(Math.max(...filled)).toBeLessThanOrEqual(problem.limit);
    }),
  );
});
