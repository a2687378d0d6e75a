/** Megatron's regions in a stack of products and in a Transformer. */
import { describe, expect, test } from "vitest";
import { tensorRegions } from "../../../../env/model/layers/tensor-regions.ts";
import { iterationOf } from "../../../../env/model/plan/sharding.ts";
import { openScenario } from "../../../../scenarios/index.ts";
import { blocks, ELEMENT_BYTES, LENGTHS } from "../../sim/lower/inside/blocks.ts";

describe("a stack of blocks", () => {
  const { graph } = blocks(2);
  const named = (ops: readonly number[]) => ops.map((v) => graph.names[v]);

  test("opens with columns and closes with rows", () => {
    const { dimension, closing, opening, openingBytes } = tensorRegions(graph, 4);
    expect([named(opening), named(closing)]).toEqual([
      ["in0", "in1"],
      ["out0", "out1"],
    ]);
    expect(openingBytes).toEqual([0, 1].map(() => LENGTHS.b * LENGTHS.k * ELEMENT_BYTES));
    const divided = graph.names.flatMap((name, v) =>
      dimension[v] < 0 ? [] : [`${name} ${iterationOf(graph, v)!.dimensions[dimension[v]].name}`],
    );
    expect(divided.sort()).toEqual([0, 1].flatMap((i) => [`in${i} h`, `out${i} h`, `square${i} h`]).sort());
  });

  test("has no region where ranks do not divide the columns, and none for one rank", () => {
    expect(tensorRegions(graph, 3).closing).toEqual([]);
    expect(tensorRegions(graph, 1).closing).toEqual([]);
  });
});

test("attention and feed-forward parts are a region each, but 8 ranks do not divide 12 heads", async () => {
  const { scenario } = await openScenario("gpt2-124m/2xP100");
  const { graph } = scenario;
  const closed = (degree: number) =>
    tensorRegions(graph, degree).closing.map((v) => graph.names[v].replace("/matmul", ""));
  const layers = (parts: readonly string[]) =>
    Array.from({ length: 12 }, (_, i) => parts.map((part) => `layer_${i}/${part}`)).flat();
  expect(closed(4)).toEqual(layers(["attention/output", "feed_forward/outer"]));
  expect(closed(8)).toEqual(layers(["feed_forward/outer"]));
});
