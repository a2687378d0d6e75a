import { expect, test } from "vitest";
import { readGraph } from "../../../../../env/model/graph/rewriting/read-graph.ts";
import { Rewriting, rewrittenGraph } from "../../../../../env/model/graph/rewriting/rewritten.ts";
import { opsOf } from "../../../../../env/model/graph/rewriting/term-ops.ts";
import { reachedIn } from "../../../../../env/model/graph/rewriting/terms.ts";
import { verified } from "../../../../../env/model/graph/rewriting/verified/verified.ts";
import { writeGraph } from "../../../../../env/model/graph/rewriting/write-graph.ts";
import { resolveScenario } from "../../../../../scenarios/index.ts";
import { concat, matMul } from "../../../../../scenarios/workloads/layers/dense-layers.ts";
import { relu } from "../../../../../scenarios/workloads/layers/pointwise.ts";
import { inferenceScenario } from "./inference-scenario.ts";

const MERGE =
  "matmul(a,b); matmul(a,c) => split0[-1](matmul(a,concat[-1](b,c))); split1[-1](matmul(a,concat[-1](b,c)))";

const twins = inferenceScenario((tape) => {
  const x = tape.feed("x", [4, 8]);
  relu(tape, matMul(tape, x, "left", 3), "left/relu");
  relu(tape, matMul(tape, x, "right", 5), "right/relu");
});

test("two products of one input become one and a split, with the work of their shapes", () => {
  const graph = rewrittenGraph(twins.graph, [{ substitution: MERGE, place: 0 }]);
  expect([...graph.types].sort()).toEqual(["Feed", "MatMul", "Relu", "Relu", "Split"]);
  const product = graph.types.indexOf("MatMul");
  const split = graph.types.indexOf("Split");
  expect(graph.flops[product]).toBe(2 * 4 * 8 * (3 + 5));
  expect(graph.bytesTouched[product]).toBe(4 * (4 * 8 + 8 * 8 + 4 * 8));
  expect(graph.parameterBytes[product]).toBe(4 * 8 * 8);
  expect([graph.flops[split], graph.bytesTouched[split]]).toEqual([0, 4 * (4 * 8 + 4 * 8)]);
});

test("a place that is not there and a substitution that is not verified are refused in one sentence", () => {
  expect(() => rewrittenGraph(twins.graph, [{ substitution: MERGE, place: 9 }])).toThrow(
    /^Rewrite 0 is at place 9 of .*, but the graph has 2\.$/,
  );
  expect(() => rewrittenGraph(twins.graph, [{ substitution: "matmul(a,b) => a", place: 0 }])).toThrow(
    /none of the verified ones/,
  );
});

test("tensors inside of a source that others read forbid the place", () => {
  const scenario = inferenceScenario((tape) => {
    const y = matMul(tape, tape.feed("x", [4, 8]), "product", 3);
    concat(tape, [relu(tape, y, "relu"), y], "both", 1);
  });
  const fused = verified.find(({ text }) => text === "map(matmul(a,b)) => matmulMap(a,b)")!;
  expect(new Rewriting(scenario.graph).places(fused)).toEqual([]);
});

test.each(["inception-v3", "resnet-50", "bert-base"])(
  "ops of %s have the work that their shapes say, and come back as they were",
  async (name) => {
    const { graph } = await resolveScenario(`${name}/1xP100?phase=inference&batch=2`);
    const read = readGraph(graph);
    const ops = opsOf(read.graph, reachedIn(read.graph));
    expect(ops).toHaveLength(graph.opCount);
    // Work is compared op by op while a graph is read; an op of other work would stay whole.
    const known = ["Conv2D", "MatMul", "BiasAdd", "FusedBatchNorm", "Relu", "Gelu", "Concat", "MaxPool"];
    const whole = ops.filter(({ operator, op }) => operator === "whole" && known.includes(graph.types[op]));
    expect(whole).toEqual([]);
    const written = writeGraph({ ...read, original: graph, sources: new Map() });
    const rows = (of: typeof graph) =>
      of.names.map((each, v) =>
        [each, of.types[v], of.flops[v], of.bytesTouched[v], of.parameterBytes[v]].join(),
      );
    expect(rows(written).sort()).toEqual(rows(graph).sort());
  },
);
