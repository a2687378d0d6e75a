import { expect, test } from "vitest";
import { labelGroups } from "../../../../../agents/problems/sharding/labels/groups.ts";
import { scenarioOfUri } from "../../../../../scenarios/uri.ts";
import { blockScenario } from "./small-networks.ts";

const { graph } = scenarioOfUri("gpt2-124m/2xV100?objective=iteration&layers=2&batch=1&tokens=16");
const groups = labelGroups(graph);
const groupOf = (name: string): number => groups.groupOf[graph.names.indexOf(name)];

test("products are heads, and query, key and value share a label", () => {
  const heads = groups.heads.flatMap((head) => (head === -1 ? [] : graph.names[head]));
  expect(heads.filter((name) => name.startsWith("layer_1")).map((name) => name.slice(8))).toEqual([
    "attention/query/matmul",
    "attention/scores",
    "attention/context",
    "attention/output/matmul",
    "feed_forward/inner/matmul",
    "feed_forward/outer/matmul",
  ]);
  for (const name of ["key", "value"])
    expect(groupOf(`layer_1/attention/${name}/matmul`)).toBe(groupOf("layer_1/attention/query/matmul"));
});

test("cheap ops follow an operand, the later one of equal ones", () => {
  expect(groupOf("layer_0/attention/softmax")).toBe(groupOf("layer_0/attention/scores"));
  expect(groupOf("layer_0/attention/add")).toBe(groupOf("layer_0/attention/output/matmul"));
  expect(groupOf("loss")).toBe(groupOf("head/logits"));
});

test("gradients and updates follow their twin, and sums of gradients the op that needs them", () => {
  expect(groupOf("layer_0/feed_forward/outer/matmul/update")).toBe(
    groupOf("layer_0/feed_forward/outer/matmul"),
  );
  expect(groupOf("layer_0/attention/add/grad_sum")).toBe(groupOf("layer_0/attention/add"));
});

test("every op is in one group, after what it gets its split from", () => {
  for (const { graph: each } of [{ graph }, blockScenario({ b: 1, s: 2, h: 4, a: 2, d: 2, f: 4 }, 2)]) {
    const { order, leads, groupOf: group } = labelGroups(each);
    expect([...order].sort((a, b) => a - b)).toEqual([...new Array(each.opCount).keys()]);
    const place = new Map(order.map((v, i) => [v, i]));
    leads.forEach((lead, v) => {
      if (lead.kind === "label" || lead.kind === "whole") return;
      const other =
        lead.kind === "twin"
          ? lead.twin
          : lead.kind === "input"
            ? each.edgeSource[lead.edge]
            : each.edgeDestination[lead.edge];
      expect(group[other]).toBe(group[v]);
      expect(place.get(other)!).toBeLessThan(place.get(v)!);
    });
  }
});
