/**
 * The op graph of a GraphDef: one op for every node, one edge for every input, control inputs as
 * control edges.
 *
 * Weights are the bytes of variables, and of constants of more than one number, which frozen graphs
 * have instead. Measured times replace those that follow from shapes. Ops below the name
 * `gradients` are backward ops, with their forward op as twin. Ops that apply gradients are
 * updates.
 */

import { InputError } from "../../../env/model/errors.ts";
import { graphBuilder, type OpSpec } from "../../../env/model/graph/builder.ts";
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import { bytesOf, bytesOfShape, elements, isWeight, type Tensor } from "../tensors/tensor.ts";
import { colocationOf } from "./colocation.ts";
import { type Gaps, Inference, isVariable } from "./inference.ts";
import type { Measured } from "./measured.ts";
import type { GraphDef, NodeDef } from "./messages/schema.ts";
import { elementTypeOf } from "./messages/tensor-proto.ts";
import { inOrder, type LinkedNode, linkedNodes } from "./nodes.ts";
import { tfRules } from "./rules/index.ts";
import { workloadType } from "./workload-types.ts";

export interface TfGraphOptions {
  readonly batch: number;
  /** Only these nodes and what they need are kept; all nodes where it is empty. */
  readonly fetch: readonly string[];
  readonly measured: Measured | null;
  /** Device kind that measured times of GPUs are for; `*` for all. */
  readonly gpuKind: string;
}

export interface TfGraph {
  readonly graph: OpGraph;
  readonly gaps: Gaps;
  readonly batch: number;
  readonly backEdges: number;
  readonly danglingColocations: number;
  /** Number of nodes that the fetched ones do not need. */
  readonly unfetched: number;
  /** Number of ops without a record in the measurements. */
  readonly unmeasured: number;
  /** Number of ops that the file places on each device. */
  readonly placed: ReadonlyMap<string, number>;
}

export function tfGraph(graphDef: GraphDef, options: TfGraphOptions): TfGraph {
  const { nodes: all, backEdges } = linkedNodes(graphDef.node);
  const nodes = needed(all, options.fetch);
  const inference = new Inference(options.batch);
  const costs = new Map(inOrder(nodes).map((i) => [nodes[i], inference.cost(nodes[i])] as const));
  const { labels, dangling } = colocationOf(nodes);
  const ports = usedPorts(nodes);
  const names = new Set(nodes.map(({ node }) => node.name));
  const half = nodes.filter(({ node }) => elementTypeOf(node.attr.get("T")?.type) === "float16").length;
  const builder = graphBuilder({ dtype: half > nodes.length / 2 ? "float16" : "float32" });
  let unmeasured = 0;
  for (const linked of nodes) {
    const { node } = linked;
    const { outputs, flops, bytesTouched } = costs.get(linked)!;
    const isWorkless = flops === 0 && bytesTouched === 0 && outputs.every(({ shape }) => shape !== null);
    const measuredUs = timesOf(
      node.name,
      options,
      isWorkless && (tfRules.has(node.op) || outputs.length > 0),
    );
    if (options.measured !== null && !options.measured.us.has(node.name)) unmeasured++;
    const count = Math.max(outputs.length, (ports.get(node.name) ?? -1) + 1);
    builder.op({
      name: node.name,
      type: workloadType(node.op),
      flops,
      bytesTouched,
      parameterBytes: weightBytes(node, outputs),
      outputs: outputBytes(node.name, outputs, count, options.measured),
      ...(measuredUs !== null && { measuredUs }),
      ...(labels.has(node.name) && { colocation: labels.get(node.name) }),
      ...roleOf(node, names),
    });
  }
  for (const { node, inputs } of nodes)
    for (const input of inputs) {
      if (input.isControl) builder.control(input.node, node.name);
      else builder.edge({ from: input.node, output: input.port, to: node.name });
    }
  return {
    graph: builder.build(),
    gaps: inference.gaps,
    batch: options.batch,
    backEdges,
    danglingColocations: dangling,
    unfetched: all.length - nodes.length,
    unmeasured,
    placed: placements(nodes),
  };
}

function needed(nodes: readonly LinkedNode[], fetch: readonly string[]): readonly LinkedNode[] {
  if (fetch.length === 0) return nodes;
  const byName = new Map(nodes.map((linked) => [linked.node.name, linked]));
  const kept = new Set<string>();
  const open = [...fetch];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (kept.has(name)) continue;
    const linked = byName.get(name);
    if (linked === undefined)
      throw new InputError(`option fetch names "${name}", which is no node of the graph.`);
    kept.add(name);
    open.push(...linked.inputs.map(({ node }) => node));
  }
  return nodes.filter(({ node }) => kept.has(node.name));
}

/** The largest output port that another node reads. */
function usedPorts(nodes: readonly LinkedNode[]): ReadonlyMap<string, number> {
  const ports = new Map<string, number>();
  for (const { inputs } of nodes)
    for (const { node, port, isControl } of inputs)
      if (!isControl) ports.set(node, Math.max(port, ports.get(node) ?? -1));
  return ports;
}

function outputBytes(
  name: string,
  outputs: readonly Tensor[],
  count: number,
  measured: Measured | null,
): readonly number[] {
  const allocated = measured?.outputBytes.get(name) ?? [];
  return Array.from({ length: Math.max(count, allocated.length) }, (_, port) => {
    const tensor = outputs[port];
    return tensor === undefined || tensor.shape === null ? (allocated[port] ?? 0) : bytesOf(tensor);
  });
}

function weightBytes({ op, attr }: NodeDef, [output]: readonly Tensor[]): number {
  if (output === undefined || output.shape === null) return 0;
  if (isVariable(op)) return bytesOfShape(elementTypeOf(attr.get("dtype")?.type), output.shape);
  const isWeightConstant = op === "Const" && isWeight(output.element) && elements(output.shape) > 1;
  return isWeightConstant ? bytesOf(output) : 0;
}

/**
 * Ops without a measurement took no time worth recording. Those without work, such as constants,
 * have none on kinds without a record.
 */
function timesOf(
  name: string,
  { measured, gpuKind }: TfGraphOptions,
  isWorkless: boolean,
): Readonly<Record<string, number>> | null {
  if (measured === null) return null;
  const times = measured.us.get(name);
  if (times === undefined) return { "*": 0 };
  const byKind = Object.fromEntries([...times].map(([kind, us]) => [kind === "CPU" ? "CPU" : gpuKind, us]));
  return isWorkless ? { "*": 0, ...byKind } : byKind;
}

const GRADIENT = /^(?:.*\/)?gradients?(?:_\d+)?\/(.+)$/;
const UPDATE = /^(Resource)?(Sparse)?Apply[A-Z]|^Assign(Add|Sub)/;

function roleOf({ name, op }: NodeDef, names: ReadonlySet<string>): Pick<OpSpec, "role" | "twin"> {
  if (UPDATE.test(op)) return { role: "update" };
  const behind = GRADIENT.exec(name)?.[1];
  if (behind === undefined) return {};
  const forward = /^(.+)_grad(?:\/|$)/.exec(behind)?.[1];
  return forward !== undefined && names.has(forward) && forward !== name
    ? { role: "backward", twin: forward }
    : { role: "backward" };
}

function placements(nodes: readonly LinkedNode[]): ReadonlyMap<string, number> {
  const placed = new Map<string, number>();
  for (const { node } of nodes)
    if (node.device !== "") placed.set(node.device, (placed.get(node.device) ?? 0) + 1);
  return placed;
}
