/**
 * The workloads against published counts, each with its source and its convention. Parameters are trainable weights;
 * multiply-adds are those of convolutions and matrix products in the forward pass; FLOP are 2 per multiply-add and here
 * include the pointwise ops.
 */
import { describe, expect, it } from "vitest";
import { type OpGraph, Role } from "../../env/index.ts";
import { groupsForPlacement } from "../../env/model/coarsen/index.ts";
import { buildWorkload, workloadCatalog } from "../../scenarios/index.ts";
import { elements, type ForwardOp } from "../../scenarios/workloads/tape.ts";

const workload = (name: string) => workloadCatalog.find((entry) => entry.name === name)!;

function valuesOf(name: string, given: Readonly<Record<string, number>> = {}): Record<string, number> {
  const defaults = Object.entries(workload(name).options).map(([key, option]) => [key, option.default]);
  return { ...Object.fromEntries(defaults), ...given };
}

const forwardOps = (name: string, given?: Readonly<Record<string, number>>): readonly ForwardOp[] =>
  workload(name).forward(valuesOf(name, given)).ops;
const total = (ops: readonly ForwardOp[], field: "flops" | "parameterBytes") =>
  ops.reduce((sum, op) => sum + op[field], 0);
const products = (ops: readonly ForwardOp[]) => ops.filter(({ type }) => /^Conv2D|MatMul$/.test(type));
const graphOf = (name: string, given?: Readonly<Record<string, number>>): OpGraph =>
  buildWorkload(workload(name), valuesOf(name, given));

const published = [
  // torchvision 0.2x, Inception_V3_Weights: num_params 27,161,264 with the auxiliary classifier; _ops 5.713 giga
  // multiply-adds of an evaluation at 299x299, which leaves the classifier out.
  { name: "inception-v3", given: { batch: 1, aux: 1 }, parameters: 27_161_264 },
  { name: "inception-v3", given: { batch: 1 }, gigaMultiplyAdds: 5.713 },
  // OpenVINO model zoo, googlenet-v3-pytorch: 11.469 GFLOP, 23.817 million parameters (no auxiliary classifier; batch
  // normalisation scales folded into the convolutions).
  { name: "inception-v3", given: { batch: 1 }, parameters: 23_817_000, gigaFlop: 11.469 },
  // torchvision, ResNet50_Weights: num_params 25,557,032; _ops 4.089 giga multiply-adds at 224x224.
  { name: "resnet-50", given: { batch: 1 }, parameters: 25_557_032, gigaMultiplyAdds: 4.089 },
  // Hugging Face bert-base-uncased: 109,482,240 without a task's head (ours adds 768 x 2 + 2); 22.5 GFLOP as quoted for
  // TinyBERT's teacher (Jiao et al., Findings of EMNLP 2020, table 1), one sequence of 128 tokens.
  { name: "bert-base", given: { batch: 1, tokens: 128 }, parameters: 109_482_240, gigaFlop: 22.5 },
] as const satisfies readonly {
  name: string;
  given: Readonly<Record<string, number>>;
  parameters?: number;
  gigaMultiplyAdds?: number;
  gigaFlop?: number;
}[];

describe("published counts", () => {
  it.each(published)(
    "$name agrees within 2%: $parameters parameters, $gigaMultiplyAdds G multiply-adds, $gigaFlop GFLOP",
    (row) => {
      const ops = forwardOps(row.name, row.given);
      const expected: { parameters?: number; gigaMultiplyAdds?: number; gigaFlop?: number } = row;
      const near = (measured: number, figure: number | undefined) => {
        if (figure !== undefined) expect(Math.abs(measured / figure - 1)).toBeLessThan(0.02);
      };
      near(total(ops, "parameterBytes") / 4, expected.parameters);
      near(total(products(ops), "flops") / 2e9, expected.gigaMultiplyAdds);
      near(total(ops, "flops") / 1e9, expected.gigaFlop);
    },
  );

  it.each([2, 4])(
    "nmt-%i has the parameters and multiply-adds of a count by hand (derived, no published figure)",
    (layers) => {
      const [width, vocabulary, batch, steps] = [1024, 32_000, 64, 20];
      const ops = forwardOps(`nmt-${layers}`, { batch, steps });
      const lstm = 2 * layers * (2 * width * 4 * width + 4 * width);
      const attention = width * width + 2 * width * width;
      expect(total(ops, "parameterBytes") / 4).toBe(3 * vocabulary * width + lstm + attention);
      const perExample =
        steps * 2 * layers * 8 * width * width +
        steps * width * width +
        steps * (2 * steps * width + 2 * width * width + width * vocabulary);
      expect(total(products(ops), "flops") / 2).toBe(batch * perExample);
    },
  );
});

describe("built graphs", () => {
  it.each(workloadCatalog)("$name fits the simulator's and the agents' sizes", ({ name }) => {
    const graph = graphOf(name);
    expect(graph.opCount).toBeLessThanOrEqual(3000);
    const { groupCount } = groupsForPlacement(graph, 96);
    expect(groupCount).toBeGreaterThanOrEqual(40);
    expect(groupCount).toBeLessThanOrEqual(110);
  });

  it("FLOP and activations grow with the batch, weights do not", () => {
    for (const { name } of workloadCatalog) {
      const [one, four] = [forwardOps(name, { batch: 1 }), forwardOps(name, { batch: 4 })];
      expect(total(four, "flops") / total(one, "flops")).toBeCloseTo(4, 2);
      expect(total(four, "parameterBytes")).toBe(total(one, "parameterBytes"));
    }
  });

  it("an op touches at least what it produces, but for variables, feeds and slices", () => {
    for (const { name } of workloadCatalog)
      for (const op of forwardOps(name)) {
        if (["Variable", "Feed"].includes(op.type)) continue;
        const produced = op.outputs[0].bytes;
        expect(op.bytesTouched, op.name).toBeGreaterThanOrEqual(produced);
      }
  });

  it("feeds run on the host alone, and nothing else is bound", () => {
    for (const { name } of workloadCatalog) {
      const graph = graphOf(name);
      for (let v = 0; v < graph.opCount; v++)
        expect(graph.supportedKinds[v], graph.names[v]).toEqual(graph.types[v] === "Feed" ? ["CPU"] : null);
    }
  });

  it("Inception-V3 joins its blocks at the published shapes", () => {
    const shapes = Object.fromEntries(
      forwardOps("inception-v3", { batch: 1 }).map((op) => [op.name, op.outputs[0].shape]),
    );
    // Table 1 of the paper: 35 x 35 x 288, 17 x 17 x 768, 8 x 8 x 2048.
    expect(shapes["mixed_5d/concat"]).toEqual([1, 288, 35, 35]);
    expect(shapes["mixed_6e/concat"]).toEqual([1, 768, 17, 17]);
    expect(shapes["mixed_7c/concat"]).toEqual([1, 2048, 8, 8]);
    expect(elements(shapes["head/pool"])).toBe(2048);
  });

  it("every weight is updated by exactly one op", () => {
    for (const { name } of workloadCatalog) {
      const graph = graphOf(name);
      const holders = graph.names.filter((_, v) => graph.parameterBytes[v] > 0);
      const updates = graph.names.filter((_, v) => graph.role[v] === Role.update);
      expect(updates.sort()).toEqual(holders.map((holder) => `${holder}/update`).sort());
    }
  });
});
