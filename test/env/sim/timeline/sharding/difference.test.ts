/** Two shardings compared: splits and collectives of one that the other has not. */
import { expect, test } from "vitest";
import { shardingDifference } from "../../../../../env/sim/timeline/sharding/difference.ts";
import { shardingTimeline } from "../../../../../env/sim/timeline/sharding/sharding-timeline.ts";
import { machines } from "../../lower/machines.ts";
import { shardedScenario } from "../../lower/sharding/sharded.ts";
import { megatron, transformerBlock } from "../../lower/sharding/transformer-block.ts";

const block = transformerBlock({ b: 4, s: 4, h: 8, a: 4, d: 2, f: 16 });
const scenario = shardedScenario(block, machines([4]));
const told = (sequence: boolean) => shardingTimeline(scenario, megatron(block, 4, { sequence }));
const kinds = (spans: readonly { readonly kind: string }[]): string[] =>
  [...new Set(spans.map(({ kind }) => kind))].sort();

test("a plan and itself differ in nothing", () => {
  expect(shardingDifference(told(false), told(false))).toEqual({ splits: [], gone: [], added: [] });
});

test("dividing the sequence takes gathers and scatters in place of all-reduces", () => {
  const { splits, gone, added } = shardingDifference(told(false), told(true));
  const norm = splits.find(({ op }) => block.graph.names[op] === "norm1");
  expect(norm).toMatchObject({ before: "whole", after: "s ÷ tensor 4" });
  expect(splits.some(({ op }) => block.graph.names[op] === "q")).toBe(false);
  expect(kinds(gone)).toEqual(["all-reduce"]);
  expect(kinds(added)).toEqual(["all-gather", "reduce-scatter"]);
  const back = shardingDifference(told(true), told(false));
  expect(back.gone).toHaveLength(added.length);
});
