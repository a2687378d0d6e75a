import { expect, test } from "vitest";
import { layerFlows } from "../../../../agents/problems/pipeline/layer-flows.ts";
import { testScenario } from "../../../../env/index.ts";
import { layerChain } from "../../../../env/model/layers/layer-chain.ts";

const edgesOf = (graph: string) => {
  const chain = layerChain(testScenario({ graph, objective: "iteration" }));
  if (typeof chain === "string") throw new Error(chain);
  const { from, to, bytes } = layerFlows(chain);
  return Array.from(from, (layer, edge) => [layer, to[edge], bytes[edge]]);
};

test("a tensor counts once for each layer that uses it, with all tensors between two layers", () => {
  const graph = "a 10 4B,6B\nb 10 2B,3B <- a a:1\nc 10 <- a b b:1";
  expect(edgesOf(graph)).toEqual([
    [0, 1, 10],
    [0, 2, 4],
    [1, 2, 5],
  ]);
  expect(edgesOf("a 10 4B group=g\nb 10 4B group=h <- a\nc 10 <- b\nd 10 group=h <- a")).toContainEqual([
    0, 1, 4,
  ]);
});

test("edges of the backward pass keep the order and carry nothing", () => {
  const graph = `
    a 10 4B group=a
    b 10 4B group=b <- a
    y 20 8B role=backward twin=b group=b <- b
    x 20 8B role=backward twin=a group=a <- y`;
  expect(edgesOf(graph)).toEqual([[0, 1, 4]]);
});
