import { describe, expect, test } from "vitest";
import { type Layout, layoutKey, localElements } from "../../../../env/model/layout/layout.ts";
import type { MeshSizes } from "../../../../env/model/layout/mesh.ts";
import { createResharder, reshardingsFrom } from "../../../../env/model/layout/reshard.ts";
import { type ReshardStep, sentElements } from "../../../../env/model/layout/steps.ts";
import { allLayouts, gathered, gatherThenSlice, scatter, stepped } from "./shards.ts";

function stepsBetween(
  shape: readonly number[],
  from: Layout,
  to: Layout,
  sizes: MeshSizes,
): readonly ReshardStep[] {
  return createResharder(sizes).path(shape, from, to).steps;
}

describe.each([
  [
    [8, 8],
    [2, 4],
  ],
  [
    [6, 10],
    [2, 4],
  ],
  [
    [5, 3],
    [2, 2],
  ],
])("a tensor of shape %j on a mesh of %j", (shape, sizes) => {
  const layouts = allLayouts(shape.length, sizes);
  const whole = Array.from({ length: shape[0] * shape[1] }, (_, i) => 100 + i);

  test("one search for all targets sends as little as one for each", () => {
    const resharder = createResharder(sizes);
    for (const from of layouts) {
      const find = reshardingsFrom(shape, from, sizes);
      for (const to of layouts.filter(({ partial }) => partial.length === 0)) {
        const { steps, elements } = find(to);
        expect(elements).toBe(resharder.path(shape, from, to).elements);
        expect(steps.reduce((sum, step) => sum + sentElements(step, shape, sizes), 0)).toBeCloseTo(elements);
        expect(layoutKey(steps.at(-1)?.to ?? from)).toBe(layoutKey(to));
      }
    }
  });

  test("goes from every layout to every other with the right parts, never dearer than gather and slice", () => {
    const resharder = createResharder(sizes);
    expect(layouts.length).toBe(18);
    let pairs = 0;
    for (const from of layouts)
      for (const to of layouts) {
        if (to.partial.some((axis) => !from.partial.includes(axis))) continue;
        pairs++;
        const { steps, elements } = resharder.path(shape, from, to);
        let shards = scatter(whole, shape, from, sizes);
        for (const step of steps) shards = stepped(shards, step, shape, sizes);
        const where = `${layoutKey(from)} -> ${layoutKey(to)}`;
        expect(layoutKey(steps.at(-1)?.to ?? from), where).toBe(layoutKey(to));
        expect(gathered(shards, shape, to, sizes), where).toEqual(whole);
        expect(elements, where).toBeLessThanOrEqual(gatherThenSlice(shape, from, to, sizes) + 1e-9);
      }
    expect(pairs).toBeGreaterThan(150);
  });
});

test("10 x 10 over 4 devices has padded parts and loses no element", () => {
  const sizes = [4];
  const rows: Layout = { axes: [[0], []], partial: [] };
  const columns: Layout = { axes: [[], [0]], partial: [] };
  const whole = Array.from({ length: 100 }, (_, i) => i * i);
  expect(localElements([10, 10], rows, sizes)).toBe(30);
  const shards = scatter(whole, [10, 10], rows, sizes);
  expect(shards.map(({ size }) => size)).toEqual([30, 30, 30, 10]);
  const steps = stepsBetween([10, 10], rows, columns, sizes);
  expect(steps.map(({ kind }) => kind)).toEqual(["all-to-all"]);
  const moved = stepped(shards, steps[0], [10, 10], sizes);
  expect(gathered(moved, [10, 10], columns, sizes)).toEqual(whole);
});

test.each([
  ["the same layout", "[[0],[]]", "", "[[0],[]]", []],
  ["replicated to divided", "[[],[]]", "", "[[0],[]]", ["slice"]],
  ["divided to replicated", "[[0],[]]", "", "[[],[]]", ["all-gather"]],
  ["a change of axis", "[[0],[]]", "", "[[],[0]]", ["all-to-all"]],
  ["another order of devices", "[[0,1],[]]", "", "[[1,0],[]]", ["permute"]],
  ["a partial sum to whole", "[[],[]]", "01", "[[],[]]", ["all-reduce"]],
  ["a partial sum to divided", "[[],[]]", "0", "[[0],[]]", ["reduce-scatter"]],
  ["a divided partial sum to whole", "[[1],[]]", "0", "[[],[]]", ["all-reduce", "all-gather"]],
  ["divided twice to replicated", "[[0,1],[]]", "", "[[],[]]", ["all-gather"]],
  ["a change of axis of two", "[[0,1],[]]", "", "[[],[0,1]]", ["all-to-all"]],
  ["a partial sum over two to divided", "[[],[]]", "01", "[[0,1],[]]", ["reduce-scatter"]],
  ["the same in another order", "[[],[]]", "01", "[[],[1,0]]", ["reduce-scatter"]],
])("%s takes the steps of GSPMD", (_, from, partial, to, kinds) => {
  const source = { axes: JSON.parse(from), partial: [...partial].map(Number) };
  const steps = stepsBetween([8, 8], source, { axes: JSON.parse(to), partial: [] }, [2, 4]);
  expect(steps.map(({ kind }) => kind)).toEqual(kinds);
});

test("padded parts do not keep a gather over two axes from being one step", () => {
  const from: Layout = { axes: [[0, 1]], partial: [] };
  const [step, ...others] = stepsBetween([6], from, { axes: [[]], partial: [] }, [2, 4]);
  expect([step.kind, step.group, others.length]).toEqual(["all-gather", [0, 1], 0]);
  expect(sentElements(step, [6], [2, 4])).toBe(3 * 1 + 1 * 3);
});
