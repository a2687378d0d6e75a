/**
 * Functions of TF 2: calls in place of what they call, control flow that runs functions, passes of
 * loops, and libraries that lead nowhere.
 */
import { describe, expect, test } from "vitest";
import { InputError, type OpGraph } from "../../../../env/index.ts";
import { Query } from "../../../../env/model/user/query.ts";
import type { Imported } from "../../../../scenarios/import/contract.ts";
import { fileOf } from "../../../../scenarios/import/source-file.ts";
import { tensorflow } from "../../../../scenarios/import/tensorflow/importer.ts";
import {
  calling,
  float,
  functionOf,
  ints,
  node,
  placeholder,
  shape,
  type TestNode,
  tfFile,
  tfText,
  weights,
} from "./write-graph.ts";

type Options = Readonly<Record<string, string>>;
const read = (content: string | Uint8Array, options: Options = {}): Imported =>
  tensorflow.read(
    fileOf(content, "g.pb"),
    new Query('Scenario file "g.pb"', new Map(Object.entries(options))),
  );
const graphOf = (nodes: readonly TestNode[], functions: readonly object[]) => ({
  node: nodes,
  library: { function: functions },
});
const flopsOf = ({ graph }: { graph: OpGraph }) => graph.flops.reduce((all, each) => all + each, 0);
const bytesOf = (graph: OpGraph, name: string): number =>
  graph.outputBytes[graph.outputStart[graph.names.indexOf(name)]];
const inputsOf = (graph: OpGraph, name: string): readonly string[] => {
  const v = graph.names.indexOf(name);
  return [...graph.edgeSource.slice(graph.inStart[v], graph.inStart[v + 1])].map((u) => graph.names[u]);
};

const x = placeholder("x", [32, 784]);
const w = weights("w", [784, 512]);
const dense = functionOf(
  "dense",
  ["a", "b"],
  { out: "relu:activations:0" },
  node("MatMul", "mm", ["a", "b"], { T: float }),
  node("Relu", "relu", ["mm:product:0"], { T: float }),
);
const call = (name: string, of: string, inputs: readonly string[], type = "StatefulPartitionedCall") =>
  node(type, name, inputs, { f: calling(of) });
const DENSE = 2 * 32 * 784 * 512 + 32 * 512;

describe("a call", () => {
  test("is replaced by the nodes that it calls, in binary and in text", () => {
    const graph = graphOf([x, w, call("call", "dense", ["x", "w"]), node("Neg", "y", ["call"])], [dense]);
    for (const content of [tfFile("GraphDef", graph), tfText("GraphDef", graph)]) {
      const imported = read(content);
      expect(imported.graph.names).toEqual(["x", "w", "call/mm", "call/relu", "y"]);
      expect(inputsOf(imported.graph, "call/mm")).toEqual(["x", "w"]);
      expect(inputsOf(imported.graph, "y")).toEqual(["call/relu"]);
      expect(flopsOf(imported)).toBe(DENSE + 32 * 512);
      expect(imported.unknown).toMatchObject({ withoutRule: [], withoutSize: [] });
    }
  });

  test("of a call, by the function's own name, and of what only passes a value on", () => {
    const twice = functionOf(
      "twice",
      ["a", "b", "c"],
      { first: "inner:out:0", second: "a" },
      call("inner", "dense", ["a", "b"], "PartitionedCall"),
      node("Neg", "unused", ["c"]),
    );
    const nodes = [x, w, node("twice", "outer", ["x", "w", "w"]), node("Neg", "y", ["outer:1"])];
    const { graph } = read(tfFile("GraphDef", graphOf(nodes, [dense, twice])));
    expect(graph.names).toContain("outer/inner/relu");
    expect(inputsOf(graph, "y")).toEqual(["x"]);
  });

  test("passes control on: before what it calls begins, and after what it has to run", () => {
    const effect = {
      ...functionOf("effect", ["a"], {}, node("Neg", "n", ["a"]), node("NoOp", "last", ["^n"])),
      control_ret: { last: "last" },
    };
    const nodes = [
      x,
      node("NoOp", "first"),
      call("call", "effect", ["x", "^first"]),
      node("NoOp", "end", ["^call"]),
    ];
    const { graph } = read(tfFile("GraphDef", graphOf(nodes, [effect])));
    expect(inputsOf(graph, "call/n")).toEqual(["x", "first"]);
    expect(inputsOf(graph, "end")).toEqual(["call/last"]);
  });

  test("names outputs as op definitions do", () => {
    const body = functionOf(
      "f",
      ["a"],
      { out: "n:batch_variance:0", parts: "s:output:2" },
      weights("v", [3]),
      node("FusedBatchNormV3", "n", ["a", "v:output:0", "v:output:0", "v:output:0", "v:output:0"]),
      ints("axis", [3], []),
      node("Split", "s", ["axis:output:0", "a"], { num_split: 3 }),
    );
    const nodes = [
      placeholder("x", [1, 4, 4, 3]),
      call("call", "f", ["x"]),
      node("Neg", "v", ["call"]),
      node("Neg", "p", ["call:1"]),
    ];
    const { graph } = read(tfFile("GraphDef", graphOf(nodes, [body])));
    expect([bytesOf(graph, "v"), bytesOf(graph, "p")]).toEqual([4 * 3, 4 * 16]);
  });
});

