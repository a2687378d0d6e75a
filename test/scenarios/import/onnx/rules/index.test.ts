/**
 * The rules by op type. None of ONNX's own list is missing, and what is called free moves nothing.
 * One node of each subject has its sizes and FLOP.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Query } from "../../../../../env/model/user/query.ts";
import { onnx } from "../../../../../scenarios/import/onnx/importer.ts";
import { coverageOf } from "../../../../../scenarios/import/onnx/rules/index.ts";
import { fileOf } from "../../../../../scenarios/import/source-file.ts";
import { laterBytes, laterNodesInBase64 } from "../later-shapes.ts";
import { opOf, readModel } from "../read-model.ts";
import {
  attribute,
  ints,
  node,
  opset,
  runtimeNode,
  sequence,
  type TestGraph,
  type TestNode,
  value,
  weights,
} from "../write-model.ts";

const listed = (file: string): readonly string[] =>
  readFileSync(new URL(`../${file}`, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));

const scalar = (name: string, number: number) => ({ ...ints(name, [number]), dims: [] });

/** The first output's op, from inputs by their sizes. */
function ofOp(
  op: TestNode,
  shapes: Readonly<Record<string, readonly number[]>>,
  more: Partial<TestGraph> & { readonly version?: number } = {},
) {
  const { version = 22, ...graph } = more;
  const input = [...Object.entries(shapes).map(([name, sizes]) => value(name, sizes)), ...(more.input ?? [])];
  return opOf(readModel({ ...graph, node: [op], input }, opset(version)).graph, op.output[0]);
}

describe("coverage", () => {
  test("leaves no op type of ONNX's own lists out", () => {
    for (const file of ["operators.txt", "operators-ml.txt"]) {
      const types = listed(file);
      expect(types.length).toBeGreaterThan(18);
      expect(types.filter((type) => coverageOf(type) === "unknown")).toEqual([]);
    }
  });

  test("says that an unknown type is unknown, also where another domain has its name", () => {
    expect(coverageOf("Mystery")).toBe("unknown");
    expect(coverageOf("ai.onnx.preview.training:Gradient")).toBe("unknown");
    expect(coverageOf("mmdeploy::Attention")).toBe("unknown");
    expect(coverageOf("com.microsoft:MoE")).toBe("rule");
  });

  test("calls zero-cost only what moves nothing", () => {
    const views: readonly TestNode[] = [
      node("Identity", ["x"], ["y"]),
      node("Flatten", ["x"], ["y"]),
      node("Squeeze", ["x"], ["y"]),
      node("BitCast", ["x"], ["y"], { to: 6 }),
      node("Reshape", ["x", "s"], ["y"]),
    ];
    for (const op of views) {
      expect(coverageOf(op.op_type), op.op_type).toBe("zero-cost");
      const { graph } = readModel({
        node: [op],
        input: [value("x", [2, 3])],
        initializer: [ints("s", [3, 2])],
      });
      const y = graph.names.indexOf("y");
      expect([graph.flops[y], graph.bytesTouched[y], opOf(graph, "y").outputs], op.op_type).toEqual([
        0,
        0,
        [24],
      ]);
    }
    expect(coverageOf("Transpose")).toBe("rule");
  });
});

test("sizes are those of ONNX's own shape inference", () => {
  const content = new Uint8Array(Buffer.from(laterNodesInBase64, "base64"));
  const { graph, unknown } = onnx.read(fileOf(content, "m.onnx"), new Query("m", new Map()));
  expect(unknown).toEqual({ withoutRule: [], withoutSize: [] });
  for (const [name, bytes] of Object.entries(laterBytes)) {
    const [, op, port] = /^(.+_)(\d)$/.exec(name)!;
    expect(opOf(graph, `${op}0`).outputs[Number(port)], name).toBe(bytes);
  }
  expect(Object.keys(laterBytes).length).toBeGreaterThan(50);
});

describe("einsum", () => {
  test.each([
    ["...ij,...jk->...ik", [2, 3, 8, 16], [2, 3, 16, 4], 2 * 2 * 3 * 8 * 16 * 4, 2 * 3 * 8 * 4],
    ["...ij,jk", [5, 8, 16], [16, 4], 2 * 5 * 8 * 16 * 4, 5 * 8 * 4],
    ["a...,b...->ab...", [2, 1, 7], [3, 4, 7], 2 * 2 * 3 * 4 * 7, 2 * 3 * 4 * 7],
    ["ij,jk->ik", [8, 16], [16, 4], 2 * 8 * 16 * 4, 8 * 4],
  ])("%s", (equation, a, b, flops, elements) => {
    expect(ofOp(node("Einsum", ["a", "b"], ["y"], { equation }), { a, b })).toEqual({
      flops,
      outputs: [4 * elements],
    });
  });

  test("refuses letters and axes that do not fit", () => {
    const refused = (equation: string) => () =>
      ofOp(node("Einsum", ["a", "b"], ["y"], { equation }), { a: [2, 3], b: [3, 4] });
    expect(refused("ijk...,jk->i")).toThrow(/does not fit the shape/);
    expect(refused("ij,ik->jk")).toThrow(/index i of the equation "ij,ik->jk" is both 2 and 3/);
  });
});

