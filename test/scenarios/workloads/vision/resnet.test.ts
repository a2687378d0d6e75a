/** Wide residual networks: the sizes that Alpa names, and depths that there are not. */
import { expect, test } from "vitest";
import { resolveScenario } from "../../../../scenarios/index.ts";

const billionsOf = async (options: string): Promise<number> => {
  const { graph } = await resolveScenario(`wide-resnet/1xV100?phase=inference&batch=1&${options}`);
  return graph.parameterBytes.reduce((sum, bytes) => sum + bytes, 0) / 4e9;
};

test.each([
  ["channels=160", 0.25],
  ["channels=224", 0.5],
  ["channels=320", 1],
  ["channels=448", 2],
  ["channels=640", 4],
  ["channels=320&factor=16", 6.8],
  ["channels=320&factor=16&layers=101", 13],
])("%s has about the billions of parameters of its name", async (options, billions) => {
  const found = await billionsOf(options);
  expect(found).toBeGreaterThan(0.9 * billions);
  expect(found).toBeLessThan(1.1 * billions);
});

test("other depths are refused in one sentence", async () => {
  await expect(resolveScenario("wide-resnet/1xV100?layers=60")).rejects.toThrow(
    "wide-resnet has 60 layers, expected 50, 101 or 152.",
  );
});
