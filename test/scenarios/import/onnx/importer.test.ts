/**
 * ONNX models: shapes, FLOP and parameters against our own builders; options, weights, control flow
 * and mistakes.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { InputError, type OpGraph, Role } from "../../../../env/index.ts";
import { Query } from "../../../../env/model/user/query.ts";
import { onnx } from "../../../../scenarios/import/onnx/importer.ts";
import { fileOf, openFile } from "../../../../scenarios/import/source-file.ts";
import { workloadCatalog } from "../../../../scenarios/index.ts";
import type { ForwardOp } from "../../../../scenarios/workloads/tape/tape.ts";
import { inferredShapes, nodesInBase64 } from "./inferred-shapes.ts";
import { mobilenetV2, resnet50, selfAttention } from "./networks.ts";
import { FLOAT16, INT64, ints, node, onnxFile, type TestGraph, value, weights } from "./write-model.ts";

const asQuery = (options: Readonly<Record<string, string>> = {}) =>
  new Query('Scenario file "m.onnx"', new Map(Object.entries(options)));

const read = (graph: TestGraph, options: Readonly<Record<string, string>> = {}, more: object = {}) =>
  onnx.read(fileOf(onnxFile(graph, more), "m.onnx"), asQuery(options));
const sum = (values: Iterable<number>) => [...values].reduce((total, next) => total + next, 0);
const outputBytes = (graph: OpGraph, name: string): readonly number[] => {
  const v = graph.names.indexOf(name);
  return [...graph.outputBytes.slice(graph.outputStart[v], graph.outputStart[v + 1])];
};

/** The forward pass of a built-in workload, without its loss. */
function built(name: string, batch: number): readonly ForwardOp[] {
  const workload = workloadCatalog.find((entry) => entry.name === name)!;
  const defaults = Object.entries(workload.options).map(([key, option]) => [key, option.default]);
  return workload.forward({ ...Object.fromEntries(defaults), batch }).ops;
}

describe("networks that we build too", () => {
  // A file for inference normalises with stored statistics, 2 FLOP an element; our builders train,
  // at 8 FLOP an element.
  const isNormalisation = /Norm/;
  test.each([
    { name: "resnet-50", file: resnet50 },
    { name: "mobilenet-v2", file: mobilenetV2 },
  ])("$name: FLOP, parameters and activations agree within 2%", ({ name, file }) => {
    const batch = 4;
    const { graph } = read(file(), { "dim.batch": String(batch) });
    const ops = built(name, batch);
    const flopsOf = (isCounted: (type: string) => boolean) => [
      sum(graph.types.map((type, v) => (isCounted(type) ? graph.flops[v] : 0))),
      sum(ops.map(({ type, flops }) => (isCounted(type) ? flops : 0))),
    ];
    const compared = {
      flops: flopsOf((type) => !isNormalisation.test(type) && type !== "SoftmaxCrossEntropy"),
      convolutions: flopsOf((type) => type === "Conv2D"),
      depthwise: flopsOf((type) => type === "DepthwiseConv2dNative"),
      products: flopsOf((type) => type === "MatMul"),
      parameters: [sum(graph.parameterBytes), sum(ops.map(({ parameterBytes }) => parameterBytes))],
    };
    console.log(name, JSON.stringify(compared));
    for (const [what, [imported, expected]] of Object.entries(compared))
      expect(Math.abs(imported - expected), what).toBeLessThanOrEqual(0.02 * expected);
    const convolved = (types: readonly string[], bytes: readonly number[]) =>
      bytes.filter((_, i) => /Conv2[Dd]/.test(types[i])).sort((a, b) => a - b);
    expect(
      convolved(
        graph.types,
        graph.names.map((op) => outputBytes(graph, op)[0]),
      ),
    ).toEqual(
      convolved(
        ops.map(({ type }) => type),
        ops.map(({ outputs }) => outputs[0].bytes),
      ),
    );
  });
});

