/**
 * Graphs of profiled layers, as planners of pipelines measure them. A profile has the time of each
 * layer's forward and backward pass, and the bytes of its output and weights.
 *
 * - `folded`: one op for each layer does both passes, as in the planners. Gradients between layers
 *   are not charged.
 * - `separate`: a forward and a backward op on one device; activations flow forward, gradients of
 *   the same size back. A layer has a backward op where it or a layer before it has weights or a
 *   backward time.
 * - `training`: the same, and where a layer has weights its backward op also puts out their
 *   gradient for an update op. The update takes no time: profiles have none for it. Replicas of
 *   pipelines sum these gradients.
 */

import { graphBuilder } from "../../../env/model/graph/builder.ts";
import { ANY_KIND, type OpGraph } from "../../../env/model/graph/graph.ts";

export interface Layer {
  readonly name: string;
  readonly type: string;
  readonly forwardUs: number;
  readonly backwardUs: number;
  readonly parameterBytes: number;
  readonly outputBytes: number;
  /** Time in us to move the output between device and host, and its gradient back. */
  readonly transferUs?: number;
}

export interface LayerEdge {
  readonly from: string;
  readonly to: string;
  /** Default: the bytes of the output. */
  readonly bytes?: number;
}

export const backwardModes = ["folded", "separate", "training"] as const;
export type BackwardMode = (typeof backwardModes)[number];

/** The option that importers of layers declare. */
export const backwardOption =
  "folded (default): one op for both passes of a layer; separate: a forward and a backward op; training: these, and an update of the weights";

export const backwardAssumption: Readonly<Record<BackwardMode, string>> = {
  folded: "One op does the forward and backward work of a layer; gradients that flow back are not charged.",
  separate: "Gradients that flow back have the bytes of the activations; both ops of a layer share a device.",
  training:
    "Gradients that flow back have the bytes of the activations, and gradients of weights those of the weights; updates take no time; all ops of a layer share a device.",
};

export function layerGraph(
  layers: readonly Layer[],
  edges: readonly LayerEdge[],
  { mode, batch }: { readonly mode: BackwardMode; readonly batch: number | null },
): OpGraph {
  const folded = foldedGraph(layers, edges, batch);
  return mode === "folded" ? folded : separateGraph(layers, folded, mode === "training");
}

function foldedGraph(layers: readonly Layer[], edges: readonly LayerEdge[], batch: number | null): OpGraph {
  const builder = graphBuilder({ batch });
  for (const { name, type, forwardUs, backwardUs, parameterBytes, outputBytes, transferUs } of layers)
    builder.op({
      name,
      type,
      measuredUs: { [ANY_KIND]: forwardUs + backwardUs },
      parameterBytes,
      outputs: [outputBytes],
      transferUs,
    });
  for (const edge of edges) builder.edge(edge);
  return builder.build();
}

function separateGraph(layers: readonly Layer[], folded: OpGraph, updates: boolean): OpGraph {
  const trains = trainedLayers(layers, folded);
  const builder = graphBuilder({ batch: folded.batch });
  const isUpdated = ({ parameterBytes }: Layer) => updates && parameterBytes > 0;
  const backwardOf = (v: number) => `${layers[v].name}/backward`;
  layers.forEach(({ name, type, forwardUs, parameterBytes, outputBytes, transferUs }, v) => {
    builder.op({
      name,
      type,
      measuredUs: { [ANY_KIND]: forwardUs },
      parameterBytes,
      outputs: [outputBytes],
      transferUs: transferUs === undefined ? undefined : transferUs / 2,
      ...(trains[v] === 1 && { colocation: `layer ${name}` }),
    });
  });
  layers.forEach((layer, v) => {
    if (trains[v] === 0) return;
    const { name, type, backwardUs, parameterBytes } = layer;
    const toInputs = folded.edgeBytes.slice(folded.inStart[v], folded.inStart[v + 1]);
    builder.op({
      name: backwardOf(v),
      type: `${type}Backward`,
      role: "backward",
      twin: name,
      colocation: `layer ${name}`,
      measuredUs: { [ANY_KIND]: backwardUs },
      outputs: [...toInputs, ...(isUpdated(layer) ? [parameterBytes] : [])],
    });
  });
  for (const { name } of layers.filter(isUpdated))
    builder.op({
      name: `${name}/update`,
      type: "Update",
      role: "update",
      twin: name,
      colocation: `layer ${name}`,
      measuredUs: { [ANY_KIND]: 0 },
    });
  for (let v = 0; v < folded.opCount; v++) {
    if (trains[v] === 1) builder.edge({ from: layers[v].name, to: backwardOf(v) });
    if (isUpdated(layers[v])) {
      const output = folded.inStart[v + 1] - folded.inStart[v];
      builder.edge({ from: backwardOf(v), to: `${layers[v].name}/update`, output });
    }
    for (let e = folded.inStart[v]; e < folded.inStart[v + 1]; e++) {
      const u = folded.edgeSource[e];
      builder.edge({ from: layers[u].name, to: layers[v].name, bytes: folded.edgeBytes[e] });
      if (trains[u] === 1 && trains[v] === 1)
        builder.edge({ from: backwardOf(v), to: backwardOf(u), output: e - folded.inStart[v] });
    }
  }
  return builder.build();
}

/** 1 for each layer through which a gradient flows. */
function trainedLayers(layers: readonly Layer[], folded: OpGraph): Uint8Array {
  const trains = Uint8Array.from(layers, (layer) =>
    layer.parameterBytes > 0 || layer.backwardUs > 0 ? 1 : 0,
  );
  for (const v of folded.topologicalOrder)
    for (let e = folded.inStart[v]; e < folded.inStart[v + 1]; e++) trains[v] |= trains[folded.edgeSource[e]];
  return trains;
}
