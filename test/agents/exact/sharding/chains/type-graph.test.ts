import { expect, test } from "vitest";
import type { SplitType } from "../../../../../agents/exact/sharding/chains/type-chain.ts";
import { bestTypes } from "../../../../../agents/exact/sharding/chains/type-chain.ts";
import { bestTypesOf, typeProblem } from "../../../../../agents/exact/sharding/chains/type-graph.ts";
import { enumerateLabels } from "../../../../../agents/exact/sharding/labels/enumeration.ts";
import { alexnet, dense } from "./released-networks.ts";

const ALL: readonly SplitType[] = [0, 1, 2];
const chainEdges = alexnet.slice(1).map((_, l) => ({ from: l, to: l + 1 }));

test.each([[[0]], [[0, 1]], [ALL]] as (readonly SplitType[])[][])(
  "on a chain it is the chain's program: types %j",
  (offered) => {
    expect(bestTypesOf(alexnet, chainEdges, offered).cost).toBe(bestTypes(alexnet, offered).cost);
  },
);

test("a shortcut is paid for, and the optimum is that of all types", () => {
  const block = [dense(64, 8, 32), dense(64, 32, 32), dense(64, 32, 32), dense(64, 32, 8)];
  const path = [0, 1, 2].map((from) => ({ from, to: from + 1 }));
  const edges = [...path, { from: 0, to: 3 }];
  const { cost, types } = bestTypesOf(block, edges, ALL);
  expect(cost).toBe(enumerateLabels(typeProblem(block, edges, ALL)).cost);
  expect(cost).toBeGreaterThanOrEqual(bestTypesOf(block, path, ALL).cost);
  expect(types).toHaveLength(4);
});
