/**
 * The states that PipeDream's program walks through, from a scenario. They are ideals of the graph
 * of layers, or where there are too many the prefixes of the chain of layers.
 */
import { contract } from "../../../env/model/layers/elements.ts";
import { type LayerChain, layerChain } from "../../../env/model/layers/layer-chain.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { leavingBytes } from "../../problems/pipeline/leaving-bytes.ts";
import { shareTimes } from "../../problems/pipeline/micro-batches.ts";
import { chainStates, type IntervalStates, intervalStates } from "./interval-states.ts";

export interface LayerStates {
  /** The layers that the states are made of. */
  readonly chain: LayerChain;
  readonly states: IntervalStates;
  readonly of: "graph" | "chain";
}

export interface LayerStatesOptions {
  /** Index into the chain's types. */
  readonly type: number;
  /** Of the batch, in a minibatch. */
  readonly share: number;
  /** States of the graph; where there are more, the chain takes its place. */
  readonly most: number;
}

/** Pre: every layer runs on the type. */
export function layerStates(scenario: Scenario, options: LayerStatesOptions): LayerStates | string {
  const fine = layerChain(scenario, Number.POSITIVE_INFINITY);
  if (typeof fine === "string") return fine;
  const states = statesOfGraph(fine, options);
  if (states !== null) return { chain: fine, states, of: "graph" };
  const chain = layerChain(scenario);
  if (typeof chain === "string") return chain;
  return { chain, states: statesOfChain(chain, options), of: "chain" };
}

function statesOfGraph(chain: LayerChain, { type, share, most }: LayerStatesOptions): IntervalStates | null {
  const { scenario, count, layerOf, weightBytes } = chain;
  return intervalStates(
    {
      count,
      successors: layerSuccessors(chain),
      timeUs: layerUs(chain, type, share),
      weightBytes,
      activationBytes: leavingBytes(scenario, layerOf, count).map((bytes) => bytes * share),
    },
    most,
  );
}

function statesOfChain(chain: LayerChain, { type, share }: LayerStatesOptions): IntervalStates {
  const { weightBytes, keptBytes, cutBytes } = chain;
  const ofShare = (bytes: Float64Array) => bytes.map((each) => each * share);
  return chainStates(layerUs(chain, type, share), weightBytes, ofShare(keptBytes), ofShare(cutBytes));
}

/** Both passes of each layer. */
function layerUs(chain: LayerChain, type: number, share: number): Float64Array {
  const { forwardUs, backwardUs } = shareTimes(chain, type, share);
  return forwardUs.map((us, layer) => us + backwardUs[layer]);
}

/** Pre: no layers of the chain were merged. */
function layerSuccessors({ scenario, layerOf, count }: LayerChain): number[][] {
  const elements = contract(scenario);
  const layerOfElement = new Int32Array(elements.count).fill(-1);
  elements.of.forEach((element, v) => {
    layerOfElement[element] = Math.max(layerOfElement[element], layerOf[v]);
  });
  const successors = Array.from({ length: count }, (): number[] => []);
  elements.successors.forEach((list, element) => {
    const layer = layerOfElement[element];
    if (layer === -1) return;
    for (const next of list) if (layerOfElement[next] !== -1) successors[layer].push(layerOfElement[next]);
  });
  return successors;
}
