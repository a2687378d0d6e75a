import { expect, test } from "vitest";
import { layerEdges } from "../../../../env/model/layers/layer-edges.ts";
import { branchScenario, chainIn, chainScenario, pipelineScenario } from "../../envs/pipeline/chains.ts";

test("edges follow forward data, and backward data turned around, each once", () => {
  expect(layerEdges(chainIn(chainScenario))).toEqual([[1], [2], [3], [4], [5], []]);
  const edges = layerEdges(chainIn(branchScenario));
  expect(edges.flat()).toHaveLength(6);
  expect(edges.every((list, from) => list.every((to) => to > from))).toBe(true);
});

test("edges inside a layer of several are left out", () => {
  expect(layerEdges(chainIn(chainScenario, 2))).toEqual([[1], []]);
});

test("a backward pass against the order of the layers is refused", () => {
  const graph = `
    a 10 8B
    b 10 8B <- a
    u 10 8B role=backward twin=a <- b
    v 10 8B role=backward twin=b <- u`;
  const scenario = pipelineScenario(graph);
  const chain = chainIn(scenario);
  expect(() => layerEdges(chain)).toThrow(
    'The layers of scenario "layers" are no chain: "v" uses "u" against their order.',
  );
});
