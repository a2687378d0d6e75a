import { expect, test } from "vitest";
import { weightedChain } from "../../../../../agents/exact/sharding/chains/weighted-chain.ts";
import { resolveScenario } from "../../../../../scenarios/index.ts";
import { mlp } from "../../../../env/sim/lower/sharding/numbered-graph.ts";

test("products of a network in order, with their channels and maps", async () => {
  const { graph } = await resolveScenario("alexnet/4xV100?batch=64");
  const layers = weightedChain(graph);
  if (typeof layers === "string") throw new Error(layers);
  expect(layers.map(({ op }) => graph.names[op].replace(/\/.*/, ""))).toEqual([
    "conv_1",
    "conv_2",
    "conv_3",
    "conv_4",
    "conv_5",
    "hidden_1",
    "hidden_2",
    "logits",
  ]);
  expect(layers[0].sizes).toEqual({
    batch: 64,
    inputChannels: 3,
    outputChannels: 96,
    inputArea: 227 ** 2,
    outputArea: 55 ** 2,
    kernelArea: 11 ** 2,
  });
  expect(layers[5].sizes).toMatchObject({ inputChannels: 9216, outputChannels: 4096, kernelArea: 1 });
  // Channels of its two groups are split by neither type.
  expect(layers[1].dimensionsOf.map(({ length }) => length)).toEqual([1, 0, 0]);
});

test("dimensions of each type, by name", () => {
  const { graph } = mlp({ b: 4, k: 6, h: 12, n: 4 });
  const layers = weightedChain(graph);
  if (typeof layers === "string") throw new Error(layers);
  expect(
    layers.map(({ op, dimensionsOf }) =>
      dimensionsOf.map((own) => own.map((d) => graph.iterations![op]!.dimensions[d].name).join()),
    ),
  ).toEqual([
    ["b", "k", "h"],
    ["b", "h", "n"],
  ]);
});

test("says where layers are no chain", async () => {
  const { graph } = await resolveScenario("resnet-18/4xV100?batch=8");
  expect(weightedChain(graph)).toMatch(
    /^Layers with weights are no chain: ".*" does not follow ".*" alone\.$/,
  );
});
