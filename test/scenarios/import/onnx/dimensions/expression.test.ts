/** Expressions of dimensions: what is one, what it is worth, and what stays a name. */
import { describe, expect, test } from "vitest";
import { dimensionExpression } from "../../../../../scenarios/import/onnx/dimensions/expression.ts";
import { opOf, readModel } from "../read-model.ts";
import { node, value } from "../write-model.ts";

const sizes: Readonly<Record<string, number>> = { batch: 4, seq: 6, "past.len": 10, "batch-size": 3 };

test.each([
  ["2*batch", 8],
  ["seq + 1", 7],
  ["past.len + seq", 16],
  ["(batch + 2)*seq - 1", 35],
  ["floor(seq/4) + 1", 2],
  ["seq // 4", 1],
  ["ceiling(seq/4)", 2],
  ["max(batch, seq)", 6],
  ["batch-size * 2", 6],
])("%s is %i", (text, expected) => {
  expect(dimensionExpression(text)?.value((name) => sizes[name])).toBe(expected);
});

test.each(["batch", "batch-size", "unk__12", "?", "2 2", "batch size", "3 + 4", "a +", "(a", "sin(a)", ""])(
  "%j is no expression",
  (text) => {
    expect(dimensionExpression(text)).toBeNull();
  },
);

test.each(["batch / 3", "batch - seq", "batch / 0"])("%s has no size", (text) => {
  expect(dimensionExpression(text)?.value((name) => (name === "0" ? 0 : sizes[name]))).toBeNull();
});

test("nested and endless texts are no expressions", () => {
  expect(dimensionExpression(`${"(".repeat(200)}a${")".repeat(200)}`)).toBeNull();
  expect(dimensionExpression(`a${"+a".repeat(5_000)}`)).toBeNull();
});

describe("in a model", () => {
  const graph = {
    node: [node("Relu", ["b"], ["y"])],
    input: [value("b", ["2*n", "seq + 1"]), value("a", ["n", 8])],
  };

  test("names have their size whatever comes first, and are asked for by themselves", () => {
    const { graph: read, report } = readModel(graph, {}, { "dim.n": "4" });
    expect(opOf(read, "y").outputs).toEqual([8 * 2 * 4]);
    expect(report.assumed.join(" ")).toContain("Dynamic dimension of size 1, unless set: dim.seq.");
  });

  test("batch reaches an expression through the input whose first axis it sets", () => {
    expect(opOf(readModel(graph, {}, { batch: "3" }).graph, "y").outputs).toEqual([6 * 2 * 4]);
  });

  test("an expression may be set as a whole", () => {
    expect(opOf(readModel(graph, {}, { "dim.seq + 1": "9" }).graph, "y").outputs).toEqual([2 * 9 * 4]);
  });

  test("a size of 0 stays, unless its axis is set", () => {
    const empty = { node: [node("Relu", ["x"], ["y"])], input: [value("x", [2, 0, 3])] };
    expect(opOf(readModel(empty).graph, "y").outputs).toEqual([0]);
    expect(opOf(readModel(empty, {}, { "dim.x.1": "5" }).graph, "y").outputs).toEqual([120]);
  });
});
