/**
 * The op graph of a GraphDef: one op for every node, one edge for every input, control inputs as
 * control edges.
 *
 * Weights are the bytes of variables, and of constants of more than one number, which frozen graphs
 * have instead. Measured times replace those that follow from shapes. Ops below the name
 * `gradients` are backward ops, with their forward op as twin. Ops that apply gradients are
 * updates.
 */

import { graphBuilder, type OpSpec } from "../../../env/model/graph/builder.ts";
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import type { UnknownOps } from "../contract.ts";
import { bytesOf, type Tensor } from "../tensors/tensor.ts";
import { colocationOf } from "./colocation.ts";
import type { Cost } from "./cost.ts";
import { needed } from "./entry/fetch.ts";
import { CONTROL_FLOW } from "./functions/control-flow.ts";
import { Library } from "./functions/library.ts";
import { type Assumptions, type Gaps, Inference } from "./inference.ts";
import type { Measured } from "./measurements/measured.ts";
import type { GraphDef, NodeDef } from "./messages/schema.ts";
import { elementTypeOf } from "./messages/tensor-proto.ts";
import { inOrder, type LinkedNode, linkedNodes } from "./nodes.ts";
import { SHAPE } from "./shape-option.ts";
import { workloadType } from "./workload-types.ts";

export interface TfGraphOptions extends Assumptions {
  /** Only these nodes and what they need are kept; all nodes where it is empty. */
  readonly fetch: readonly string[];
  readonly measured: Measured | null;
  /** Device kind that measured times of GPUs are for; `*` for all. */
  readonly gpuKind: string;
}

export interface TfGraph {
  readonly graph: OpGraph;
  readonly unknown: UnknownOps;
  readonly gaps: Gaps;
  readonly batch: number;
  readonly trips: number;
  /** Number of calls that are replaced by what they call. */
  readonly calls: number;
  /** Number of ops that run functions inside. */
  readonly controlFlow: number;
  /** Names of functions that nothing runs. */
  readonly unread: readonly string[];
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
  const library = new Library(graphDef.library);
  // What nobody fetches is cut off before calls are replaced, and in what they call.
  const { nodes: given } = linkedNodes(graphDef.node);
  const wanted = cut(given, options.fetch).map(({ node }) => node);
  const called = library.withoutCalls(wanted, options.fetch);
  const { nodes: all, backEdges } = linkedNodes(called.nodes);
  const nodes = cut(all, called.fetch);
  const inference = new Inference(options, library);
  const costs = new Map(inOrder(nodes).map((i) => [nodes[i], inference.cost(nodes[i])] as const));
  options.shapes.checkUse(
    nodes.filter(({ node }) => /^Placeholder/.test(node.op)).map(({ node }) => node.name),
  );
  const { labels, dangling } = colocationOf(nodes);
  const ports = usedPorts(nodes);
  const names = new Set(nodes.map(({ node }) => node.name));
  const half = nodes.filter(({ node }) => elementTypeOf(node.attr.get("T")?.type) === "float16").length;
  const builder = graphBuilder({ dtype: half > nodes.length / 2 ? "float16" : "float32" });
  let unmeasured = 0;
  for (const linked of nodes) {
    const { node } = linked;
    const cost = costs.get(linked)!;
    const { outputs, flops, bytesTouched } = cost;
    const isWorkless = flops === 0 && bytesTouched === 0 && !cost.isUnknown && !cost.isUnsized;
    const measuredUs = timesOf(node.name, options, isWorkless);
    if (options.measured !== null && !options.measured.us.has(node.name)) unmeasured++;
    const count = Math.max(outputs.length, (ports.get(node.name) ?? -1) + 1);
    builder.op({
      name: node.name,
      type: workloadType(node.op),
      flops,
      bytesTouched,
      parameterBytes: cost.weightBytes,
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
    unknown: unknownOps(nodes, (linked) => costs.get(linked)!, options),
    gaps: inference.gaps,
    batch: options.batch,
    trips: options.trips,
    calls: library.calls,
    unread: library.unread,
    controlFlow: nodes.filter(({ node }) => CONTROL_FLOW.has(node.op)).length,
    backEdges,
    danglingColocations: dangling,
    unfetched: given.length - wanted.length + all.length - nodes.length,
    unmeasured,
    placed: placements(nodes),
  };
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
    const bytes = tensor === undefined || tensor.shape === null ? Number.NaN : bytesOf(tensor);
    return Number.isNaN(bytes) ? (allocated[port] ?? 0) : bytes;
  });
}

/** Sources have no work. What was measured is known, and an op without a record took no time. */
function unknownOps(
  nodes: readonly LinkedNode[],
  costOf: (node: LinkedNode) => Cost,
  { measured, shapes }: TfGraphOptions,
): UnknownOps {
  const [withoutRule, withoutSize]: [number[], number[]] = [[], []];
  nodes.forEach((linked, op) => {
    if (!linked.inputs.some(({ isControl }) => !isControl)) return;
    const cost = costOf(linked);
    if (cost.isUnknown && measured === null) withoutRule.push(op);
    if (cost.isUnsized && !measured?.outputBytes.has(linked.node.name)) withoutSize.push(op);
  });
  const open = nodes.filter((linked) => linked.inputs.length === 0 && costOf(linked).isUnsized);
  const names = open.slice(0, MOST_NAMED).map(({ node }) => shapes.nameOf(node.name).slice(0, 80));
  const hint = `Option ${SHAPE}${names[0]}=1,224,224,3 sets the shape of that input; unknown are ${names.join(", ")}.`;
  return { withoutRule, withoutSize, ...(names.length > 0 && { hint }) };
}

const cut = (nodes: readonly LinkedNode[], fetch: readonly string[]): readonly LinkedNode[] =>
  needed(
    nodes,
    fetch,
    ({ node }) => node.name,
    ({ inputs }) => inputs.map(({ node }) => node),
  );

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

const MOST_NAMED = 4;

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
