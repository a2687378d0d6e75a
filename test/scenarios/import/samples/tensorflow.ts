/** TensorFlow: a training step as GraphDef and as text, and a run with its statistics. */
import { trainingStep } from "../tensorflow/networks.ts";
import {
  calling,
  float,
  functionOf,
  ints,
  node,
  placeholder,
  tfFile,
  tfText,
  weights,
} from "../tensorflow/write-graph.ts";
import type { Sample } from "./sample.ts";

const graph = trainingStep();
const run = {
  step_stats: {
    dev_stats: [
      {
        device: "/device:GPU:0/stream:all",
        node_stats: [{ node_name: "y:MatMul", op_start_rel_micros: 2, op_end_rel_micros: 9 }],
      },
    ],
  },
  partition_graphs: [graph],
};

/** A call of a function, in which a loop of three passes runs. */
const functions = {
  node: [
    placeholder("x", [4, 8]),
    weights("w", [8, 8]),
    node("StatefulPartitionedCall", "call", ["x", "w"], { f: calling("model") }),
    node("Relu", "y", ["call"]),
  ],
  library: {
    function: [
      functionOf(
        "model",
        ["a", "b"],
        { out: "loop:output:1" },
        ints("zero", [0], []),
        node("While", "loop", ["zero:output:0", "a", "b"], { cond: calling("more"), body: calling("step") }),
      ),
      functionOf(
        "more",
        ["i", "h", "k"],
        { go: "less:z:0" },
        ints("n", [3], []),
        node("Less", "less", ["i", "n:output:0"]),
      ),
      functionOf(
        "step",
        ["i", "h", "k"],
        { next: "add:z:0", product: "mm:product:0", same: "k" },
        ints("one", [1], []),
        node("AddV2", "add", ["i", "one:output:0"]),
        node("MatMul", "mm", ["h", "k"], { T: float }),
      ),
    ],
  },
};

export const tensorflowSamples: readonly Sample[] = [
  { content: tfFile("GraphDef", graph), ops: 9, edges: 10 },
  { content: tfText("GraphDef", graph), ops: 9, edges: 10, options: { batch: "4" } },
  { content: tfFile("RunMetadata", run), ops: 9, edges: 10 },
  { content: tfText("MetaGraphDef", { graph_def: graph }), ops: 4, edges: 3, options: { fetch: "y" } },
  { content: tfFile("GraphDef", functions), ops: 5, edges: 4, options: { "shape.x": "4,8" } },
  { content: tfText("GraphDef", functions), ops: 5, edges: 4 },
];
