/**
 * TensorFlow graphs: shapes, FLOP and parameters against our own builder; encodings, statistics and
 * mistakes.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { CONTROL, InputError, type OpGraph, roleNames } from "../../../../env/index.ts";
import { Query } from "../../../../env/model/user/query.ts";
import { fileOf, openFile } from "../../../../scenarios/import/source-file.ts";
import { tensorflow } from "../../../../scenarios/import/tensorflow/importer.ts";
import { workloadCatalog } from "../../../../scenarios/index.ts";
import { resnet50, trainingStep } from "./networks.ts";
import { declaring, float, ints, located, node, shape, tfFile, tfText, weights } from "./write-graph.ts";

const asQuery = (options: Readonly<Record<string, string>> = {}) =>
  new Query('Scenario file "g.pb"', new Map(Object.entries(options)));

type Options = Readonly<Record<string, string>>;
const readBytes = (content: string | Uint8Array, options: Options = {}) => {
  const file = fileOf(content, "g.pb");
  expect(tensorflow.recognises(file)).toBe(true);
  return tensorflow.read(file, asQuery(options));
};
const read = (graph: object, options: Options = {}) => readBytes(tfFile("GraphDef", graph), options);
const sum = (values: Iterable<number>) => [...values].reduce((total, next) => total + next, 0);
const at = (graph: OpGraph, name: string) => graph.names.indexOf(name);
const outputBytes = (graph: OpGraph, name: string): readonly number[] => {
  const v = at(graph, name);
  return [...graph.outputBytes.slice(graph.outputStart[v], graph.outputStart[v + 1])];
};

describe("a network that we build too", () => {
  test("ResNet-50: FLOP, parameters and activations agree within 2%", () => {
    const batch = 4;
    const { graph } = read(resnet50(), { batch: String(batch) });
    const workload = workloadCatalog.find(({ name }) => name === "resnet-50")!;
    const defaults = Object.entries(workload.options).map(([key, option]) => [key, option.default]);
    const { ops } = workload.forward({ ...Object.fromEntries(defaults), batch });
    // A frozen graph normalises with stored statistics, 2 FLOP an element; our builders train, at 8
    // FLOP an element.
    const flopsOf = (isCounted: (type: string) => boolean) => [
      sum(graph.types.map((type, v) => (isCounted(type) ? graph.flops[v] : 0))),
      sum(ops.map(({ type, flops }) => (isCounted(type) ? flops : 0))),
    ];
    const compared = {
      flops: flopsOf((type) => !/Norm/.test(type) && type !== "SoftmaxCrossEntropy"),
      convolutions: flopsOf((type) => type === "Conv2D"),
      products: flopsOf((type) => type === "MatMul"),
      parameters: [sum(graph.parameterBytes), sum(ops.map(({ parameterBytes }) => parameterBytes))],
    };
    console.log("resnet-50 GraphDef", JSON.stringify(compared));
    for (const [what, [imported, expected]] of Object.entries(compared))
      expect(Math.abs(imported - expected), what).toBeLessThanOrEqual(0.02 * expected);
    const convolutions = graph.names.filter((_, v) => graph.types[v] === "Conv2D");
    expect(convolutions.map((name) => outputBytes(graph, name)[0]).sort((a, b) => a - b)).toEqual(
      ops
        .filter(({ type }) => type === "Conv2D")
        .map(({ outputs }) => outputs[0].bytes)
        .sort((a, b) => a - b),
    );
  });
});

describe("encodings", () => {
  test("binary and text, GraphDef, MetaGraphDef, SavedModel and partition graphs hold the same graph", () => {
    const graph_def = trainingStep();
    const meta = { meta_info_def: { tags: ["train"], tensorflow_version: "1.15.0" }, graph_def };
    const files: readonly (readonly [string, object])[] = [
      ["GraphDef", graph_def],
      ["MetaGraphDef", meta],
      ["MetaGraphDef", { graph_def }],
      ["SavedModel", { saved_model_schema_version: 1, meta_graphs: [meta] }],
      ["RunMetadata", { step_stats: { dev_stats: [{ device: "/cpu:0" }] }, partition_graphs: [graph_def] }],
    ];
    const graphs = files.flatMap(([type, content]) => [
      readBytes(tfFile(type, content)),
      readBytes(tfText(type, content)),
    ]);
    const [first] = graphs;
    for (const { graph, report } of graphs) {
      expect(graph.names).toEqual(first.graph.names);
      expect(graph.edgeSource).toEqual(first.graph.edgeSource);
      expect(graph.flops).toEqual(first.graph.flops);
      expect(report.recognised).toMatch(/^TensorFlow (GraphDef|MetaGraphDef|SavedModel|RunMetadata)/);
    }
    expect(graphs[2].report.recognised).toBe("TensorFlow MetaGraphDef, of TensorFlow 1.15.0");
  });
});

describe("a training step", () => {
  const { graph } = read(trainingStep(), { batch: "16" });

  test("has roles, twins, co-location, control edges and weights", () => {
    const role = (name: string) => roleNames[graph.role[at(graph, name)]];
    expect(["y", "gradients/y_grad/MatMul_1", "step/w", "step"].map(role)).toEqual([
      "forward",
      "backward",
      "update",
      "forward",
    ]);
    expect(graph.twin[at(graph, "gradients/y_grad/MatMul_1")]).toBe(at(graph, "y"));
    const classes = ["w", "w/read", "step/w", "rate"].map((name) => graph.colocation[at(graph, name)]);
    expect(new Set(classes).size).toBe(1);
    expect(classes[0]).not.toBe(-1);
    expect(graph.colocation[at(graph, "x")]).toBe(-1);
    expect(graph.edgeOutput[graph.inStart[at(graph, "step")]]).toBe(CONTROL);
    expect(sum(graph.parameterBytes)).toBe(8 * 4 * 4);
  });

  test("costs what its shapes say", () => {
    expect(graph.flops[at(graph, "y")]).toBe(2 * 16 * 8 * 4);
    expect(graph.flops[at(graph, "gradients/y_grad/MatMul_1")]).toBe(2 * 8 * 16 * 4);
    expect(graph.flops[at(graph, "step/w")]).toBe(2 * 8 * 4);
    expect(outputBytes(graph, "y")).toEqual([16 * 4 * 4]);
  });

  test("is cut down to what the fetched nodes need", () => {
    const { graph: cut, report } = read(trainingStep(), { fetch: "y+x" });
    expect(cut.names).toEqual(["x", "w", "w/read", "y"]);
    expect(report.dropped).toContain("5 nodes that the fetched ones do not need.");
  });
});

describe("shapes", () => {
  const input = node("Placeholder", "x", [], { dtype: float, shape: { shape: shape([2, 6, 6, 3]) } });
  const bytesOf = (...nodes: readonly object[]) => {
    const { graph } = read({ node: [input, ...nodes] });
    return outputBytes(graph, graph.names[graph.opCount - 1]).map((bytes) => bytes / 4);
  };

  test("of convolutions and their gradients follow padding, stride and layout", () => {
    const filter = weights("f", [3, 3, 3, 8]);
    const conv = (padding: string, stride: number) =>
      node("Conv2D", "c", ["x", "f"], { strides: [1, stride, stride, 1], padding });
    expect(bytesOf(filter, conv("SAME", 2))).toEqual([2 * 3 * 3 * 8]);
    expect(bytesOf(filter, conv("VALID", 1))).toEqual([2 * 4 * 4 * 8]);
    const sizes = ints("sizes", [2, 6, 6, 3]);
    const toInput = node("Conv2DBackpropInput", "g", ["sizes", "f", "c"], {});
    expect(bytesOf(filter, conv("SAME", 1), sizes, toInput)).toEqual([2 * 6 * 6 * 3]);
    const { graph } = read({ node: [input, filter, conv("SAME", 1), sizes, toInput] });
    expect(graph.flops[at(graph, "g")]).toBe(graph.flops[at(graph, "c")]);
  });

  test("of fused and newer forms of an op are those of the op, and so are their types", () => {
    const { graph } = read({
      node: [
        input,
        weights("f", [3, 3, 3, 8]),
        weights("d", [3, 3, 8, 1]),
        node("_FusedConv2D", "c", ["x", "f"], { strides: [1, 1, 1, 1], padding: "SAME" }),
        node("FusedDepthwiseConv2dNative", "e", ["c", "d"], { strides: [1, 2, 2, 1], padding: "SAME" }),
      ],
    });
    expect(graph.types.slice(3)).toEqual(["Conv2D", "DepthwiseConv2dNative"]);
    expect([...graph.flops.slice(3)]).toEqual([2 * 2 * 6 * 6 * 8 * 27, 2 * 2 * 3 * 3 * 8 * 9]);
  });

  test("are computed through Shape, StridedSlice, Pack and Reshape", () => {
    const masks = { shrink_axis_mask: 1 };
    const cut = [ints("zero", [0]), ints("one", [1]), ints("step", [1])];
    const nodes = [
      node("Shape", "s", ["x"]),
      ...cut,
      node("StridedSlice", "batch", ["s", "zero", "one", "step"], masks),
      ints("rest", [-1], []),
      node("Pack", "wanted", ["batch", "rest"], { axis: 0 }),
      node("Reshape", "flat", ["x", "wanted"]),
      weights("w", [108, 5]),
      node("MatMul", "y", ["flat", "w"]),
    ];
    expect(bytesOf(...nodes)).toEqual([2 * 5]);
  });

  test("that the file declares stand where no rule is, and beat rules where complete", () => {
    expect(bytesOf(declaring(node("Mystery", "m", ["x"], { T: float }), [4, 5], [7]))).toEqual([20, 7]);
    expect(bytesOf(declaring(node("Relu", "r", ["x"]), [2, 6, 6, 4]))).toEqual([2 * 6 * 6 * 4]);
    expect(bytesOf(declaring(node("Mystery", "m", ["x"], { T: float }), [-1, 5]))).toEqual([5]);
  });

  test("that nobody knows count nothing, and the report says so", () => {
    const { graph, report } = read({ node: [input, node("Mystery", "w", ["x"]), node("Neg", "n", ["w:1"])] });
    expect(outputBytes(graph, "w")).toEqual([0, 0]);
    expect(report.assumed).toContain(
      "Results of unknown shape count 0 bytes, unless measured: Mystery (1), Neg (1).",
    );
  });
});

describe("what was measured", () => {
  const folder = mkdtempSync(join(tmpdir(), "tf-stats-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const stats = (node_name: string, start: number, end: number, bytes = 0) => ({
    node_name,
    op_start_rel_micros: start,
    op_end_rel_micros: end,
    all_end_rel_micros: end + 100,
    ...(bytes > 0 && {
      output: [{ slot: 0, tensor_description: { allocation_description: { requested_bytes: bytes } } }],
    }),
  });
  const step_stats = {
    dev_stats: [
      { device: "/job:localhost/replica:0/task:0/device:GPU:0", node_stats: [stats("y", 0, 999, 4321)] },
      {
        device: "/device:GPU:0/stream:all",
        node_stats: [stats("y:MatMul", 5, 12), stats("y:MatMul", 20, 23)],
      },
      { device: "/device:GPU:0/stream:13", node_stats: [stats("y:MatMul", 5, 12)] },
      { device: "/device:GPU:0/memcpy", node_stats: [stats("w/read:MEMCPYHtoD", 0, 50)] },
      { device: "/job:localhost/replica:0/task:0/device:CPU:0", node_stats: [stats("x", 1, 3)] },
    ],
  };
  const graphPath = join(folder, "graph.pb");
  writeFileSync(graphPath, tfFile("GraphDef", trainingStep()));
  writeFileSync(join(folder, "run.pb"), tfFile("RunMetadata", { step_stats }));
  writeFileSync(join(folder, "stats.pbtxt"), tfText("StepStats", step_stats));
  const withStats = (options: Options) => tensorflow.read(openFile(graphPath), asQuery(options));

  test.each(["run.pb", "stats.pbtxt"])(
    "%s: kernels add up, launches, copies and single streams do not count",
    (file) => {
      const { graph, report } = withStats({ stats: file, gpu: "K80" });
      expect(graph.measuredUs.get("K80")?.[at(graph, "y")]).toBe(7 + 3);
      expect(graph.measuredUs.get("CPU")?.[at(graph, "x")]).toBe(2);
      expect(graph.measuredUs.get("*")?.[at(graph, "w/read")]).toBe(0);
      expect(report.assumed).toContain("7 ops without a record took no time.");
    },
  );

  test("holds on all kinds unless tied to one, and unknown kinds are refused", () => {
    const { graph } = withStats({ stats: "run.pb" });
    expect(graph.measuredUs.get("*")?.[at(graph, "y")]).toBe(10);
    expect(() => withStats({ stats: "run.pb", gpu: "K8O" })).toThrow(
      /^Scenario file "g\.pb": option "gpu" is "K8O", expected .* Did you mean "?K80/,
    );
  });

  test("gives bytes of outputs whose shapes nobody knows", () => {
    const unknown = { node: [node("Placeholder", "x", [], {}), node("Mystery", "y", ["x"])] };
    const { graph } = readBytes(tfFile("RunMetadata", { step_stats, partition_graphs: [unknown] }));
    expect(outputBytes(graph, "y")).toEqual([4321]);
  });

  test("may be a cost graph, alone or beside the graph", () => {
    const cost = {
      node: [
        { name: "x", device: "/device:CPU:0", id: 1, output_info: [{ size: 64 }], compute_cost: 5 },
        {
          name: "y",
          device: "/device:GPU:0",
          id: 2,
          input_info: [{ preceding_node: 1, preceding_port: 0 }],
          output_info: [{ size: 32 }],
          compute_cost: 9,
        },
        { name: "z", device: "/device:GPU:0", id: 3, control_input: [2], compute_cost: 1 },
      ],
    };
    for (const content of [
      tfFile("CostGraphDef", cost),
      tfText("CostGraphDef", cost),
      tfFile("RunMetadata", { cost_graph: cost }),
    ]) {
      const { graph } = readBytes(content, { gpu: "P100" });
      expect(graph.names).toEqual(["x", "y", "z"]);
      expect([...graph.edgeOutput]).toEqual([0, CONTROL]);
      expect([...graph.outputBytes]).toEqual([64, 32]);
      expect(graph.measuredUs.get("P100")?.[1]).toBe(9);
      expect(graph.measuredUs.get("CPU")?.[0]).toBe(5);
    }
  });
});

describe("what is left out is said", () => {
  test("while loops, placements, functions, co-location with nothing", () => {
    const loop = {
      node: [
        node("Const", "start", [], { dtype: float }),
        node("Merge", "merge", ["start", "next"]),
        { ...node("Relu", "body", ["merge"]), device: "/device:GPU:1" },
        node("NextIteration", "next", ["body"]),
        located(node("Exit", "exit", ["body"]), "gone"),
        node("StatefulPartitionedCall", "call", ["exit"]),
      ],
      library: { function: [{ signature: { name: "__inference_f_12" } }] },
      versions: { producer: 987 },
    };
    const { report } = read(loop);
    expect(report.recognised).toBe("TensorFlow GraphDef, graph version 987");
    expect(report.dropped).toEqual([
      "1 edge back in while loops: each body runs once.",
      "1 co-location with nodes that are not in the graph.",
      "The file's placement of 1 op on 1 device: /device:GPU:1.",
      "1 function that nothing here runs: __inference_f_12.",
    ]);
  });
});

describe("malformed graphs", () => {
  const good = tfFile("GraphDef", trainingStep());
  const graph = (...nodes: readonly object[]) => tfFile("GraphDef", { node: nodes });
  const bad: readonly (readonly [string, string | Uint8Array, Options, RegExp])[] = [
    ["a truncated file", good.subarray(0, good.length - 5), {}, /^the file is damaged: message /],
    ["nothing known", new Uint8Array([1, 2, 3]), {}, /^the file is none of GraphDef, MetaGraphDef/],
    [
      "a wrong name for the message",
      good,
      { message: "GraphDev" },
      /^Scenario file "g\.pb": option "message" is "GraphDev".*Did you mean/,
    ],
    [
      "an unknown input",
      graph(node("Relu", "r", ["gone"])),
      {},
      /^node "r" \(Relu\) reads "gone", which is no node/,
    ],
    [
      "a port that is none",
      graph(node("NoOp", "n"), node("Relu", "r", ["n:-3"])),
      {},
      /reads "n:-3", which is no node/,
    ],
    ["a name twice", graph(node("NoOp", "n"), node("NoOp", "n")), {}, /^node "n" is there twice/],
    ["a cycle", graph(node("Relu", "a", ["b"]), node("Relu", "b", ["a"])), {}, /^The graph has a cycle/],
    [
      "no nodes",
      tfFile("GraphDef", { versions: { producer: 1 } }),
      { message: "GraphDef" },
      /^The graph is empty/,
    ],
    [
      "times without a graph",
      tfFile("StepStats", { dev_stats: [{ device: "/gpu:0", node_stats: [{ node_name: "a" }] }] }),
      {},
      /StepStats alone/,
    ],
    ["a fetch of nothing", good, { fetch: "gone" }, /^option fetch names "gone"/],
    ["statistics that are not there", good, { stats: "gone.pb" }, /names the file "gone\.pb" beside it/],
    [
      "shapes that do not fit",
      graph(weights("a", [2, 3]), weights("b", [4, 5]), node("MatMul", "m", ["a", "b"])),
      {},
      /^node "m" \(MatMul\): the matrices \[2, 3\] and \[4, 5\] have no common inner size\.$/,
    ],
    ["text with a mistake", 'node { name: "a" op: }', {}, /^line 1: found "}", expected a value of op\.$/],
  ];

  test.each(bad)("%s is one sentence", (_what, content, options, sentence) => {
    let error: unknown;
    try {
      tensorflow.read(fileOf(content, "g.pb"), asQuery(options));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toMatch(sentence);
  });
});
