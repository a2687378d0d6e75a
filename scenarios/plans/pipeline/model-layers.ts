/**
 * The layers of a model as programs for pipelines count them: the children of a sequential module,
 * in the order in which they run. Names of ops give the layer (workloads/layers/layer-graph.ts),
 * such as `encoder.layer_3`, with dots as frameworks write them.
 *
 * Only forward ops belong to layers. Inputs that the caller leaves out do not.
 */
import { type OpGraph, Role } from "../../../env/model/graph/graph.ts";
import { layerOf } from "../../workloads/layers/layer-graph.ts";

/** Of an op in no layer. */
export const NO_LAYER = -1;

export interface ModelLayers {
  readonly names: readonly string[];
  /** Layer of each op, shape [opCount]. */
  readonly of: Int32Array;
}

export const dotted = (name: string): string => name.split("/").join(".");

export const layerName = (opName: string): string => dotted(layerOf(opName));

/**
 * Layers by their first op in topological order. Ops of a layer in `broken` are layers of their
 * own.
 */
export function modelLayers(
  graph: OpGraph,
  isLeftOut: (v: number) => boolean,
  broken: ReadonlySet<string> = new Set(),
): ModelLayers {
  const numberOf = new Map<string, number>();
  const of = new Int32Array(graph.opCount).fill(NO_LAYER);
  for (const v of graph.topologicalOrder) {
    if (graph.role[v] !== Role.forward || isLeftOut(v)) continue;
    const layer = layerName(graph.names[v]);
    const name = broken.has(layer) ? dotted(graph.names[v]) : layer;
    if (!numberOf.has(name)) numberOf.set(name, numberOf.size);
    of[v] = numberOf.get(name)!;
  }
  return { names: [...numberOf.keys()], of };
}
