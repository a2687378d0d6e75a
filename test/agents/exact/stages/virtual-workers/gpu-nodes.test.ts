import { expect, test } from "vitest";
import { gpuNodes, typedChain } from "../../../../../agents/exact/stages/virtual-workers/gpu-nodes.ts";
import { layerChain } from "../../../../../env/model/layers/layer-chain.ts";
import { resolveScenario } from "../../../../../scenarios/index.ts";

async function chainOn(cluster: string) {
  const chain = layerChain(await resolveScenario(`alexnet/${cluster}`), 16);
  if (typeof chain === "string") throw new Error(chain);
  return chain;
}

test("a node is the accelerators of one type that are close to each other", async () => {
  const mixed = gpuNodes(await chainOn("2xP100+2xK80"));
  expect(mixed.devicesOf).toEqual([
    [0, 1],
    [2, 3],
  ]);
  expect(mixed.cluster.nodes.map(({ type, gpus }) => [type, gpus])).toEqual([
    [0, 2],
    [1, 2],
  ]);
  const racks = gpuNodes(await chainOn("16xP100-2racks"));
  expect(racks.devicesOf.map(({ length }) => length)).toEqual([4, 4, 4, 4]);
  const { withinNode, betweenNodes } = racks.cluster;
  expect(withinNode.bytesPerUs).toBeGreaterThan(betweenNodes.bytesPerUs);
  expect(withinNode.latencyUs).toBeLessThan(betweenNodes.latencyUs);
});

test("a share of the batch has that share of the activations, and all weights", async () => {
  const chain = await chainOn("2xP100+2xK80");
  const half = typedChain(chain, 0.5);
  expect(half.forwardUs).toHaveLength(2 * chain.count);
  expect(half.weightBytes).toEqual(chain.weightBytes);
  expect([...half.keptBytes]).toEqual([...chain.keptBytes].map((bytes) => bytes / 2));
  half.forwardUs.forEach((us, i) => {
    expect(us).toBeLessThanOrEqual(chain.forwardUs[i]);
  });
});
