import { expect, test } from "vitest";
import { layerStrategies, strategyName } from "../../../../agents/problems/sharding/layer-strategies.ts";

test("degrees multiply to the GPUs, and no strategy is there twice", () => {
  for (const gpus of [1, 2, 8, 32]) {
    const strategies = layerStrategies(gpus, { sequence: true, recompute: true });
    for (const { pipeline, split, copies } of strategies) expect(pipeline * split * copies).toBe(gpus);
    expect(new Set(strategies.map(strategyName)).size).toBe(strategies.length);
  }
});

test("one GPU can recompute or not, and nothing else", () => {
  const names = layerStrategies(1, { sequence: true, recompute: true }).map(strategyName);
  expect(names).toEqual(["1-1-1", "1-1-1-c"]);
});

test("what is off is not offered", () => {
  for (const { by, recompute } of layerStrategies(8, { sequence: false, recompute: false })) {
    expect(by).not.toBe("sequence");
    expect(recompute).toBe(false);
  }
});
