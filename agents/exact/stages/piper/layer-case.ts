/**
 * A scenario as a case of Piper: its layers with two choices each, kept activations or recomputed
 * ones, at tensor-parallel degree 1.
 *
 * Memory is that of two versions of the weights, their gradients, the optimizer's state, and what
 * the micro-batches in flight keep. A layer that is recomputed keeps what enters it for each of
 * them, and all its activations for one. Edges between layers that more than one layer uses count
 * once for each; a chain has its cuts instead.
 */
import { type LayerChain, layerChain } from "../../../../env/model/layers/layer-chain.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { layerFlows } from "../../../problems/pipeline/layer-flows.ts";
import { shareTimes } from "../../../problems/pipeline/micro-batches.ts";
import { countIdeals } from "../../ideals/all-ideals.ts";
import type { PiperCase, PiperChoice, PiperEdge } from "./problem.ts";

export interface PiperLayers {
  readonly chain: LayerChain;
  readonly of: "graph" | "chain";
  /** Of the whole batch. */
  readonly edges: readonly PiperEdge[];
  readonly enteringBytes: Float64Array;
}

/** Versions of the weights under 2BW. */
const VERSIONS = 2;

/** Those of the graph, or of a chain where the graph has more than `most` down-sets. */
export function piperLayers(scenario: Scenario, most: number): PiperLayers | string {
  const fine = layerChain(scenario, Number.POSITIVE_INFINITY);
  if (typeof fine === "string") return fine;
  const { from, to, bytes } = layerFlows(fine);
  const flows = Array.from(from, (u, i): PiperEdge => ({ from: u, to: to[i], bytes: bytes[i] }));
  const successors = Array.from({ length: fine.count }, (): number[] => []);
  for (const edge of flows) successors[edge.from].push(edge.to);
  if (countIdeals({ count: fine.count, successors }, most) !== null)
    return { chain: fine, of: "graph", edges: flows, enteringBytes: entering(fine.count, flows) };
  const chain = layerChain(scenario);
  if (typeof chain === "string") return chain;
  const cuts = Array.from(chain.cutBytes.subarray(0, chain.count - 1), (cut, layer): PiperEdge => {
    return { from: layer, to: layer + 1, bytes: cut };
  });
  return { chain, of: "chain", edges: cuts, enteringBytes: entering(chain.count, cuts) };
}

function entering(count: number, edges: readonly PiperEdge[]): Float64Array {
  const bytes = new Float64Array(count);
  for (const edge of edges) bytes[edge.to] += edge.bytes;
  return bytes;
}

export interface PiperSetting extends Pick<PiperCase, "devices" | "microBatches" | "memoryBytes"> {
  /** Index into the chain's types. */
  readonly type: number;
  readonly bytesPerUs: number;
}

/** Times in us of one micro-batch. */
export function piperCaseOf({ chain, edges, enteringBytes }: PiperLayers, setting: PiperSetting): PiperCase {
  const { type, devices, microBatches, memoryBytes, bytesPerUs } = setting;
  const share = 1 / microBatches;
  const { forwardUs, backwardUs } = shareTimes(chain, type, share);
  const states = VERSIONS + chain.scenario.fidelity.optimizerSlots;
  const layers = Array.from({ length: chain.count }, (_, layer) => {
    const kept = chain.keptBytes[layer] * share;
    const fixed = states * chain.weightBytes[layer] + chain.gradientBytes[layer];
    const keeps: PiperChoice = {
      time: forwardUs[layer] + backwardUs[layer],
      weightBytes: chain.gradientBytes[layer],
      bytesInFlight: kept,
      bytesFixed: fixed,
      recomputes: false,
    };
    const recomputes: PiperChoice = {
      ...keeps,
      time: keeps.time + forwardUs[layer],
      bytesInFlight: enteringBytes[layer] * share,
      bytesFixed: fixed + kept,
      recomputes: true,
    };
    return new Map([[1, [keeps, recomputes]]]);
  });
  return {
    layers,
    edges: edges.map((edge) => ({ ...edge, bytes: edge.bytes * share })),
    devices,
    microBatches,
    memoryBytes,
    bytesPerTime: bytesPerUs,
  };
}
