/** An op without a rule leaves no more sizes open than it must. */
import { expect, test } from "vitest";
import { opOf, readModel } from "./read-model.ts";
import { node, type TestNode, value, weights } from "./write-model.ts";

const mystery = { ...node("Mystery", ["x"], ["m"]), domain: "own" };

function told(nodes: readonly TestNode[], result: readonly number[]) {
  const { graph, unknown } = readModel({
    node: [mystery, ...nodes],
    input: [value("x", [8, 3])],
    output: [value("y", result)],
    initializer: [weights("W", [64, 16]), weights("bias", [16])],
  });
  const names = (ids: readonly number[] = []) => ids.map((v) => graph.names[v]);
  return { graph, withoutRule: names(unknown?.withoutRule), withoutSize: names(unknown?.withoutSize) };
}

test("a product by a known weight and activations tell what came before them", () => {
  const nodes = [
    node("Relu", ["m"], ["r"]),
    node("MatMul", ["r", "W"], ["p"]),
    node("Transpose", ["p"], ["t"]),
    node("Softmax", ["t"], ["y"]),
  ];
  const { graph, withoutRule, withoutSize } = told(nodes, [16, 8]);
  expect({ withoutRule, withoutSize }).toEqual({ withoutRule: ["m"], withoutSize: [] });
  expect(opOf(graph, "m").outputs).toEqual([8 * 64 * 4]);
  expect(opOf(graph, "p").flops).toBe(2 * 8 * 64 * 16);
});

test("an operand of a sum is as large as its result at most, and stays marked", () => {
  const { graph, withoutSize } = told([node("Add", ["m", "bias"], ["y"])], [8, 16]);
  expect(opOf(graph, "m").outputs).toEqual([8 * 16 * 4]);
  expect(withoutSize).toEqual(["m"]);
});

test("what nothing tells stays unknown", () => {
  const { graph, withoutSize } = told([node("ReduceSum", ["m"], ["s"]), node("Exp", ["s"], ["y"])], [1, 1]);
  expect(opOf(graph, "m").outputs).toEqual([0]);
  expect(withoutSize).toEqual(["m", "s"]);
});

test("a stated size goes before a found one, and a misfit is the file's mistake", () => {
  const graph = {
    node: [mystery, node("Relu", ["m"], ["y"])],
    input: [value("x", [8, 3])],
    value_info: [value("m", [2, 5])],
    output: [value("y", [8, 16])],
  };
  expect(opOf(readModel(graph).graph, "m").outputs).toEqual([40]);
});
