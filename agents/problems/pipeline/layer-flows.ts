/**
 * The edges between the layers of a chain, for planners whose stages are no intervals. Every edge
 * goes to a layer of higher number, and so do the data of the forward pass. Edges of the backward
 * pass are reversed; they carry no bytes here, but keep the order of stages.
 */

import { Role } from "../../../env/model/graph/graph.ts";
import { opClasses } from "../../../env/model/graph/op-classes.ts";
import type { LayerChain } from "../../../env/model/layers/layer-chain.ts";
import { HOST_STAGE } from "../../../env/model/plan/pipeline.ts";

export interface LayerFlows {
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Activations of the whole batch; a tensor counts once for each layer that uses it. */
  readonly bytes: Float64Array;
}

export function layerFlows({ scenario, layerOf, count }: LayerChain): LayerFlows {
  const { graph } = scenario;
  const { fixedPort } = opClasses(graph);
  const bytesOf = new Map<number, number>();
  const counted = new Set<string>();
  for (let e = 0; e < graph.edgeCount; e++) {
    const [u, v] = [graph.edgeSource[e], graph.edgeDestination[e]];
    if (graph.role[u] !== graph.role[v]) continue;
    const isForward = graph.role[u] === Role.forward;
    const [from, to] = isForward ? [layerOf[u], layerOf[v]] : [layerOf[v], layerOf[u]];
    if (from === HOST_STAGE || to === HOST_STAGE || from >= to) continue;
    const key = from * count + to;
    const port = graph.outputStart[u] + graph.edgeOutput[e];
    const isData = isForward && graph.edgeOutput[e] >= 0 && fixedPort[port] === 0;
    const tensor = `${port} ${to}`;
    const bytes = isData && !counted.has(tensor) ? graph.edgeBytes[e] : 0;
    if (isData) counted.add(tensor);
    bytesOf.set(key, (bytesOf.get(key) ?? 0) + bytes);
  }
  const keys = [...bytesOf.keys()].sort((a, b) => a - b);
  return {
    from: Int32Array.from(keys, (key) => Math.floor(key / count)),
    to: Int32Array.from(keys, (key) => key % count),
    bytes: Float64Array.from(keys, (key) => bytesOf.get(key)!),
  };
}