test("types come from the attribute that gives them", () => {
  const DOUBLE = 11;
  for (const type of ["EyeLike", "RandomNormalLike", "RandomUniformLike", "Bernoulli"])
    expect(ofOp(node(type, ["x"], ["y"], { dtype: DOUBLE }), { x: [3, 4] }).outputs, type).toEqual([96]);
  for (const type of ["RandomUniform", "RandomNormal"])
    expect(ofOp(node(type, [], ["y"], { dtype: DOUBLE, shape: [2, 5] }), {}).outputs, type).toEqual([80]);
  expect(
    ofOp(node("Multinomial", ["x"], ["y"], { dtype: 7, sample_size: 6 }), { x: [2, 9] }).outputs,
  ).toEqual([96]);
  expect(
    ofOp(node("QuantizeLinear", ["x", "s"], ["y"], { output_dtype: 5 }), { x: [8], s: [] }).outputs,
  ).toEqual([16]);
  expect(
    ofOp(
      node("HannWindow", ["n"], ["y"], { output_datatype: DOUBLE }),
      {},
      { initializer: [scalar("n", 10)] },
    ).outputs,
  ).toEqual([80]);
});

test.each([
  ["FLOAT8E8M0", 24, 8],
  ["UINT2", 25, 2],
  ["INT2", 26, 2],
  ["FLOAT6E2M3", 27, 6],
  ["FLOAT4E2M1", 23, 4],
])("a weight of %s has its bits", (_, type, bits) => {
  const { graph } = readModel({
    node: [node("DequantizeLinear", ["w", "s"], ["y"])],
    input: [value("s", [])],
    initializer: [weights("w", [16, 3], type)],
  });
  expect(graph.parameterBytes[graph.names.indexOf("y")]).toBe((48 * bits) / 8);
});

describe("files before opset 7", () => {
  test.each([
    ["Add", { broadcast: 1, axis: 1 }, [3], [2, 3, 4, 5]],
    ["Mul", { broadcast: 1, axis: 1 }, [3, 4], [2, 3, 4, 5]],
    ["Sub", { broadcast: 1 }, [4, 5], [2, 3, 4, 5]],
    ["PRelu", {}, [3], [2, 3, 4, 5]],
    ["PRelu", {}, [1], [2, 3, 4, 5]],
  ])("%s %j stretches %j over %j", (type, attributes, b, a) => {
    const told = ofOp(node(type, ["a", "b"], ["y"], attributes), { a, b }, { version: 6 });
    expect(told.outputs).toEqual([4 * 120]);
  });

  test("Cast names its type, Pad its paddings, Concat joins channels, Tile one axis", () => {
    const old = { version: 1 };
    expect(ofOp(node("Cast", ["x"], ["y"], { to: "DOUBLE" }), { x: [4] }, old).outputs).toEqual([32]);
    expect(() => ofOp(node("Cast", ["x"], ["y"], { to: "QUUX" }), { x: [4] }, old)).toThrow(
      /"QUUX" is not known/,
    );
    expect(ofOp(node("Pad", ["x"], ["y"], { paddings: [0, 1, 0, 1] }), { x: [2, 3] }, old).outputs).toEqual([
      40,
    ]);
    expect(ofOp(node("Concat", ["x", "z"], ["y"]), { x: [2, 3], z: [2, 5] }, old).outputs).toEqual([64]);
    const tiled = { ...old, initializer: [ints("n", [4]), ints("axis", [1])] };
    expect(ofOp(node("Tile", ["x", "n", "axis"], ["y"]), { x: [2, 3] }, tiled).outputs).toEqual([96]);
  });
});

describe("sequences", () => {
  test("are split, filled, counted and joined", () => {
    const { graph, unknown } = readModel({
      node: [
        node("SplitToSequence", ["x", "parts"], ["s"], { axis: 0 }),
        node("SequenceInsert", ["s", "z"], ["t"]),
        node("SequenceErase", ["t", "first"], ["u"]),
        node("SequenceAt", ["u", "last"], ["v"]),
        node("ConcatFromSequence", ["u"], ["y"], { axis: 0 }),
      ],
      input: [value("x", [7, 2]), value("z", [5, 2])],
      initializer: [scalar("parts", 3), scalar("first", 0), scalar("last", -1)],
    });
    expect(unknown).toEqual({ withoutRule: [], withoutSize: [] });
    const bytes = Object.fromEntries("stuvy".split("").map((name) => [name, opOf(graph, name).outputs]));
    expect(bytes).toEqual({ s: [56], t: [96], u: [72], v: [40], y: [72] });
  });

  test("that come in have one tensor unless the option says how many", () => {
    const graph = {
      node: [node("ConcatFromSequence", ["xs"], ["y"], { axis: 0 })],
      input: [sequence("xs", [3, 2])],
    };
    expect(opOf(readModel(graph).graph, "y").outputs).toEqual([24]);
    expect(opOf(readModel(graph, {}, { "dim.xs.length": "4" }).graph, "y").outputs).toEqual([96]);
  });

  test("a position outside is one sentence", () => {
    const graph = {
      node: [node("SequenceAt", ["xs", "p"], ["y"])],
      input: [sequence("xs", [3])],
      initializer: [scalar("p", 9)],
    };
    expect(() => readModel(graph)).toThrow(/position 9 is not in a sequence of 1 tensors/);
  });
});