describe("shapes", () => {
  test("are those of ONNX's own shape inference, for one node of each of many types", () => {
    const content = new Uint8Array(Buffer.from(nodesInBase64, "base64"));
    const { graph } = onnx.read(fileOf(content, "m.onnx"), asQuery());
    // Everything else is float32.
    const bytesOfElement: Readonly<Record<string, number>> = {
      ...Object.fromEntries(
        ["ArgMax 0", "Shape 0", "Size 0", "Range 0", "TopK 1", "MaxPool 1"].map((port) => [port, 8]),
      ),
      ...Object.fromEntries(["Equal 0", "QuantizeLinear 0", "Dropout 1"].map((port) => [port, 1])),
      "Cast 0": 2,
    };
    let compared = 0;
    for (const [name, expected] of Object.entries(inferredShapes)) {
      const [, type, port] = /^(\w+)_\d+_(\d)$/.exec(name)!;
      const [bytes] = outputBytes(graph, `${name.slice(0, -1)}0`).slice(Number(port));
      expect(bytes / (bytesOfElement[`${type} ${port}`] ?? 4), name).toBe(
        expected.reduce((all, next) => all * next, 1),
      );
      compared++;
    }
    expect(compared).toBeGreaterThan(70);
  });

  test("are computed through Shape, Gather, Concat and Reshape", () => {
    const [batch, tokens, width, heads] = [2, 10, 64, 4];
    const { graph } = read(selfAttention(width, heads), { "dim.batch": "2", "dim.tokens": "10" });
    const products = graph.names.filter((_, v) => /MatMul/.test(graph.types[v]));
    expect(products.map((name) => outputBytes(graph, name)[0] / 4)).toEqual([
      ...[0, 1, 2].map(() => batch * tokens * width),
      batch * heads * tokens * tokens,
      batch * tokens * width,
      batch * tokens * width,
    ]);
    expect(products.map((name) => graph.flops[graph.names.indexOf(name)])).toEqual([
      ...[0, 1, 2].map(() => 2 * batch * tokens * width * width),
      2 * batch * tokens * tokens * width,
      2 * batch * tokens * tokens * width,
      2 * batch * tokens * width * width,
    ]);
    expect(graph.types.filter((type) => type === "BatchMatMul").length).toBe(2);
  });

  test("are taken from the file where an op is not known, and are the largest where data decides", () => {
    const { graph, report } = read({
      node: [node("Mystery", ["x"], ["y"]), node("NonZero", ["y"], ["z"]), node("Relu", ["z"], ["w"])],
      input: [value("x", [8])],
      value_info: [value("y", [4, 5])],
    });
    expect(outputBytes(graph, "y")).toEqual([80]);
    expect(graph.flops[graph.names.indexOf("y")]).toBe(20);
    // Two coordinates for each of the 20 elements.
    expect(outputBytes(graph, "w")).toEqual([2 * 20 * 8]);
    expect(report.assumed).toContain(
      "Types without a rule cost 1 FLOP for each element that they make: Mystery (1).",
    );
    expect(report.assumed).toContain(
      "Results whose size depends on data are as large as they can be: NonZero (1).",
    );
  });
});

describe("dynamic dimensions", () => {
  const graph: TestGraph = {
    node: [node("Relu", ["x"], ["y"])],
    input: [value("x", ["batch", "", 3])],
  };
  const elementsWith = (options: Readonly<Record<string, string>>) =>
    outputBytes(read(graph, options).graph, "y")[0] / 4;

  test("are set by name, by input and axis, or all first ones by batch", () => {
    expect(elementsWith({ "dim.batch": "5", "dim.x.1": "7" })).toBe(5 * 7 * 3);
    expect(elementsWith({ batch: "6" })).toBe(6 * 3);
  });

  test("are 1 unless set, and the report says so", () => {
    const { report } = read(graph, { batch: "6" });
    expect(report.assumed).toContain("Dynamic dimension of size 1, unless set: dim.x.1.");
  });

  test.each([
    [
      { "dim.tokens": "5" },
      /^Scenario file "m\.onnx": option "dim\.tokens" sets nothing: there are batch, x\.1\.$/,
    ],
    [
      { "dim.batch": "-1" },
      /^Scenario file "m\.onnx": option "dim\.batch" is "-1", expected a whole number from 0 to/,
    ],
    [{ batch: "many" }, /^Scenario file "m\.onnx": option "batch" is "many", expected a whole number/],
  ])("%j is one sentence", (options, sentence) => {
    expect(() => read(graph, options as Record<string, string>)).toThrow(sentence);
  });
});