describe("control flow", () => {
  const step = (limit: string) => [
    functionOf(
      "cond",
      ["i", "n", "h", "w"],
      { more: "less:z:0" },
      ints("c", [10], []),
      node("Less", "less", ["i", limit]),
    ),
    functionOf(
      "body",
      ["i", "n", "h", "w"],
      { i1: "add:z:0", n1: "same:output:0", h1: "mm:product:0", w1: "w" },
      ints("two", [2], []),
      node("AddV2", "add", ["i", "two:output:0"]),
      node("Identity", "same", ["n"]),
      node("MatMul", "mm", ["h", "w"]),
    ),
  ];
  const loop = (limit: string) =>
    graphOf(
      [
        ints("start", [0], []),
        ints("limit", [7], []),
        placeholder("h", [8, 64]),
        weights("w", [64, 64]),
        node("StatelessWhile", "loop", ["start", "limit", "h", "w"], {
          cond: calling("cond"),
          body: calling("body"),
        }),
        node("Relu", "y", ["loop:2"]),
      ],
      step(limit),
    );

  test.each([
    ["c:output:0", 5],
    ["n", 4],
  ])("a while loop runs until its counter reaches %s: %i passes", (limit, passes) => {
    const imported = read(tfFile("GraphDef", loop(limit)));
    const at = imported.graph.names.indexOf("loop");
    // The counter adds one number in a pass, and compares one more often than there are passes.
    expect(imported.graph.flops[at]).toBe(passes * 2 * 8 * 64 * 64 + passes + (passes + 1));
    expect(bytesOf(imported.graph, "y")).toBe(4 * 8 * 64);
    expect(imported.report.assumed.join(" ")).not.toContain("trips");
  });

  test("a loop whose end depends on data runs once, or as often as trips says", () => {
    const graph = tfFile("GraphDef", loop("h"));
    const once = read(graph);
    expect(once.report.assumed).toContain(
      "1 loop that does not tell its passes runs once, as the option trips says or by default.",
    );
    const often = read(graph, { trips: "50" });
    const at = (imported: Imported) => imported.graph.flops[imported.graph.names.indexOf("loop")];
    expect(at(often)).toBeGreaterThan(49 * at(once) * 0.9);
  });

  test("a condition costs its larger branch", () => {
    const small = functionOf(
      "small",
      ["a", "b"],
      { out: "n:y:0" },
      weights("k", [32, 512]),
      node("Neg", "n", ["k:output:0"]),
    );
    const nodes = [
      x,
      w,
      node("Placeholder", "p", [], { dtype: { type: 10 }, shape: { shape: shape([]) } }),
      node("If", "choice", ["p", "x", "w"], { then_branch: calling("small"), else_branch: calling("dense") }),
      node("Case", "pick", ["p", "x", "w"], {
        branches: { list: { func: [{ name: "dense" }, { name: "small" }] } },
      }),
    ];
    const { graph } = read(tfFile("GraphDef", graphOf(nodes, [dense, small])));
    expect([...graph.flops.slice(3)]).toEqual([DENSE, DENSE]);
    expect(bytesOf(graph, "choice")).toBe(4 * 32 * 512);
  });

  test("an op without a rule inside makes the whole op unknown", () => {
    const odd = functionOf("odd", ["a", "b"], { out: "m:y:0" }, node("Mystery", "m", ["a"]));
    const nodes = [
      x,
      w,
      node("If", "choice", ["x", "x", "w"], { then_branch: calling("odd"), else_branch: calling("dense") }),
    ];
    const { unknown } = read(tfFile("GraphDef", graphOf(nodes, [dense, odd])));
    expect(unknown?.withoutRule).toEqual([2]);
  });

  test("lists hold what loops read and make", () => {
    const nodes = [
      placeholder("x", [20, 4, 64]),
      ints("each", [4, 64]),
      node("TensorListFromTensor", "list", ["x", "each"], { element_dtype: float }),
      ints("i", [0], []),
      node("TensorListGetItem", "item", ["list", "i", "each"], { element_dtype: float }),
      node("TensorListStack", "all", ["list", "each"], { element_dtype: float, num_elements: -1 }),
    ];
    const { graph } = read(tfFile("GraphDef", { node: nodes }));
    expect([bytesOf(graph, "list"), bytesOf(graph, "item"), bytesOf(graph, "all")]).toEqual([
      0,
      4 * 4 * 64,
      4 * 20 * 4 * 64,
    ]);
  });
});

