/** Graphs inside of graphs: modes that disappear, control flow with the work of its graphs. */
import { expect, test } from "vitest";
import { InputError } from "../../../../env/index.ts";
import { Query } from "../../../../env/model/user/query.ts";
import { fileOf } from "../../../../scenarios/import/source-file.ts";
import { torchFx } from "../../../../scenarios/import/torch-fx/importer.ts";
import { float, node } from "../samples/torch-fx.ts";

const read = (nodes: readonly object[], graphs: Readonly<Record<string, readonly object[]>>) =>
  torchFx.read(
    fileOf(JSON.stringify({ schema: "placement-gym/torch-fx-1", nodes, graphs }), "m.json"),
    new Query("m", new Map()),
  );
const x = node("x", "placeholder", "x", [], [float(10, 4, 8)]);
const graphNode = (name: string, target = name) => node(name, "get_attr", target, [], []);
const call = (
  name: string,
  target: string,
  inputs: readonly string[],
  args: string,
  shape: readonly number[],
) => node(name, "call_function", target, inputs, [float(...shape)], { args });
/** relu twice, or as often as said. */
const body = (times: number) => [
  node("a", "placeholder", "a", [], [float(4, 8)]),
  ...Array.from({ length: times }, (_, i) =>
    call(`r${i}`, "aten.relu.default", [i === 0 ? "a" : `r${i - 1}`], "", [4, 8]),
  ),
  node("output", "output", "output", [`r${times - 1}`], [], { args: `((r${times - 1},),)` }),
];

test("a mode is replaced by the nodes that run in it, also in another mode", () => {
  const nodes = [
    node("x", "placeholder", "x", [], [float(4, 8)]),
    graphNode("submod_1"),
    call("wrap", "wrap_with_set_grad_enabled", ["submod_1", "x"], "(False, submod_1, x)", [4, 8]),
    call("getitem", "<built-in function getitem>", ["wrap"], "(wrap, 0)", [4, 8]),
    call("y", "aten.add.Tensor", ["getitem"], "(getitem, getitem)", [4, 8]),
  ];
  const outer = [
    node("a", "placeholder", "a", [], [float(4, 8)]),
    graphNode("inner"),
    call("wrap", "wrap_with_autocast", ["inner", "a"], "('cpu', None, False, None, inner, a)", [4, 8]),
    call("getitem", "<built-in function getitem>", ["wrap"], "(wrap, 0)", [4, 8]),
    node("output", "output", "output", ["getitem"], [], { args: "((getitem,),)" }),
  ];
  const { graph } = read(nodes, { submod_1: outer, "submod_1.inner": body(2) });
  expect(graph.names).toEqual(["x", "wrap/wrap/r0", "wrap/wrap/r1", "y"]);
  const sources = [...graph.edgeSource].map((op) => graph.names[op]);
  expect(sources).toEqual(["x", "wrap/wrap/r0", "wrap/wrap/r1", "wrap/wrap/r1"]);
});

test("a condition costs its larger branch, a scan each slice, a while loop one pass", () => {
  const p = node("p", "placeholder", "p", [], [float()]);
  const [small, large] = [graphNode("small"), graphNode("large")];
  const graphs = { small: body(1), large: body(3) };
  const flops = (...nodes: readonly object[]) => {
    const { graph, report } = read([x, p, small, large, ...nodes], graphs);
    return [
      graph.flops[graph.opCount - 1],
      report.assumed.some((line) => line.startsWith("While loops cost one pass")),
    ];
  };
  expect(flops(call("c", "cond", ["p", "small", "large", "x"], "(p, small, large, (x,))", [4, 8]))).toEqual([
    3 * 32,
    false,
  ]);
  expect(flops(call("s", "scan", ["large", "p", "x"], "(large, [p], [x], ())", [4, 8]))).toEqual([
    10 * 3 * 32,
    false,
  ]);
  expect(flops(call("w", "while_loop", ["small", "large", "x"], "(small, large, (x,), ())", [4, 8]))).toEqual(
    [4 * 32, true],
  );
});

test("an op without a rule inside makes the whole op unknown", () => {
  const odd = [node("a", "placeholder", "a", [], [float(4, 8)]), call("m", "mystery", ["a"], "(a,)", [4, 8])];
  const nodes = [
    x,
    graphNode("g"),
    graphNode("h"),
    call("c", "cond", ["x", "g", "h"], "(x, g, h, (x,))", [4, 8]),
  ];
  expect(read(nodes, { g: odd, h: body(1) }).unknown?.withoutRule).toEqual([1]);
});

test("nesting has a limit, and so has what it expands to", () => {
  const wrapped = (inner: string, times: number) => [
    node("a", "placeholder", "a", [], [float(4, 8)]),
    graphNode("g", inner),
    ...Array.from({ length: times }, (_, i) => call(`w${i}`, "wrap", ["g", "a"], "(g, a)", [4, 8])),
    node("output", "output", "output", ["a"], [], { args: "((a,),)" }),
  ];
  const graphs = (times: number) =>
    Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [
        Array.from({ length: i + 1 }, () => "g").join("."),
        wrapped("g", times),
      ]),
    );
  const nodes = [x, graphNode("g"), call("w", "wrap", ["g", "x"], "(g, x)", [4, 8])];
  expect(() => read(nodes, graphs(1))).toThrow(new InputError("graphs are nested more than 32 deep."));
  expect(() => read(nodes, graphs(2))).toThrow(InputError);
});
