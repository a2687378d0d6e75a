import { expect, test } from "vitest";
import { slowestBytesPerUs } from "../../../../agents/problems/pipeline/equal-devices.ts";
import { groupTables } from "../../../../agents/problems/sharding/embedding-tables.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";

test("each table costs what a step reads and sends of it, and holds its weights", async () => {
  const scenario = await resolveScenario("dlrm-kaggle/8xP100?batch=256");
  const { graph, cluster } = scenario;
  const tables = groupTables(scenario, [0, 1]);
  expect(tables).toHaveLength(26);
  const made = 256 * 16 * 4;
  const cost = made / cluster.devices[0].memoryBytesPerUs + made / slowestBytesPerUs(scenario, [0, 1]);
  for (const { costUs, tables: own, bytes } of tables) {
    expect(costUs).toBeCloseTo(cost, 12);
    expect(bytes).toBeGreaterThanOrEqual(own.reduce((sum, v) => sum + graph.parameterBytes[v], 0));
  }
});

test("a graph without lookups has none", async () => {
  expect(groupTables(await resolveScenario("alexnet/4xV100?batch=8"), [0, 1])).toEqual([]);
});
