import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { layerGroups, orderOf } from "../../../../env/model/layers/layer-groups.ts";

/** A chain of four layers. */
const chain = [[1], [2], [3], []];

describe("groups of layers", () => {
  test("are numbered by their first layers", () => {
    const { of, count, predecessors } = layerGroups(chain, [9, 9, 4, 4]);
    expect([...of]).toEqual([0, 0, 1, 1]);
    expect([count, predecessors]).toEqual([2, [[], [0]]]);
  });

  test("that need each other are one", () => {
    expect([...layerGroups(chain, [1, 2, 1, 3]).of]).toEqual([0, 0, 0, 1]);
  });

  test("come after those whose data they use", () => {
    // Layers 0 and 1 are independent; the group of 0 and 3 uses data of layer 2.
    expect([...layerGroups([[3], [2], [3], []], [5, 6, 6, 5]).of]).toEqual([1, 0, 0, 1]);
  });

  test("are an order of any graph and labels", () => {
    const graphs = fc.array(fc.array(fc.nat(7), { maxLength: 4 }), { minLength: 8, maxLength: 8 });
    const labels = fc.array(fc.nat(4), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(graphs, labels, (lists, given) => {
        const edges = lists.map((list, from) => [...new Set(list)].filter((to) => to > from));
        const { of, count, predecessors } = layerGroups(edges, given);
        expect(new Set(of).size).toBe(count);
        edges.forEach((list, from) => {
          for (const to of list) {
            expect(of[from]).toBeLessThanOrEqual(of[to]);
            if (of[from] < of[to]) expect(predecessors[of[to]]).toContain(of[from]);
          }
        });
        given.forEach((label, layer) => {
          expect(of[layer]).toBe(of[given.indexOf(label)]);
        });
      }),
    );
  });
});

test("the order of a graph takes the lowest number that is ready", () => {
  expect(orderOf([[2], [], [], [1]])).toEqual([0, 2, 3, 1]);
});
