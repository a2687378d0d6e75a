/**
 * The `input.pkl` of Placeto's data sets and of Park's placement task (Addanki et al., NeurIPS
 * 2019). It is a dictionary with the optimised metagraph `optim_mg` and the group of each op,
 * `ungrouped_mapping`. Measurements are `step_stats` and `op_perf`, or the dictionaries `cost_d`
 * and `out_d`. Names and rules were checked against datasets/README.md, model/pp_item.py and
 * sim/tf_placement_sim of the repository aravic/generalizable-device-placement.
 *
 * Rules are those of its simulator. The time of an op is what it took on all streams, 0 where no
 * time is recorded. An op has one sized output: the first that was allocated, or the one that
 * `op_perf` gives. Control edges carry output 0.
 */
import { type Grouping, groupingOf } from "../../../env/model/coarsen/grouping.ts";
import { InputError } from "../../../env/model/errors.ts";
import { graphBuilder } from "../../../env/model/graph/builder.ts";
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import { readBinary } from "../protobuf/binary.ts";
import type { MessageType } from "../protobuf/schema.ts";
import { metaGraphType } from "../tensorflow/messages/schema.ts";
import { opPerformanceType, type StepStats, stepStatsType } from "../tensorflow/messages/stats-schema.ts";
import { linkedNodes } from "../tensorflow/nodes.ts";
import { nameOfKey } from "./networkx.ts";
import { bytesOf, itemsOf, type PyDict, PyObject } from "./values.ts";

export interface PlacetoItem {
  readonly graph: OpGraph;
  readonly grouping: Grouping;
  /** Number of ops that the mapping does not name; each is its own group. */
  readonly ungrouped: number;
  readonly backEdges: number;
}

export const isPlacetoItem = (value: unknown): value is PyDict =>
  value instanceof Map && value.has("optim_mg");

export function placetoItem(item: PyDict, fileBytes: number): PlacetoItem {
  const metaGraph = messageIn(item.get("optim_mg"), metaGraphType);
  if (metaGraph.graph_def === null) throw new InputError("optim_mg has no graph.");
  const { nodes, backEdges } = linkedNodes(metaGraph.graph_def.node);
  const { costUs, outputBytes } = item.has("step_stats")
    ? profiled(item, fileBytes)
    : dictionaries(item, fileBytes);
  const mostPorts = new Map<string, number>();
  for (const { inputs } of nodes)
    for (const { node, port } of inputs) mostPorts.set(node, Math.max(port, mostPorts.get(node) ?? -1));
  const builder = graphBuilder();
  for (const { node } of nodes) {
    const outputs = [...(outputBytes.get(node.name) ?? [])];
    while (outputs.length <= (mostPorts.get(node.name) ?? -1)) outputs.push(0);
    builder.op({ name: node.name, type: node.op, measuredUs: { "*": costUs.get(node.name) ?? 0 }, outputs });
  }
  for (const { node, inputs } of nodes)
    for (const input of inputs) {
      if (input.isControl) builder.control(input.node, node.name);
      else builder.edge({ from: input.node, output: input.port, to: node.name });
    }
  const graph = builder.build();
  return { graph, ...grouped(graph, item.get("ungrouped_mapping")), backEdges };
}

interface Profile {
  readonly costUs: ReadonlyMap<string, number>;
  readonly outputBytes: ReadonlyMap<string, readonly number[]>;
}

function profiled(item: PyDict, mostPerformances: number): Profile {
  const stats = messageIn(item.get("step_stats"), stepStatsType);
  const outputBytes = new Map<string, readonly number[]>();
  const seen = new Set<unknown>();
  let count = 0;
  for (const one of itemsOf(item.get("op_perf"))) {
    // A pickle can repeat one object without end.
    if (++count > mostPerformances) throw new InputError("op_perf has more entries than the file has bytes.");
    if (seen.has(one)) continue;
    seen.add(one);
    const { node, op_memory } = messageIn(one, opPerformanceType);
    outputBytes.set(
      node,
      (op_memory?.output_memory ?? []).map((bytes) => Math.max(0, bytes)),
    );
  }
  for (const { node_stats } of stats.dev_stats)
    for (const { node_name, output } of node_stats)
      if (output.length > 0)
        outputBytes.set(node_name, [
          Math.max(0, output[0].tensor_description?.allocation_description?.requested_bytes ?? 0),
        ]);
  return { costUs: streamTimes(stats), outputBytes };
}

function streamTimes({ dev_stats }: StepStats): ReadonlyMap<string, number> {
  const costUs = new Map<string, number>();
  for (const { device, node_stats } of dev_stats) {
    if (!device.includes("all")) continue;
    for (const { node_name, all_end_rel_micros, op_start_rel_micros } of node_stats) {
      const [name] = node_name.split(":");
      const took = Math.max(0, all_end_rel_micros - op_start_rel_micros);
      costUs.set(name, (costUs.get(name) ?? 0) + took);
    }
  }
  return costUs;
}

function dictionaries(item: PyDict, mostOutputs: number): Profile {
  const [costs, outputs] = [item.get("cost_d"), item.get("out_d")];
  if (!(costs instanceof Map) || !(outputs instanceof Map))
    throw new InputError("the dictionary has neither step_stats nor cost_d and out_d.");
  let total = 0;
  const outputBytes = [...outputs].map(([key, held]): [string, readonly number[]] => {
    const bytes = [...itemsOf(held)].map((one) => numberOf(one, "out_d"));
    total += bytes.length;
    if (total > mostOutputs) throw new InputError("out_d has more entries than the file has bytes.");
    return [nameOfKey(key), bytes];
  });
  const costUs = [...costs].map(([key, us]): [string, number] => [nameOfKey(key), numberOf(us, "cost_d")]);
  return { costUs: new Map(costUs), outputBytes: new Map(outputBytes) };
}

function numberOf(value: unknown, where: string): number {
  if (typeof value === "number") return value;
  throw new InputError(`${where} holds something that is no number.`);
}

/** Protocol buffers are pickled as their bytes. */
function messageIn<T extends object>(value: unknown, type: MessageType<T>): T {
  const state =
    value instanceof PyObject && value.state instanceof Map ? value.state.get("serialized") : value;
  if (state === undefined || state === null || (typeof state !== "string" && !(state instanceof Uint8Array)))
    throw new InputError(`a ${type.name} is missing, or pickled in an unknown way.`);
  return readBinary(type, bytesOf(state));
}

function grouped(graph: OpGraph, mapping: unknown): { grouping: Grouping; ungrouped: number } {
  const groupOf = mapping instanceof Map ? mapping : new Map<unknown, unknown>();
  const numbers = new Map<unknown, number>();
  let ungrouped = 0;
  const labels = graph.names.map((name) => {
    const group = groupOf.get(name);
    if (group === undefined) ungrouped++;
    const key = group === undefined ? `op ${name}` : `group ${nameOfKey(group)}`;
    if (!numbers.has(key)) numbers.set(key, numbers.size);
    return numbers.get(key)!;
  });
  return { grouping: groupingOf(graph, labels), ungrouped };
}
