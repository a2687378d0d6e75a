import { expect, test } from "vitest";
import { slowestBytesPerUs } from "../../../../agents/problems/pipeline/equal-devices.ts";
import { tableCostsUs } from "../../../../agents/problems/sharding/embedding-tables.ts";
import { embeddingTables } from "../../../../env/model/layout/embedding-tables.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";

test("each table costs what a step reads and sends of it", async () => {
  const scenario = await resolveScenario("dlrm-kaggle/8xP100?batch=256");
  const made = 256 * 16 * 4;
  const { memoryBytesPerUs } = scenario.cluster.devices[0];
  const cost = made / memoryBytesPerUs + made / slowestBytesPerUs(scenario, [0, 1]);
  const costs = tableCostsUs(scenario, [0, 1], embeddingTables(scenario.graph));
  expect(costs).toHaveLength(26);
  for (const own of costs) expect(own).toBeCloseTo(cost, 12);
});
