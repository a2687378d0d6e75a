import { describe, expect, test } from "vitest";
import { layerBlocks } from "../../../../../agents/exact/stages/rannc/layer-blocks.ts";
import { testScenario } from "../../../../../env/index.ts";
import { type LayerChain, layerChain } from "../../../../../env/model/layers/layer-chain.ts";

const chainOf = (graph: string) => layerChain(testScenario({ graph })) as LayerChain;

function blocksOf(chain: LayerChain, target: number) {
  const blocks = layerBlocks(chain, { target, timeUs: chain.forwardUs, fits: () => true });
  const layer = (name: string) => chain.layerOf[chain.scenario.graph.names.indexOf(name)];
  return { ...blocks, layer, blockOfOp: (name: string) => blocks.blockOf[layer(name)] };
}

describe("blocks of layers", () => {
  test("have a copy of a variable each, which the first of them owns and none sends", () => {
    const text = "x 9 4B\nw 1 8B params=8\na 9 4B <- x w\nb 9 4B <- a\nc 9 <- b w";
    const { layers, layer, blockOfOp, sent } = blocksOf(chainOf(text), 4);
    expect(layers).toHaveLength(4);
    const withWeights = layers.flatMap((own, block) => (own.includes(layer("w")) ? [block] : []));
    expect(withWeights).toEqual([blockOfOp("a"), blockOfOp("c")]);
    expect(blockOfOp("w")).toBe(blockOfOp("a"));
    expect(sent.map(({ bytes, fromBlock, toBlocks }) => [bytes, fromBlock, ...toBlocks])).toEqual([
      [4, 0, 1],
      [4, 1, 2],
      [4, 2, 3],
    ]);
  });

  test("send an output once to all that use it, and nothing inside", () => {
    const { blockOfOp, sent } = blocksOf(chainOf("x 9 4B\na 9 6B <- x\nb 9 2B <- x\nc 9 <- a b"), 4);
    const fromX = sent.filter(({ fromBlock }) => fromBlock === blockOfOp("x"));
    expect(fromX.map(({ bytes, toBlocks }) => [bytes, [...toBlocks].sort()])).toEqual([
      [4, [blockOfOp("a"), blockOfOp("b")].sort()],
    ]);
    expect(blocksOf(chainOf("x 9 4B\na 9 6B <- x"), 1).sent).toEqual([]);
  });

  test("hold every layer, also what depends on variables alone and is not used", () => {
    const { blockOf, layers } = blocksOf(chainOf("x 9 4B\nw 3 8B params=8\nt 5 8B <- w\na 9 <- x"), 3);
    expect(new Set(layers.flat()).size).toBe(blockOf.length);
    expect(Math.min(...blockOf)).toBe(0);
  });
});
