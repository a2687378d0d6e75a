/**
 * A training graph layer by layer: the forward ops of a layer become one op, and so do its backward
 * ops and its updates. Names of ops give the layer. It is the name up to the last numbered member
 * of a stack (`encoder/layer_3`, `stage_1/block_2`), else its first part. Time steps belong to the
 * layer that is unrolled. Layers on a cycle become one layer, such as an attention and the decoder
 * layer it reads.
 *
 * Pre: the times of ops are their rooflines; measured times would be lost.
 *
 * Post: FLOP, bytes touched and weights are those of the ops, for each role. The outputs of a layer
 * are the tensors that another op of the result reads, with their bytes. Backward and update ops
 * have the layer's forward op as twin and share its device. Host ops stay as they are.
 */

import { opWork } from "../../../env/model/coarsen/work.ts";
import { graphBuilder, type OpSpec } from "../../../env/model/graph/builder.ts";
import { stronglyConnectedComponents } from "../../../env/model/graph/components.ts";
import { CONTROL, type OpGraph, Role, roleNames } from "../../../env/model/graph/graph.ts";

const ROLES = roleNames.length;
const TIME_STEP = /(^|\/)step_\d+(?=\/|$)/g;
const MEMBER_OF_STACK = /^(?:.*\/)?(?:layer|block|cell)_\d+(?=\/|$)/;

export function layerOf(opName: string): string {
  const timeless = opName.replace(TIME_STEP, "");
  return MEMBER_OF_STACK.exec(timeless)?.[0] || timeless.split("/")[0] || opName;
}

export function layerGraph(graph: OpGraph): OpGraph {
  const { layerOfOp, names } = acyclicLayers(graph);
  const nodeOfOp = layerOfOp.map((layer, v) => layer * ROLES + graph.role[v]);
  const portOf = new Map<number, number>();
  const outputs = cutTensors(graph, nodeOfOp, portOf);
  const members = membersOf(nodeOfOp, names.length * ROLES);
  const devices = sharedDevices(graph, layerOfOp, names.length);

  const nameOf = (node: number): string => {
    const layer = names[Math.floor(node / ROLES)];
    return node % ROLES === Role.forward ? layer : `${layer}/${roleNames[node % ROLES]}`;
  };
  const builder = graphBuilder({ dtype: graph.dtype, batch: graph.batch });
  const work = opWork(graph);
  for (const node of inOrder(graph, nodeOfOp)) {
    const ops = members[node];
    const layer = Math.floor(node / ROLES);
    const total = (of: Float64Array): number => ops.reduce((sum, v) => sum + of[v], 0);
    const spec: OpSpec = {
      name: nameOf(node),
      type: mainType(graph, ops, work),
      role: roleNames[node % ROLES],
      flops: total(graph.flops),
      bytesTouched: total(graph.bytesTouched),
      parameterBytes: total(graph.parameterBytes),
      workspaceBytes: ops.reduce((most, v) => Math.max(most, graph.workspaceBytes[v]), 0),
      outputs: outputs[node],
      ...(graph.supportedKinds[ops[0]] !== null && { supportedKinds: graph.supportedKinds[ops[0]]! }),
      ...(node % ROLES !== Role.forward && members[layer * ROLES].length > 0 && { twin: names[layer] }),
      colocation: names[devices[layer]],
    };
    builder.op(spec);
  }
  const drawn = new Set<string>();
  for (let e = 0; e < graph.edgeCount; e++) {
    const [source, to] = [graph.edgeSource[e], nodeOfOp[graph.edgeDestination[e]]];
    if (nodeOfOp[source] === to) continue;
    const output = graph.edgeOutput[e];
    const port = output === CONTROL ? CONTROL : portOf.get(graph.outputStart[source] + output)!;
    const key = `${nodeOfOp[source]}:${port}>${to}`;
    if (drawn.has(key)) continue;
    drawn.add(key);
    if (port === CONTROL) builder.control(nameOf(nodeOfOp[source]), nameOf(to));
    else builder.edge({ from: nameOf(nodeOfOp[source]), output: port, to: nameOf(to) });
  }
  return builder.build();
}

