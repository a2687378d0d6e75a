/** TensorFlow: a training step as GraphDef and as text, and a run with its statistics. */
import { trainingStep } from "../tensorflow/networks.ts";
import { tfFile, tfText } from "../tensorflow/write-graph.ts";
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

export const tensorflowSamples: readonly Sample[] = [
  { content: tfFile("GraphDef", graph), ops: 9, edges: 10 },
  { content: tfText("GraphDef", graph), ops: 9, edges: 10, options: { batch: "4" } },
  { content: tfFile("RunMetadata", run), ops: 9, edges: 10 },
  { content: tfText("MetaGraphDef", { graph_def: graph }), ops: 4, edges: 3, options: { fetch: "y" } },
];
