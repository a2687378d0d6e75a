/**
 * Sizes that a graph does not tell: other tensors tell them, the user does, or they stay unknown.
 * An unknown size is never a fact of 1.
 */
import { describe, expect, test } from "vitest";
import { Query } from "../../../../env/model/user/query.ts";
import type { Imported } from "../../../../scenarios/import/contract.ts";
import { fileOf } from "../../../../scenarios/import/source-file.ts";
import { tensorflow } from "../../../../scenarios/import/tensorflow/importer.ts";
import { importFile } from "../../../../scenarios/index.ts";
import { declaring, float, ints, node, placeholder, type TestNode, tfFile, weights } from "./write-graph.ts";

type Options = Readonly<Record<string, string>>;
const read = (nodes: readonly TestNode[], options: Options = {}): Imported =>
  tensorflow.read(
    fileOf(tfFile("GraphDef", { node: nodes }), "g.pb"),
    new Query('Scenario file "g.pb"', new Map(Object.entries(options))),
  );
const unsized = ({ graph, unknown }: Imported) => unknown!.withoutSize.map((op) => graph.names[op]);
const flops = ({ graph }: Imported, name: string) => graph.flops[graph.names.indexOf(name)];

const image = placeholder("image", [-1, -1, -1, 3]);
const layers = [
  image,
  weights("k", [3, 3, 3, 16]),
  node("Conv2D", "conv", ["image", "k"], { strides: [1, 1, 1, 1], padding: "SAME" }),
  node("MaxPool", "pool", ["conv"], { ksize: [1, 2, 2, 1], strides: [1, 2, 2, 1], padding: "VALID" }),
  ints("axes", [1, 2]),
  node("Mean", "mean", ["pool", "axes"]),
  weights("w", [16, 10]),
  node("MatMul", "head", ["mean", "w"]),
];

describe("an image of unknown height and width", () => {
  test("leaves unknown what follows from them, and nothing behind a mean over them", () => {
    const imported = read(layers, { batch: "4" });
    expect(unsized(imported)).toEqual(["conv", "pool", "mean"]);
    expect(flops(imported, "head")).toBe(2 * 4 * 16 * 10);
    expect(imported.graph.outputBytes.every((bytes) => Number.isFinite(bytes))).toBe(true);
  });

  test("is refused with a way out, and comes in with its shape", () => {
    const content = tfFile("GraphDef", { node: layers.slice(0, 4) });
    expect(() => importFile(content, "g.pb")).toThrow(
      /Conv2D 1, MaxPool 1.*Option shape\.image=1,224,224,3 sets .* unknown are image\.$/,
    );
    const { scenario } = importFile(content, "g.pb", new Map([["shape.image", "2,8,8,3"]]));
    expect(scenario.graph.flops[2]).toBe(2 * 2 * 8 * 8 * 16 * 27);
    expect(scenario.meta.unknownWork ?? null).toBeNull();
  });
});

describe("other tensors tell a size", () => {
  test.each<readonly [string, readonly TestNode[], number]>([
    [
      "the weights of a product, for a matrix of unknown rank",
      [
        node("Placeholder", "x", [], { dtype: float, shape: { shape: { unknown_rank: true } } }),
        weights("w", [784, 512]),
        node("MatMul", "y", ["x", "w"]),
      ],
      2 * 5 * 784 * 512,
    ],
    [
      "the weights of a product, for its inner size",
      [placeholder("x", [-1, -1]), weights("w", [784, 512]), node("MatMul", "y", ["x", "w"])],
      2 * 5 * 784 * 512,
    ],
    [
      "a bias that is added",
      [placeholder("x", [-1, -1]), weights("b", [7]), node("AddV2", "y", ["x", "b"])],
      5 * 7,
    ],
    [
      "a shape that the file declares in part",
      [placeholder("x", [-1, -1]), declaring(node("Relu", "r", ["x"]), [-1, 9]), node("Neg", "y", ["r"])],
      5 * 9,
    ],
    [
      "a shape that is computed from known sizes",
      [
        placeholder("x", [-1, -1, 6]),
        node("Shape", "s", ["x"]),
        ints("two", [2], [1]),
        ints("zero", [0], []),
        node("GatherV2", "depth", ["s", "two", "zero"]),
        node("ConcatV2", "to", ["depth", "two", "zero"]),
        node("Placeholder", "data", [], { dtype: float, shape: { shape: { unknown_rank: true } } }),
        node("Reshape", "r", ["data", "to"]),
        node("Neg", "y", ["r"]),
      ],
      6 * 2,
    ],
  ])("%s", (what, nodes, expected) => {
    const imported = read(nodes, { batch: "5" });
    expect(flops(imported, "y")).toBe(expected);
    // An input that broadcasts may be smaller than the result.
    if (!/bias/.test(what)) expect(unsized(imported)).not.toContain("y");
  });
});

describe("option shape", () => {
  test("sets a known rank, an unknown one, and the result of any op", () => {
    expect(flops(read([placeholder("x", [-1, 4]), node("Neg", "y", ["x"])], { "shape.x": "3x4" }), "y")).toBe(
      12,
    );
    const odd = [placeholder("x", [2]), node("Mystery", "m", ["x"]), node("Neg", "y", ["m"])];
    const imported = read(odd, { "shape.m": "6,7" });
    expect(flops(imported, "y")).toBe(42);
    expect(imported.unknown).toMatchObject({ withoutRule: [1], withoutSize: [] });
  });

  test.each([
    [
      { "shape.imag": "1,8,8,3" },
      /^option shape\.imag names no node of the graph; inputs are image\. Did you mean "image"\?$/,
    ],
    [
      { "shape.image": "1,8,8" },
      /option shape\.image is \[1, 8, 8\], but the file says \[\?, \?, \?, 3\]\.$/,
    ],
    [{ "shape.image": "1,8,8,4" }, /but the file says \[\?, \?, \?, 3\]\.$/],
    [{ "shape.image": "1,-8,8,3" }, /option "shape\.image" is "1,-8,8,3", expected whole numbers/],
    [{ "shape.image": "" }, /expected whole numbers/],
  ])("%j is one sentence", (options, sentence) => {
    expect(() => read(layers, options as unknown as Options)).toThrow(sentence);
  });
});