/** Layer of each op, after layers on a cycle of forward ops have become one. */
function acyclicLayers(graph: OpGraph): { readonly layerOfOp: readonly number[]; readonly names: string[] } {
  const numberOf = new Map<string, number>();
  const first = Array.from(graph.names, (name, v) => {
    const layer = graph.supportedKinds[v] === null ? layerOf(name) : name;
    if (!numberOf.has(layer)) numberOf.set(layer, numberOf.size);
    return numberOf.get(layer)!;
  });
  const successors = Array.from(numberOf, () => new Set<number>());
  for (let e = 0; e < graph.edgeCount; e++) {
    const [from, to] = [graph.edgeSource[e], graph.edgeDestination[e]];
    if (graph.role[from] === Role.forward && graph.role[to] === Role.forward && first[from] !== first[to])
      successors[first[from]].add(first[to]);
  }
  const { of } = stronglyConnectedComponents(successors.map((set) => [...set]));

  const parts = new Map<number, string[]>();
  [...numberOf.keys()].forEach((name, layer) => {
    const known = parts.get(of[layer]);
    if (known === undefined) parts.set(of[layer], [name]);
    else known.push(name);
  });
  const components = [...parts.keys()];
  const numberOfComponent = new Map(components.map((component, layer) => [component, layer]));
  return {
    layerOfOp: first.map((layer) => numberOfComponent.get(of[layer])!),
    names: components.map((component) => parts.get(component)!.join("+")),
  };
}

/** Bytes of the outputs of each node. `portOf` gives the new port of an output of the op graph. */
function cutTensors(
  graph: OpGraph,
  nodeOfOp: readonly number[],
  portOf: Map<number, number>,
): readonly (readonly number[])[] {
  const outputs: number[][] = Array.from({ length: Math.max(...nodeOfOp) + 1 }, () => []);
  for (let e = 0; e < graph.edgeCount; e++) {
    const source = graph.edgeSource[e];
    const tensor = graph.outputStart[source] + graph.edgeOutput[e];
    if (nodeOfOp[source] === nodeOfOp[graph.edgeDestination[e]]) continue;
    if (graph.edgeOutput[e] === CONTROL || portOf.has(tensor)) continue;
    portOf.set(tensor, outputs[nodeOfOp[source]].length);
    outputs[nodeOfOp[source]].push(graph.outputBytes[tensor]);
  }
  return outputs;
}

function membersOf(nodeOfOp: readonly number[], nodeCount: number): readonly number[][] {
  const members: number[][] = Array.from({ length: nodeCount }, () => []);
  nodeOfOp.forEach((node, v) => {
    members[node].push(v);
  });
  return members;
}

/** Nodes by their first op in topological order. */
function inOrder(graph: OpGraph, nodeOfOp: readonly number[]): Iterable<number> {
  return new Set(Array.from(graph.topologicalOrder, (v) => nodeOfOp[v]));
}

/**
 * Layers with ops of one co-location class share a device: each layer gets the number of the first
 * of them.
 */
function sharedDevices(graph: OpGraph, layerOfOp: readonly number[], layerCount: number): readonly number[] {
  const leader = Array.from({ length: layerCount }, (_, layer) => layer);
  const find = (layer: number): number => {
    let root = layer;
    while (leader[root] !== root) root = leader[root];
    return root;
  };
  const layerOfClass = new Map<number, number>();
  layerOfOp.forEach((layer, v) => {
    const label = graph.colocation[v];
    if (label === -1) return;
    const known = layerOfClass.get(label);
    if (known === undefined) layerOfClass.set(label, layer);
    else leader[Math.max(find(known), find(layer))] = Math.min(find(known), find(layer));
  });
  return leader.map((_, layer) => find(layer));
}

/** The op type with most of the layer's work, which decides the efficiency of devices. */
function mainType(graph: OpGraph, ops: readonly number[], work: Float64Array): string {
  const ofType = new Map<string, number>();
  for (const v of ops) ofType.set(graph.types[v], (ofType.get(graph.types[v]) ?? 0) + work[v]);
  return [...ofType].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}
