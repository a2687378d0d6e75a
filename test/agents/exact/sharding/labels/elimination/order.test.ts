import fc from "fast-check";
import { expect, test } from "vitest";
import {
  givenOrder,
  minimumDegreeOrder,
} from "../../../../../../agents/exact/sharding/labels/elimination/order.ts";
import { neighboursOf } from "../../../../../../agents/exact/sharding/labels/problem.ts";
import { labelProblems } from "../random-labels.ts";
import { dependentByDefinition } from "./dependent-sets.ts";

const graphs = labelProblems({ nodes: 9, labels: 1, edges: 16 }).map(neighboursOf);

test("the sets that GENERATESEQ keeps are the dependent sets by definition", () => {
  fc.assert(
    fc.property(graphs, (neighbours) => {
      const { order, dependent } = minimumDegreeOrder(neighbours);
      dependent.forEach((set, i) => {
        expect([...set]).toEqual(dependentByDefinition(neighbours, order, i));
      });
    }),
  );
});

test("so are those of a given order", () => {
  fc.assert(
    fc.property(graphs, (neighbours) => {
      const order = Int32Array.from(neighbours.keys()).reverse();
      const found = givenOrder(neighbours, order);
      expect(found.order).toEqual(order);
      found.dependent.forEach((set, i) => {
        expect([...set]).toEqual(dependentByDefinition(neighbours, order, i));
      });
    }),
  );
});

test("the smallest dependent set is next, the first of equals", () => {
  // A star of four leaves around node 0, and a node by itself.
  const star = [[1, 2, 3, 4], [0], [0], [0], [0], []];
  expect([...minimumDegreeOrder(star).order]).toEqual([5, 1, 2, 3, 0, 4]);
});

test("an order that lacks a node is refused", () => {
  expect(() => givenOrder([[1], [0]], [0, 0])).toThrow("names each of the 2 nodes once");
});
