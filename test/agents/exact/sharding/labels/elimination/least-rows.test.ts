import fc from "fast-check";
import { expect, test } from "vitest";
import { leastRows } from "../../../../../../agents/exact/sharding/labels/elimination/least-rows.ts";
import { rowTable, type Table } from "../../../../../../agents/exact/sharding/labels/elimination/table.ts";
import { everyLabeling } from "../../../../../../agents/exact/sharding/labels/enumeration.ts";

const NODE = 3;

/** Tables over node 3 and some of nodes 0 to 2, in any order. Values are few, so many are equal. */
const problems = fc
  .tuple(...Array.from({ length: NODE + 1 }, () => fc.integer({ min: 1, max: 4 })))
  .chain((sizes) => {
    const table = fc.shuffledSubarray([0, 1, 2]).chain((others) =>
      fc.shuffledSubarray([...others, NODE], { minLength: others.length + 1 }).chain((scope) => {
        const length = scope.reduce((product, node) => product * sizes[node], 1);
        return fc
          .array(fc.constantFrom(-2, -1, 0, 1, 2, Number.POSITIVE_INFINITY), {
            minLength: length,
            maxLength: length,
          })
          .map((values): Table => ({ scope, values: Float64Array.from(values) }));
      }),
    );
    return fc.record({ sizes: fc.constant(sizes), tables: fc.array(table, { minLength: 1, maxLength: 4 }) });
  });

test("each row has the least sum and the first label of it, for tables in any arrangement", () => {
  fc.assert(
    fc.property(problems, ({ sizes, tables }) => {
      const dependent = [0, 1, 2].filter((node) =>
        tables.some(({ scope }) => Array.from(scope).includes(node)),
      );
      const rows = tables.map((table) => rowTable(table, NODE, dependent, sizes));
      const found = leastRows(
        rows,
        dependent.map((node) => sizes[node]),
        sizes[NODE],
      );
      const cost = (labels: readonly number[]) =>
        tables.reduce((sum, { scope, values }) => {
          const index = Array.from(scope).reduce((at, node) => at * sizes[node] + labels[node], 0);
          return sum + values[index];
        }, 0);
      const spaces = dependent.map((node) => new Float64Array(sizes[node]));
      const expected = Array.from(everyLabeling({ nodes: spaces, edges: [] }), (chosen) => {
        const labels = [0, 0, 0];
        dependent.forEach((node, i) => {
          labels[node] = chosen[i];
        });
        const sums = Array.from({ length: sizes[NODE] }, (_, label) => cost([...labels, label]));
        const least = Math.min(...sums);
        return [least, sums.indexOf(least)];
      });
      expect(Array.from(found.values, (value, row) => [value, found.labels[row]])).toEqual(expected);
    }),
  );
});