describe("weights", () => {
  const product = (initializer: TestGraph["initializer"], more: Partial<TestGraph> = {}): TestGraph => ({
    node: [node("MatMul", ["x", "w"], ["y"])],
    input: [value("x", [2, 8])],
    initializer,
    ...more,
  });

  test("count by their shape, whether their data is here, in another file or stripped", () => {
    const here = { ...weights("w", [8, 4]), raw_data: new Uint8Array(128) };
    const elsewhere = {
      ...weights("w", [8, 4]),
      data_location: 1,
      external_data: [{ key: "location", value: "../../etc/passwd" }],
    };
    for (const tensor of [here, elsewhere, weights("w", [8, 4])]) {
      const { graph } = read(product([tensor]));
      expect([...graph.parameterBytes]).toEqual([0, 128]);
    }
    expect(read(product([elsewhere])).report.dropped).toContain(
      "The data of 128 bytes of weights in other files: their sizes suffice.",
    );
  });

  test("stay where they are, but shapes beside the file are read, and only beside it", () => {
    const folder = mkdtempSync(join(tmpdir(), "onnx-"));
    try {
      const numbers = new BigInt64Array([99n, 3n, -1n]);
      writeFileSync(join(folder, "shape.bin"), new Uint8Array(numbers.buffer));
      const reshaped = (location: string) => {
        const shape = {
          ...weights("s", [2], INT64),
          data_location: 1,
          external_data: [
            { key: "location", value: location },
            { key: "offset", value: "8" },
          ],
        };
        const path = join(folder, "m.onnx");
        writeFileSync(
          path,
          onnxFile({
            node: [node("Reshape", ["x", "s"], ["y"])],
            input: [value("x", [6])],
            initializer: [shape],
          }),
        );
        return onnx.read(openFile(path), asQuery());
      };
      expect(outputBytes(reshaped("shape.bin").graph, "y")).toEqual([24]);
      for (const other of ["gone.bin", `../${basename(folder)}/shape.bin`, join(folder, "shape.bin")])
        expect(outputBytes(reshaped(other).graph, "y"), other).toEqual([0]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("that several nodes use are one op, and count once", () => {
    const { graph } = read(
      product([weights("w", [8, 8])], {
        node: [node("MatMul", ["x", "w"], ["y"]), node("MatMul", ["y", "w"], ["z"])],
      }),
    );
    expect(graph.names).toEqual(["x", "w", "y", "z"]);
    expect(graph.types[1]).toBe("Variable");
    expect([...graph.parameterBytes]).toEqual([0, 256, 0, 0]);
    expect(graph.edgeCount).toBe(4);
  });

  test("in Constant nodes and in the inputs of older files are weights all the same", () => {
    const constant = node("Constant", [], ["w"], { value: weights("", [8, 4]) });
    const asConstant = product([], { node: [constant, node("MatMul", ["x", "w"], ["y"])] });
    const asInput = product([weights("w", [8, 4])], { input: [value("x", [2, 8]), value("w", [8, 4])] });
    for (const graph of [asConstant, asInput]) {
      const read_ = read(graph);
      expect(read_.graph.names).toEqual(["x", "y"]);
      expect([...read_.graph.parameterBytes]).toEqual([0, 128]);
    }
    expect(read(asConstant).report.dropped).toEqual([
      "1 constant node: their values are weights and arguments of other nodes.",
    ]);
  });

  test("of half precision make a graph of half precision", () => {
    const half = product([weights("w", [8, 4], FLOAT16)], { input: [value("x", [2, 8], FLOAT16)] });
    const { graph } = read(half);
    expect(graph.dtype).toBe("float16");
    expect([outputBytes(graph, "y")[0], graph.parameterBytes[1]]).toEqual([2 * 4 * 2, 8 * 4 * 2]);
  });
});

describe("graphs inside nodes", () => {
  const branch = (columns: number): TestGraph => ({
    node: [node("MatMul", ["x", `w${columns}`], [`y${columns}`])],
    initializer: [weights(`w${columns}`, [8, columns])],
    input: [],
    output: [value(`y${columns}`, ["rows", columns])],
  });
  const choice = (more: Partial<TestGraph> = {}): TestGraph => ({
    node: [node("If", ["flag"], ["y"], { then_branch: branch(4), else_branch: branch(6) })],
    input: [value("flag", [], 9), value("x", [2, 8])],
    ...more,
  });

  test("cost what their larger branch costs, and hold the weights of both", () => {
    const { graph, report } = read(choice());
    expect(graph.names).toEqual(["flag", "x", "y"]);
    expect(graph.edgeCount).toBe(2);
    expect(graph.flops[2]).toBe(2 * 2 * 8 * 6);
    expect(graph.parameterBytes[2]).toBe(4 * 8 * (4 + 6));
    expect(report.assumed.some((sentence) => sentence.endsWith("If (1)."))).toBe(true);
  });

  test("cost the branch that is taken where the condition is known", () => {
    const flag = { name: "flag", dims: [], data_type: 9, raw_data: Uint8Array.of(1) };
    const { graph } = read(choice({ initializer: [flag], input: [value("x", [2, 8])] }));
    expect(graph.flops[1]).toBe(2 * 2 * 8 * 4);
  });

  test("are costed in functions too, and functions that call themselves are refused", () => {
    const doubled = { name: "Twice", domain: "own", input: ["a"], output: ["b"] };
    const call = { ...node("Twice", ["x"], ["y"]), domain: "own" };
    const graph = { node: [call], input: [value("x", [10])] };
    const once = { functions: [{ ...doubled, node: [node("Add", ["a", "a"], ["b"])] }] };
    expect(read(graph, {}, once).graph.flops[1]).toBe(10);
    const endless = {
      functions: [{ ...doubled, node: [{ ...node("Twice", ["a"], ["b"]), domain: "own" }] }],
    };
    expect(() => read(graph, {}, endless)).toThrow(/graphs are nested more than 32 deep/);
  });
});

describe("malformed models", () => {
  const conv = (dims: readonly number[]): TestGraph => ({
    node: [node("Conv", ["x", "w"], ["y"])],
    input: [value("x", [1, 3, 8, 8])],
    initializer: [weights("w", dims)],
  });
  const bytes = onnxFile(conv([4, 3, 3, 3]));
  const bad: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ["an empty file", new Uint8Array(0), /^the model has no graph\.$/],
    ["a truncated file", bytes.subarray(0, bytes.length - 9), /^the file is damaged: message /],
    ["no nodes", onnxFile({ node: [], input: [] }), /^The graph is empty/],
    [
      "channels that differ",
      onnxFile(conv([4, 5, 3, 3])),
      /^node "y" \(Conv\): the data \[1, 3, 8, 8\] and the weights/,
    ],
    ["a window past the data", onnxFile(conv([4, 3, 9, 9])), /^node "y" \(Conv\): a window of 9/],
    [
      "data that does not fill its shape",
      onnxFile({
        ...conv([4, 3, 3, 3]),
        initializer: [{ ...weights("w", [4]), raw_data: new Uint8Array(7) }],
      }),
      /^initializer "w": has 7 bytes of data, its shape \[4\] takes 16 as float32\.$/,
    ],
    [
      "an unknown data type",
      onnxFile({ ...conv([1]), initializer: [weights("w", [4], 99)] }),
      /^initializer "w": data type 99 is not known/,
    ],
    [
      "a negative size",
      onnxFile({ ...conv([1]), initializer: [weights("w", [-4])] }),
      /^initializer "w": has the shape \[-4\]/,
    ],
    [
      "a value from nowhere",
      onnxFile({ node: [node("Relu", ["nothing"], ["y"])], input: [] }),
      /^node "y" \(Relu\) reads "nothing", which no node, input or initializer makes\.$/,
    ],
    [
      "a cycle",
      onnxFile({ node: [node("Relu", ["b"], ["a"]), node("Relu", ["a"], ["b"])], input: [] }),
      /reads "b"|cycle/,
    ],
    [
      "a value made twice",
      onnxFile({ node: [node("Relu", ["x"], ["y"]), node("Abs", ["x"], ["y"])], input: [value("x", [1])] }),
      /^"y" is the output of two nodes/,
    ],
    [
      "sizes past 2^53",
      onnxFile({ node: [node("Relu", ["x"], ["y"])], input: [value("x", [1e9, 1e9])] }),
      /more than 2\^53/,
    ],
    [
      "a reshape that does not fit",
      onnxFile({
        node: [node("Reshape", ["x", "s"], ["y"])],
        input: [value("x", [6])],
        initializer: [ints("s", [4, -1])],
      }),
      /6 elements of shape \[6\] do not fit the shape \[4, -1\]/,
    ],
  ];

  test.each(bad)("%s is one sentence", (_what, content, sentence) => {
    let error: unknown;
    try {
      onnx.read(fileOf(content, "m.onnx"), asQuery());
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toMatch(sentence);
  });
});

test("everything is a forward op", () => {
  expect([...read(resnet50()).graph.role].every((role) => role === Role.forward)).toBe(true);
});
