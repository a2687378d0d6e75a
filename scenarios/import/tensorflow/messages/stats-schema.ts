/**
 * TensorFlow's messages of measurements. Sources are step_stats.proto, cost_graph.proto, the
 * RunMetadata of config.proto and Grappler's op_performance_data.proto of the repository
 * tensorflow/tensorflow. The field numbers were checked against them.
 */
import { int, list, type MessageType, message, text } from "../../protobuf/schema.ts";
import { type GraphDef, graphDefType } from "./schema.ts";

export interface Allocation {
  readonly requested_bytes: number;
}
export interface TensorDescription {
  readonly allocation_description: Allocation | null;
}
export interface NodeOutput {
  readonly slot: number;
  readonly tensor_description: TensorDescription | null;
}
/** Times in us; relative ones count from `all_start_micros`. */
export interface NodeStats {
  readonly node_name: string;
  readonly op_start_rel_micros: number;
  readonly op_end_rel_micros: number;
  readonly all_end_rel_micros: number;
  readonly output: readonly NodeOutput[];
}
export interface DeviceStats {
  readonly device: string;
  readonly node_stats: readonly NodeStats[];
}
export interface StepStats {
  readonly dev_stats: readonly DeviceStats[];
}
export interface CostInput {
  readonly preceding_node: number;
  readonly preceding_port: number;
}
export interface CostOutput {
  readonly size: number;
}
/** Costs in us, as TensorFlow's cost model counts them. */
export interface CostNode {
  readonly name: string;
  readonly device: string;
  readonly id: number;
  readonly input_info: readonly CostInput[];
  readonly output_info: readonly CostOutput[];
  readonly control_input: readonly number[];
  readonly compute_cost: number;
}
export interface CostGraph {
  readonly node: readonly CostNode[];
}
export interface RunMetadata {
  readonly step_stats: StepStats | null;
  readonly cost_graph: CostGraph | null;
  readonly partition_graphs: readonly GraphDef[];
}
export interface OpMemory {
  readonly output_memory: readonly number[];
}
export interface OpPerformance {
  readonly node: string;
  readonly op_memory: OpMemory | null;
}

const allocation: MessageType<Allocation> = {
  name: "AllocationDescription",
  fields: { requested_bytes: int(1) },
};
const tensorDescription: MessageType<TensorDescription> = {
  name: "TensorDescription",
  fields: { allocation_description: message(4, () => allocation) },
};
const nodeOutput: MessageType<NodeOutput> = {
  name: "NodeOutput",
  fields: { slot: int(1), tensor_description: message(3, () => tensorDescription) },
};
const nodeStats: MessageType<NodeStats> = {
  name: "NodeExecStats",
  fields: {
    node_name: text(1),
    op_start_rel_micros: int(3),
    op_end_rel_micros: int(4),
    all_end_rel_micros: int(5),
    output: list(message(7, () => nodeOutput)),
  },
};
const deviceStats: MessageType<DeviceStats> = {
  name: "DeviceStepStats",
  fields: { device: text(1), node_stats: list(message(2, () => nodeStats)) },
};
export const stepStatsType: MessageType<StepStats> = {
  name: "StepStats",
  fields: { dev_stats: list(message(1, () => deviceStats)) },
};
const costInput: MessageType<CostInput> = {
  name: "CostGraphDef.Node.InputInfo",
  fields: { preceding_node: int(1), preceding_port: int(2) },
};
const costOutput: MessageType<CostOutput> = {
  name: "CostGraphDef.Node.OutputInfo",
  fields: { size: int(1) },
};
const costNode: MessageType<CostNode> = {
  name: "CostGraphDef.Node",
  fields: {
    name: text(1),
    device: text(2),
    id: int(3),
    input_info: list(message(4, () => costInput)),
    output_info: list(message(5, () => costOutput)),
    control_input: list(int(8)),
    compute_cost: int(9),
  },
};
export const costGraphType: MessageType<CostGraph> = {
  name: "CostGraphDef",
  fields: { node: list(message(1, () => costNode)) },
};
export const runMetadataType: MessageType<RunMetadata> = {
  name: "RunMetadata",
  fields: {
    step_stats: message(1, () => stepStatsType),
    cost_graph: message(2, () => costGraphType),
    partition_graphs: list(message(3, () => graphDefType)),
  },
};
const opMemory: MessageType<OpMemory> = {
  name: "OpPerformance.OpMemory",
  fields: { output_memory: list(int(1)) },
};
export const opPerformanceType: MessageType<OpPerformance> = {
  name: "OpPerformance",
  fields: { node: text(5), op_memory: message(9, () => opMemory) },
};
