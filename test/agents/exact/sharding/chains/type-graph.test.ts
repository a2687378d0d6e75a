import { expect, test } from "vitest";
import type { SplitType } from "../../../../../agents/exact/sharding/chains/type-chain.ts";
import { bestTypes, typedLevels } from "../../../../../agents/exact/sharding/chains/type-chain.ts";
import { bestTypesOf, typeProblem } from "../../../../../agents/exact/sharding/chains/type-graph.ts";
import { enumerateLabels } from "../../../../../agents/exact/sharding/labels/enumeration.ts";
import { alexnet, dense, resnet18, resnet34, resnet50 } from "./released-networks.ts";
import { releasedTypes } from "./released-shortcuts.ts";

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

test.each([
  ["ResNet-18", resnet18, [1.02138e8, 7.3886e7, 6.97772e7]],
  ["ResNet-34", resnet34, [1.72843e8, 1.36031e8, 1.29485e8]],
  ["ResNet-50", resnet50, [1.37634e8, 1.14748e8, 1.09476e8]],
])(
  "%s costs what the released code prints, with its fault; more where shortcuts are paid",
  (_, net, printed) => {
    const sum = (levels: readonly { readonly cost: number }[]) =>
      levels.reduce((total, { cost }) => total + cost, 0);
    // Shortcuts are in the released program of all three types alone.
    const plain = ([[0], [0, 1]] as const).map((offered) =>
      sum(typedLevels(net.layers, 7, (layers) => bestTypes(layers, offered))),
    );
    const faulty = sum(typedLevels(net.layers, 7, (layers) => releasedTypes({ ...net, layers }, ALL)));
    expect([...plain, faulty].map((total) => Number(total.toPrecision(6)))).toEqual(printed);
    const edges = [...net.layers.slice(1).map((__, l) => ({ from: l, to: l + 1 })), ...net.shortcuts];
    const paid = sum(typedLevels(net.layers, 7, (layers) => bestTypesOf(layers, edges, ALL)));
    expect(paid).toBeGreaterThan(faulty);
  },
);
