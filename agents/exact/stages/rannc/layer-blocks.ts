/**
 * The blocks of a scenario by RaNNC's first two phases (atomic.ts, blocks.ts). Operations are the
 * layers of a chain. A layer of variables alone is constant, and so is what constant ones make.
 *
 * RaNNC has a copy of a constant operation in each block that needs it. A plan has one stage for
 * each layer, that of the first such block. The layers of blocks list the copies.
 */
import { CONTROL, Role } from "../../../../env/model/graph/graph.ts";
import { opClasses } from "../../../../env/model/graph/op-classes.ts";
import type { LayerChain } from "../../../../env/model/layers/layer-chain.ts";
import { HOST_STAGE } from "../../../../env/model/plan/pipeline.ts";
import { layerFlows } from "../../../problems/pipeline/layer-flows.ts";
import { type AtomicComponents, atomicComponents } from "./atomic.ts";
import { ranncBlocks } from "./blocks.ts";

/** An activation that leaves its block, once for all blocks that use it. */
export interface SentActivation {
  readonly bytes: number;
  readonly fromBlock: number;
  readonly toBlocks: readonly number[];
}

export interface LayerBlocks {
  /** Layers of each block, ascending. */
  readonly layers: readonly (readonly number[])[];
  /** The first block that has each layer. */
  readonly blockOf: Int32Array;
  readonly sent: readonly SentActivation[];
}

export interface LayerBlockOptions {
  /** Blocks, at most; more where larger ones do not fit. */
  readonly target: number;
  /** Of each layer. */
  readonly timeUs: ArrayLike<number>;
  fits(layers: readonly number[]): boolean;
}

export function layerBlocks(chain: LayerChain, { target, timeUs, fits }: LayerBlockOptions): LayerBlocks {
  const { members, successors } = componentsOf(chain);
  const activations = activationsOf(chain);
  const outputBytes = new Float64Array(chain.count);
  for (const { bytes, layer } of activations) outputBytes[layer] += bytes;
  const layersOf = (components: readonly number[]) => [...new Set(components.flatMap((c) => members[c]))];
  const blocks = ranncBlocks(
    {
      successors,
      timeUs: members.map((own) => own.reduce((sum, layer) => sum + timeUs[layer], 0)),
      outputBytes: members.map((own) => outputBytes[rootOf(own)]),
    },
    { target, fits: (components) => fits(layersOf(components)) },
  );
  const layers = blocks.map((components) => layersOf(components).sort((a, b) => a - b));
  const blockOf = new Int32Array(chain.count);
  for (let block = layers.length - 1; block >= 0; block--)
    for (const layer of layers[block]) blockOf[layer] = block;
  const roots = new Set(members.map(rootOf));
  const sent = activations.flatMap(({ bytes, layer, users }): SentActivation[] => {
    const fromBlock = blockOf[layer];
    const toBlocks = [...new Set([...users].map((user) => blockOf[user]))].filter((to) => to !== fromBlock);
    return roots.has(layer) && toBlocks.length > 0 ? [{ bytes, fromBlock, toBlocks }] : [];
  });
  return { layers, blockOf, sent };
}

/** The one layer that is not constant: it needs the others, so that it comes last. */
const rootOf = (members: readonly number[]): number => members[members.length - 1];

/** Each layer is in a component. Constant ones that none needs count as layers with an input. */
function componentsOf(chain: LayerChain): AtomicComponents {
  const successors = Array.from({ length: chain.count }, (): number[] => []);
  const { from, to } = layerFlows(chain);
  from.forEach((layer, edge) => {
    successors[layer].push(to[edge]);
  });
  const isSource = sourcesOf(chain);
  const used = new Set(atomicComponents(successors, isSource).members.flat());
  return atomicComponents(
    successors,
    isSource.map((flag, layer) => (used.has(layer) ? flag : 1)),
  );
}

/** 1 for layers with a forward op that uses the host's inputs, or has none and is no variable. */
function sourcesOf({ scenario: { graph }, layerOf, count }: LayerChain): Uint8Array {
  const { once } = opClasses(graph);
  const isSource = new Uint8Array(count);
  for (let v = 0; v < graph.opCount; v++) {
    if (layerOf[v] === HOST_STAGE || graph.role[v] !== Role.forward) continue;
    const hasNone = graph.inStart[v] === graph.inStart[v + 1];
    if (hasNone && once[v] === 0) isSource[layerOf[v]] = 1;
  }
  for (let e = 0; e < graph.edgeCount; e++) {
    const [u, v] = [graph.edgeSource[e], graph.edgeDestination[e]];
    if (layerOf[u] === HOST_STAGE && layerOf[v] !== HOST_STAGE) isSource[layerOf[v]] = 1;
  }
  return isSource;
}

interface Activation {
  readonly bytes: number;
  readonly layer: number;
  /** Other layers that use it. */
  readonly users: Set<number>;
}

/** Outputs of forward ops that other layers use, without weights. */
function activationsOf({ scenario: { graph }, layerOf }: LayerChain): Activation[] {
  const { fixedPort } = opClasses(graph);
  const found = new Map<number, Activation>();
  for (let e = 0; e < graph.edgeCount; e++) {
    const [u, v] = [graph.edgeSource[e], graph.edgeDestination[e]];
    if (graph.role[u] !== Role.forward || graph.role[v] !== Role.forward) continue;
    if (layerOf[u] === HOST_STAGE || layerOf[u] === layerOf[v] || graph.edgeOutput[e] === CONTROL) continue;
    const port = graph.outputStart[u] + graph.edgeOutput[e];
    if (fixedPort[port] === 1) continue;
    const known = found.get(port) ?? { bytes: graph.outputBytes[port], layer: layerOf[u], users: new Set() };
    known.users.add(layerOf[v]);
    found.set(port, known);
  }
  return [...found.values()];
}
