import { expect, test } from "vitest";
import { embeddingTables, withTables } from "../../../../env/model/layout/embedding-tables.ts";
import { meshOf } from "../../../../env/model/layout/mesh-of.ts";
import { batchPlan } from "../../../../env/model/layout/propagation/batch-plan.ts";
import { validatePlan } from "../../../../env/model/plan/plan.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";
import { criteoKaggle } from "../../../../scenarios/workloads/sparse/dlrm.ts";

const scenario = await resolveScenario("dlrm-kaggle/4xP100?batch=64", { objective: "iteration" });
const { graph, cluster } = scenario;
const base = batchPlan(scenario, meshOf(cluster));

test("tables are those of the lookups, the largest first", () => {
  const tables = embeddingTables(graph);
  expect(tables.map(({ rows }) => rows)).toEqual([...criteoKaggle.rows].sort((a, b) => b - a));
  for (const { rows, columns, bytes, lookedBytes } of tables)
    expect([columns, bytes, lookedBytes]).toEqual([16, 4 * rows * columns, 4 * 64 * columns]);
});

test("a table is on a rank, in rows, in columns, or copied; the plan stays valid", () => {
  const [a, b, c, d] = embeddingTables(graph);
  const plan = withTables(graph, base, [
    { table: a, scheme: 3 },
    { table: b, scheme: "rows" },
    { table: c, scheme: "columns" },
    { table: d, scheme: "copied" },
  ]);
  validatePlan(scenario, plan);
  expect(plan.owners).toEqual([{ op: a.op, rank: 3 }]);
  expect(plan.split[a.op]).toBeNull();
  expect(plan.split[b.op]![b.rowDimension]).toEqual([0]);
  expect(plan.split[c.op]![c.columnDimension]).toEqual([0]);
  expect(plan.split[d.op]).toEqual(base.split[d.op]);
});

test("a network without lookups has none", async () => {
  expect(embeddingTables((await resolveScenario("alexnet/4xV100?batch=8")).graph)).toEqual([]);
});
