/** Weights that several calls share, in files that name modules and in those that do not. */
import { expect, test } from "vitest";
import { Query } from "../../../../env/model/user/query.ts";
import { fileOf } from "../../../../scenarios/import/source-file.ts";
import { torchFx } from "../../../../scenarios/import/torch-fx/importer.ts";
import { float, node } from "../samples/torch-fx.ts";

const read = (...nodes: readonly object[]) =>
  torchFx.read(
    fileOf(JSON.stringify({ schema: "placement-gym/torch-fx-1", nodes }), "m.json"),
    new Query("m", new Map()),
  );
const x = node("x", "placeholder", "x", [], [float(4, 64)]);
const linear = (name: string, input: string, more: object = {}) =>
  node(name, "call_module", "Linear", [input], [float(4, 64)], {
    weights: [float(64, 64), float(64)],
    ...more,
  });
const total = (values: Float64Array) => values.reduce((sum, each) => sum + each, 0);
const LINEAR = 4 * (64 * 64 + 64);

test("an older file's second call of a module is known by its name, and the report says so", () => {
  const { graph, report } = read(x, linear("fc", "x"), linear("fc_1", "fc"), linear("fc_2", "fc_1"));
  expect(total(graph.parameterBytes)).toBe(LINEAR);
  expect(graph.names.slice(0, 2)).toEqual(["fc.0", "fc.1"]);
  expect(total(graph.flops)).toBe(3 * 2 * 4 * 64 * 64);
  expect(report.assumed.join(" ")).toContain("2 calls repeat a module, as the names say: fc_1, fc_2.");
});

test("calls of other modules do not share", () => {
  const layers = [linear("layers_0", "x"), linear("layers_1", "layers_0"), linear("fc", "layers_1")];
  expect(total(read(x, ...layers).graph.parameterBytes)).toBe(3 * LINEAR);
  const other = linear("fc_1", "fc", { weights: [float(64, 64)] });
  expect(total(read(x, linear("fc", "x"), other).graph.parameterBytes)).toBe(LINEAR + 4 * 64 * 64);
});

test("names of modules decide where they are given", () => {
  const twice = [linear("fc", "x", { module: "fc" }), linear("again", "fc", { module: "fc" })];
  expect(total(read(x, ...twice).graph.parameterBytes)).toBe(LINEAR);
  const apart = [linear("fc", "x", { module: "fc" }), linear("fc_1", "fc", { module: "fc_1" })];
  expect(total(read(x, ...apart).graph.parameterBytes)).toBe(2 * LINEAR);
});

test("a parameter of two modules is one op beside those that each has alone", () => {
  const own = (name: string) => ({
    module: name,
    weights: [
      ["torch.float32", [64, 64], "tied"],
      ["torch.float32", [64], `${name}.bias`],
    ],
  });
  const { graph } = read(x, linear("a", "x", own("a")), linear("b", "a", own("b")));
  expect(graph.names).toEqual(["tied", "x", "a", "b"]);
  expect([...graph.parameterBytes]).toEqual([4 * 64 * 64, 0, 4 * 64, 4 * 64]);
});

test("a node that bears the name of a shared weight keeps it", () => {
  const clash = node("w", "placeholder", "w", [], [float(4, 64)]);
  const own = { weights: [["torch.float32", [64, 64], "w"]] };
  const { graph } = read(
    clash,
    linear("a", "w", { ...own, module: "a" }),
    linear("b", "a", { ...own, module: "b" }),
  );
  expect(graph.names).toEqual(["w_", "w", "a", "b"]);
});
