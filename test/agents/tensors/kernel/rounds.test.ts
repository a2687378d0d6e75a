import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { computeNumbers } from "../../../../agents/tensors/kernel/workspace.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import type { Tf } from "../../../../agents/tensors/types.ts";
import { drawn } from "../../../law-runs.ts";
import { testBackend } from "../test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

/** Rows of small numbers, many of them 0, the sign of 0 included. */
const tables = fc.integer({ min: 1, max: 40 }).chain((width) =>
  fc.record({
    width: fc.constant(width),
    rows: fc.array(
      fc.oneof(
        fc.constant(new Float32Array(width).fill(-0)),
        fc
          .array(fc.constantFrom(0, -0, 0, 2, -3, 0.5), { minLength: width, maxLength: width })
          .map((values) => Float32Array.from(values)),
      ),
      { minLength: 1, maxLength: 9 },
    ),
  }),
);

const flat = (rows: readonly Float32Array[]): Float32Array =>
  Float32Array.from(rows.flatMap((row) => [...row]));

test("rows that are not 0 are found, gathered and spread to where they were", () => {
  fc.assert(
    fc.property(tables, ({ width, rows }) => {
      const wanted = rows.flatMap((row, i) => (row.some((x) => x !== 0) ? [i] : []));
      const size = rows.length * width;
      computeNumbers(tf, (workspace) => {
        const { kernel } = workspace;
        const table = workspace.copy(flat(rows));
        const index = workspace.scratch(rows.length);
        expect(kernel.activeRows(table, rows.length, width, index)).toBe(wanted.length);
        expect([...workspace.ints(index, wanted.length)]).toEqual(wanted);

        const few = workspace.scratch(size);
        kernel.gatherRows(table, index, 0, wanted.length, width, few);
        expect(workspace.floats(few, wanted.length * width)).toEqual(flat(wanted.map((i) => rows[i])));

        const spread = workspace.copy(new Float32Array(size).fill(7));
        kernel.spreadRows(few, index, wanted.length, rows.length, width, spread);
        const zeros = new Float32Array(width);
        const whole = rows.map((row, i) => (wanted.includes(i) ? row : zeros));
        expect(workspace.floats(spread, size)).toEqual(flat(whole));

        kernel.clearAll(spread, size);
        expect(workspace.floats(spread, size)).toEqual(new Float32Array(size));
      });
    }),
    { numRuns: drawn(60) },
  );
});

test("a mask passes the gradient of chosen rows where the output was above 0", () => {
  fc.assert(
    fc.property(tables, fc.boolean(), ({ width, rows }, some) => {
      const chosen = rows.flatMap((_, i) => (some && i % 2 === 0 ? [] : [i]));
      const gradient = rows.map((_, i) => Float32Array.from({ length: width }, (_, j) => 1 + i + j / 64));
      const wanted = chosen.map((i) => gradient[i].map((d, j) => (rows[i][j] > 0 ? d : 0)));
      const size = chosen.length * width;
      const result = computeNumbers(tf, (workspace) => {
        const { kernel } = workspace;
        const mask = workspace.scratch(Math.ceil((rows.length * width) / 4));
        kernel.maskOf(workspace.copy(flat(rows)), rows.length * width, mask);
        const to = workspace.scratch(size);
        const index = some ? workspace.copy(Int32Array.from(chosen)) : 0;
        kernel.maskBack(
          workspace.copy(flat(chosen.map((i) => gradient[i]))),
          mask,
          index,
          chosen.length,
          width,
          to,
        );
        return workspace.floats(to, size);
      });
      expect(result).toEqual(flat(wanted));
    }),
    { numRuns: drawn(60) },
  );
});