describe("a SavedModel", () => {
  const graph_def = graphOf(
    [
      x,
      w,
      call("serve", "dense", ["x", "w"]),
      node("Placeholder", "file"),
      node("Mystery", "restore", ["file"]),
    ],
    [
      dense,
      functionOf(
        "alone",
        ["q"],
        { out: "mm:product:0" },
        weights("k", [4, 4]),
        node("MatMul", "mm", ["q", "k:output:0"]),
      ),
    ],
  );
  const meta = (signature_def: object) =>
    tfFile("SavedModel", { saved_model_schema_version: 1, meta_graphs: [{ graph_def, signature_def }] });
  const initialiser = { __saved_model_init_op: { outputs: { init: { name: "restore" } } } };
  const serving = { inputs: { image: { name: "x:0" } }, outputs: { y: { name: "serve:0" } } };

  test("is cut down to one signature, whose names of inputs take shapes", () => {
    const file = meta({ ...initialiser, serving_default: serving });
    const { graph, report } = read(file, { "shape.image": "32,784" });
    expect(graph.names).toEqual(["x", "w", "serve/mm", "serve/relu"]);
    expect(report.dropped[1]).toBe("All but the signature serving_default, beside it __saved_model_init_op.");
    expect(read(file, { signature: "all" }).graph.names).toContain("restore");
    expect(() => read(file, { signature: "serving" })).toThrow(
      /expected serving_default, all\. Did you mean "serving_default"\?$/,
    );
  });

  test("without a signature is the function that nothing calls", () => {
    const { graph, report } = read(meta(initialiser));
    expect(graph.names).toEqual(["q", "k", "mm"]);
    expect(report.dropped).toContain("All but the function alone.");
    expect(read(meta(initialiser), { function: "dense" }).graph.names).toEqual(["a", "b", "mm", "relu"]);
    expect(() => read(meta(initialiser), { function: "aline" })).toThrow(/Did you mean "alone"\?$/);
  });
});

describe("a library that leads nowhere", () => {
  const chain = (length: number, times: number) =>
    Array.from({ length }, (_, i) =>
      functionOf(
        `f${i}`,
        ["a"],
        { out: `c0${i === length - 1 ? ":y" : ":out"}:0` },
        ...Array.from({ length: times }, (__, j) =>
          i === length - 1 ? node("Neg", `c${j}`, ["a"]) : call(`c${j}`, `f${i + 1}`, ["a"]),
        ),
      ),
    );
  const bad: readonly (readonly [string, object, RegExp])[] = [
    [
      "a function that calls itself",
      graphOf(
        [x, call("c", "f", ["x"])],
        [functionOf("f", ["a"], { out: "g:out:0" }, call("g", "f", ["a"]))],
      ),
      /^the function "f" calls itself\.$/,
    ],
    [
      "a loop that runs itself",
      graphOf(
        [x, node("While", "c", ["x"], { cond: calling("f"), body: calling("f") })],
        [
          functionOf(
            "f",
            ["a"],
            { out: "g:output:0" },
            node("While", "g", ["a"], { cond: calling("f"), body: calling("f") }),
          ),
        ],
      ),
      /the function "f" calls itself\.$/,
    ],
    [
      "deep calls",
      graphOf([x, call("c", "f0", ["x"])], chain(100, 1)),
      /nested more than 64 deep, at "f64"\.$/,
    ],
    [
      "calls without end",
      graphOf([x, call("c", "f0", ["x"])], chain(60, 2)),
      /have more than 200000 nodes\.$/,
    ],
    [
      "a call of nothing",
      graphOf(
        [x, node("If", "c", ["x", "x"], { then_branch: calling("gone"), else_branch: calling("gone") })],
        [],
      ),
      /the function "gone" is not in the library\.$/,
    ],
    [
      "a result of nothing",
      graphOf([x, call("c", "f", ["x"])], [functionOf("f", ["a"], { out: "gone:y:0" })]),
      /^the function "f" reads "gone:y:0", which is none of its nodes or arguments\.$/,
    ],
    [
      "a call that feeds itself",
      graphOf([call("c", "f", ["c"])], [functionOf("f", ["a"], { out: "a" })]),
      /^The graph is empty/,
    ],
    [
      "a result that there is not",
      graphOf([x, w, call("c", "dense", ["x", "w"]), node("Neg", "n", ["c:3"])], [dense]),
      /^result 3 of the call "c" is read, which returns 1\.$/,
    ],
  ];
  test.each(bad)("%s is one sentence", (_what, graph, sentence) => {
    let error: unknown;
    try {
      read(tfFile("GraphDef", graph));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toMatch(sentence);
  });
});