test("losses, images, signals and solvers have their sizes", () => {
  const labels = { input: [value("t", [4, 5], 7)] };
  const loss = node("SoftmaxCrossEntropyLoss", ["x", "t"], ["l", "p"], { reduction: "none" });
  expect(ofOp(loss, { x: [4, 10, 5] }, labels)).toEqual({ flops: 6 * 200 + 2 * 20, outputs: [80, 800] });
  const likelihood = node("NegativeLogLikelihoodLoss", ["x", "t"], ["l"]);
  expect(ofOp(likelihood, { x: [4, 10, 5] }, labels)).toEqual({ flops: 40, outputs: [4] });
  const deformed = node("DeformConv", ["x", "w", "o"], ["y"]);
  expect(ofOp(deformed, { x: [1, 2, 6, 6], w: [3, 2, 3, 3], o: [1, 18, 4, 4] })).toEqual({
    flops: 2 * 3 * 16 * 2 * 9 + 8 * 2 * 9 * 16,
    outputs: [3 * 16 * 4],
  });
  const aligned = node("RoiAlign", ["x", "r", "b"], ["y"], {
    output_height: 7,
    output_width: 7,
    sampling_ratio: 2,
  });
  expect(ofOp(aligned, { x: [1, 8, 20, 20], r: [5, 4], b: [5] }).outputs).toEqual([5 * 8 * 49 * 4]);
  const transform = node("DFT", ["x"], ["y"], { onesided: 1 });
  expect(ofOp(transform, { x: [3, 16, 1] })).toEqual({ flops: 3 * 2.5 * 16 * 4, outputs: [3 * 9 * 2 * 4] });
  expect(ofOp(node("Det", ["x"], ["y"]), { x: [2, 3, 3] })).toEqual({ flops: 2 * 18, outputs: [8] });
  const scaled = runtimeNode("QLinearAdd", ["a", "as", "az", "b", "bs", "bz", "cs", "cz"], ["y"]);
  expect(ofOp(scaled, { a: [4, 8], as: [], az: [], b: [8], bs: [], bz: [], cs: [], cz: [] }).flops).toBe(
    6 * 32,
  );
});

describe("sizes that depend on data", () => {
  test("are the largest possible, marked at their op alone", () => {
    const { graph, unknown } = readModel({
      node: [
        node("NonZero", ["x"], ["i"]),
        node("Transpose", ["i"], ["j"]),
        node("GatherND", ["x", "j"], ["y"]),
      ],
      input: [value("x", [3, 4])],
    });
    expect(opOf(graph, "y").outputs).toEqual([12 * 4]);
    expect(unknown?.withoutSize).toEqual([graph.names.indexOf("i")]);
  });

  test("give way to what the file declares", () => {
    const { graph, unknown } = readModel({
      node: [node("NonZero", ["x"], ["i"])],
      input: [value("x", [3, 4])],
      output: [value("i", [2, 5], 7)],
    });
    expect(opOf(graph, "i").outputs).toEqual([80]);
    expect(unknown?.withoutSize).toEqual([]);
  });

  test("that then do not fit are unknown, no mistake of the file", () => {
    const { unknown, graph } = readModel({
      node: [node("NonZero", ["x"], ["i"]), node("Add", ["i", "z"], ["y"])],
      input: [value("x", [3, 4]), value("z", [2, 7], 7)],
    });
    expect(unknown?.withoutSize).toContain(graph.names.indexOf("y"));
  });

  test("a shape that only the file declares is a size", () => {
    const graph = {
      node: [node("Pad", ["x", "p"], ["y"])],
      input: [value("x", [3, 4]), value("p", [4], 7)],
      output: [value("y", [5, "wide"])],
    };
    expect(readModel(graph).unknown?.withoutSize.length).toBe(1);
    const sized = readModel(graph, {}, { "dim.wide": "6" });
    expect(sized.unknown?.withoutSize).toEqual([]);
    expect(opOf(sized.graph, "y").outputs).toEqual([120]);
  });
});

test("ConstantOfShape of a known shape is a weight", () => {
  const { graph, report } = readModel({
    node: [
      {
        ...node("ConstantOfShape", ["shape"], ["w"]),
        attribute: [attribute("value", { dims: [1], data_type: 1, float_data: [0.5] })],
      },
      node("MatMul", ["x", "w"], ["y"]),
    ],
    input: [value("x", [2, 64])],
    initializer: [ints("shape", [64, 32])],
  });
  expect(graph.names).toEqual(["x", "y"]);
  expect(graph.types[1]).toBe("MatMul");
  expect([...graph.parameterBytes]).toEqual([0, 64 * 32 * 4]);
  expect(report.dropped[0]).toMatch(/^1 constant node:/);
});
