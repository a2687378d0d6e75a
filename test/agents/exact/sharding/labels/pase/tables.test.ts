import { describe, expect, test } from "vitest";
import {
  givenOrder,
  minimumDegreeOrder,
} from "../../../../../../agents/exact/sharding/labels/elimination/order.ts";
import { solveByElimination } from "../../../../../../agents/exact/sharding/labels/elimination/solve.ts";
import { elementwise, norm } from "../../../../../../agents/exact/sharding/labels/pase/elementwise.ts";
import { networkBuilder } from "../../../../../../agents/exact/sharding/labels/pase/layer.ts";
import { machineOf } from "../../../../../../agents/exact/sharding/labels/pase/machine.ts";
import {
  fullyConnected,
  namedProduct,
} from "../../../../../../agents/exact/sharding/labels/pase/products.ts";
import { stack, unstack } from "../../../../../../agents/exact/sharding/labels/pase/reshaping.ts";
import { paseProblem, strategyOf } from "../../../../../../agents/exact/sharding/labels/pase/tables.ts";
import { neighboursOf } from "../../../../../../agents/exact/sharding/labels/problem.ts";
import { solveByReduction } from "../../../../../../agents/exact/sharding/labels/reduction.ts";
import { inception3 } from "../../../../../golden/checks/pase/inception3.ts";

/** 5,000 operations for each word. */
const machine = machineOf({ tflops: 10, gbps: 16 });

describe("PaSE's tables", () => {
  test("a fully connected layer pays for its product and the sums over its splits", () => {
    const network = networkBuilder();
    network.add(fullyConnected(network.input([8, 16]), 32, 1));
    const { configurations, nodes } = paseProblem(network, { machine, devices: 2, cutoff: 4 });
    expect(configurations[0].map((splits) => splits.join())).toEqual(["1,1,1", "1,1,2", "1,2,1", "2,1,1"]);
    const product = 3 * 8 * 32 * 16;
    const pointwise = 3 * 8 * 32;
    expect([...nodes[0]]).toEqual([
      product + pointwise,
      product / 2 + pointwise + 5000 * 8 * 32,
      product / 2 + pointwise / 2 + 5000 * 8 * 16,
      product / 2 + pointwise / 2 + 5000 * 32 * 16,
    ]);
  });

  test("a product of named dimensions is that of a fully connected layer", () => {
    const costs = (build: (network: ReturnType<typeof networkBuilder>) => void) => {
      const network = networkBuilder();
      build(network);
      return paseProblem(network, { machine, devices: 8, cutoff: 1 });
    };
    const named = costs(({ add, input }) => add(namedProduct("bk,kn->bn", input([8, 16]), input([16, 32]))));
    const plain = costs(({ add, input }) => add(fullyConnected(input([8, 16]), 32)));
    expect(named).toEqual(plain);
  });

  test("of several tensors between two layers the last one counts", () => {
    const network = networkBuilder();
    const [first] = network.add(norm(network.input([4, 6]), 0));
    const [one, other] = network.add(unstack(network.add(stack([first, first]))[0]));
    network.add(elementwise(one, other));
    const { edges } = paseProblem(network, { machine, devices: 2, cutoff: 1 });
    expect(edges.map(({ u, v }) => [u, v])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
  });

  test("no devices are refused", () => {
    expect(() => paseProblem({ layers: [] }, { machine, devices: 0, cutoff: 1 })).toThrow(
      "PaSE was given 0 devices",
    );
    expect(() => machineOf({ tflops: 10, gbps: 0 })).toThrow("10 TFLOPS and 0 GB/s");
  });
});

describe("Inception-v3 as PaSE has it", () => {
  const problem = paseProblem(inception3(128), { machine, devices: 8, cutoff: 4 });

  test("has dependent sets of at most two nodes, and larger ones in the order of the layers", () => {
    const { dependent } = minimumDegreeOrder(neighboursOf(problem));
    expect(Math.max(...dependent.map(({ length }) => length + 1))).toBe(3);
    const inOrder = givenOrder(neighboursOf(problem), Int32Array.from(problem.nodes.keys()));
    expect(Math.max(...inOrder.dependent.map(({ length }) => length + 1))).toBeGreaterThan(3);
  });

  test("costs 782,140,602,432 operations on 8 devices by both exact methods", () => {
    const [eliminated, reduced] = [solveByElimination(problem), solveByReduction(problem)];
    expect(eliminated).toMatchObject({ kind: "solved", cost: 782_140_602_432 });
    expect(reduced).toMatchObject({ kind: "solved", cost: 782_140_602_432, remaining: 2 });
    if (eliminated.kind !== "solved") return;
    const first = strategyOf(problem, eliminated.labels)[0];
    expect([...first]).toEqual([8, 1, 1, 1, 1, 1, 1]);
  });
});
