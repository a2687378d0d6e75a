/**
 * A small data set in Placeto's format: five ops with a control edge and a two-output op,
 * measurements, and three groups.
 */
import { node, tfFile } from "../tensorflow/write-graph.ts";
import { PickledMessage, pickled } from "./write-pickle.ts";

const graph_def = {
  node: [
    node("Placeholder", "x"),
    node("Split", "split", ["x"]),
    node("MatMul", "left", ["split"]),
    node("MatMul", "right", ["split:1"]),
    node("Add", "sum", ["left", "right", "^x"]),
  ],
};
const stats = (node_name: string, took: number, bytes = 0) => ({
  node_name,
  op_start_rel_micros: 3,
  op_end_rel_micros: 3 + took - 1,
  all_end_rel_micros: 3 + took,
  ...(bytes > 0 && {
    output: [{ slot: 0, tensor_description: { allocation_description: { requested_bytes: bytes } } }],
  }),
});
const step_stats = {
  dev_stats: [
    {
      device: "/device:GPU:0/stream:all",
      node_stats: [stats("split:Split", 40), stats("left:MatMul", 300), stats("left:Copy", 20)],
    },
    { device: "/device:GPU:0", node_stats: [stats("right", 999, 7_600_000), stats("x", 1, 76_000)] },
    { device: "/gpu:1/stream:all", node_stats: [stats("right:MatMul", 500), stats("sum:Add", 10)] },
  ],
};
const performances = [
  { node: "split", op_memory: { output_memory: [760_000, 380_000] } },
  { node: "left", op_memory: { output_memory: [152_000] } },
  { node: "right", op_memory: { output_memory: [1] } },
];
const groups = { x: "x", split: "split", left: "split", right: "right", sum: "right" };

const message = (module: string, name: string, content: object) =>
  new PickledMessage(`tensorflow.core.${module}_pb2`, name, tfFile(name, content));

const metaGraph = message("protobuf.meta_graph", "MetaGraphDef", { graph_def });

export const placetoData = (more: object = {}): Uint8Array =>
  pickled({
    optim_mg: metaGraph,
    step_stats: message("framework.step_stats", "StepStats", step_stats),
    op_perf: performances.map((one) => message("grappler.costs.op_performance_data", "OpPerformance", one)),
    ungrouped_mapping: groups,
    ...more,
  });

/** The other form, with plain dictionaries of times and sizes. */
export const placetoDictionaries = (dictionaries: object): Uint8Array =>
  pickled({ optim_mg: metaGraph, ungrouped_mapping: groups, ...dictionaries });

/** The same graph as a case file of the published simulator (`placeto-sim/1`), derived by hand. */
export const placetoCase = {
  schema: "placeto-sim/1",
  params: { delta1: 5.7, delta2: 25, initOffset: 0, transferSpeed: 7600 },
  devices: ["gpu:0", "gpu:1"],
  ops: ["x", "split", "left", "right", "sum"],
  cost: [0, 40, 320, 500, 10],
  outputs: [[76_000], [760_000, 380_000], [152_000], [7_600_000], []],
  inputs: [
    [],
    [[0, 0]],
    [[1, 0]],
    [[1, 1]],
    [
      [2, 0],
      [3, 0],
      [0, -1],
    ],
  ],
};
