/**
 * The table of what an op can do, proven by execution. Every type of op, its gradients and updates
 * run whole, and in two and three parts along each dimension that they declare.
 */
import { describe, expect, test } from "vitest";
import type { OpIteration } from "../../../../../env/model/graph/iteration.ts";
import { createRng } from "../../../../../env/model/rng.ts";
import { opTypes } from "../../../../../scenarios/workloads/tape/op-types.ts";
import { cases, type Sizes } from "./cases.ts";
import { expectParts } from "./parts.ts";
import { everyOp, expectPartsOf } from "./property.ts";

const some: Sizes = { b: 2, t: 3, n: 2, k: 3, window: 3, stride: 2, padding: 1, pixels: 5 };
const caseNamed = (name: string) => cases.find((known) => known.name === name)!;

test("there is a case for each type of op", () => {
  const covered = new Set(cases.flatMap(({ types }) => types));
  expect(opTypes.filter((type) => !covered.has(type))).toEqual([]);
  for (const network of cases) {
    const types = new Set(network.tape(some).ops.map(({ type }) => type));
    expect(
      network.types.filter((type) => !types.has(type)),
      network.name,
    ).toEqual([]);
  }
});

describe("parts along each dimension make the whole", () => {
  test.each(cases)("$name", (network) => {
    expectPartsOf(network, { runs: 1, margin: 2 });
  });
});

/** Dimensions of an op in words; `+` marks one whose parts are added up, a number its halo. */
function dimensionsOf(name: string, suffix: string): string {
  let found = "";
  everyOp(caseNamed(name), some, createRng(1), ({ op, does }, { dimensions, sums }) => {
    if (op.name !== "y" || (typeof does === "string" ? does : does.suffix) !== suffix) return;
    found = dimensions
      .map(({ name: dimension, halo }, d) => `${sums.includes(d) ? "+" : ""}${dimension}${halo ?? ""}`)
      .join(" ");
  });
  return found;
}

test("gradients go over the dimensions of their forward op, and sum over others", () => {
  expect(dimensionsOf("MatMul", "forward")).toBe("batch sequence feature +contraction");
  expect(dimensionsOf("MatMul", "grad_input")).toBe("batch sequence +feature contraction");
  expect(dimensionsOf("MatMul", "grad_weights")).toBe("+batch +sequence feature contraction");
  expect(dimensionsOf("MatMul", "update")).toBe("feature contraction");
  expect(dimensionsOf("scores", "forward")).toBe("batch head sequence keys +head_feature");
  expect(dimensionsOf("scores", "grad_a")).toBe("batch head sequence +keys head_feature");
  expect(dimensionsOf("Conv2D", "forward")).toBe("batch channel height1 width1 +input_channel");
  expect(dimensionsOf("Conv2D", "grad_weights")).toBe("+batch channel +height1 +width1 input_channel");
  expect(dimensionsOf("Gather", "forward")).toBe("batch sequence feature +vocabulary");
  expect(dimensionsOf("LayerNorm", "grad")).toBe("+batch +sequence");
  expect(dimensionsOf("FusedBatchNorm", "forward")).toBe("+batch channel +height +width");
});

describe("a wrong table is seen", () => {
  const broken = (name: string, change: (iteration: OpIteration) => OpIteration) => () =>
    everyOp(caseNamed(name), some, createRng(3), (run, iteration, operands) => {
      expectParts(run, run.op.name === "y" ? change(iteration) : iteration, operands, 2);
    });
  const shorter = (iteration: OpIteration): OpIteration => ({
    ...iteration,
    dimensions: iteration.dimensions.map(({ halo = 0, ...rest }) => ({
      ...rest,
      halo: Math.max(0, halo - 1),
    })),
  });

  test("with a halo that is a row too short", () => {
    for (const name of [
      "Conv2D",
      "DepthwiseConv2dNative",
      "MaxPool",
      "Pad that shifts",
      "Conv2D over time",
    ]) {
      expect(
        broken(name, (iteration) => iteration),
        name,
      ).not.toThrow();
      expect(broken(name, shorter), name).toThrow();
    }
  });

  test("without a sum, or with an axis that is not along its dimension", () => {
    expect(broken("MatMul", (iteration) => ({ ...iteration, sums: [] }))).toThrow();
    const turned = ({ shape, along }: OpIteration["inputs"][number]) => ({
      shape,
      along: along.toReversed(),
    });
    expect(
      broken("MatMul", (iteration) => ({ ...iteration, inputs: iteration.inputs.map(turned) })),
    ).toThrow();
    expect(
      broken("Softmax", (iteration) => ({
        ...iteration,
        dimensions: [...iteration.dimensions, { name: "feature", kind: "feature" as const, size: some.n }],
        inputs: iteration.inputs.map(({ shape }) => ({ shape, along: [0, 1, 2] })),
        outputs: iteration.outputs.map(({ shape }) => ({ shape, along: [0, 1, 2] })),
      })),
    ).toThrow();
  });
});
