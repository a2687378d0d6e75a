/**
 * A scenario as PipeDream-2BW sees it: a chain of equal blocks (equal-stages.ts). They are the
 * repeated blocks of the chain of layers. A chain without such blocks is cut into parts of times as
 * equal as possible, one for each accelerator; these are the blocks.
 *
 * A batch of unknown size counts as 64 samples.
 */
import { type LayerChain, layerChain } from "../../../../env/model/layers/layer-chain.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { powersOfTwo, shareTimes } from "../../../problems/pipeline/micro-batches.ts";
import { repeatedBlocks } from "../../../problems/pipeline/repeated-blocks.ts";
import { minMaxLengths } from "../../cuts/stage-cuts.ts";
import { type BlockChain, sumOf } from "./equal-stages.ts";

export interface ScenarioBlocks {
  readonly chain: LayerChain;
  readonly blocks: BlockChain;
  /** The chain's layers of each layer of the blocks: from starts[i] up to starts[i + 1]. */
  readonly starts: readonly number[];
  /** Samples of a batch. */
  readonly samples: number;
  /** Layers of each repeated block, 0 where none repeat. */
  readonly period: number;
}

/** Samples that a batch of unknown size counts as. */
const UNKNOWN_SAMPLES = 64;

/**
 * The blocks for a number of parts, into which a chain without repeated blocks is cut; a sentence
 * where there are no layers to cut.
 */
export function scenarioBlocks(
  scenario: Scenario,
  type: number,
): ((parts: number) => ScenarioBlocks) | string {
  const fine = layerChain(scenario, Number.POSITIVE_INFINITY);
  if (typeof fine === "string") return fine;
  const repeated = blocksOf(fine, type);
  if (repeated !== null) {
    const { from, period, blocks } = repeated;
    const inner = Array.from({ length: blocks + 1 }, (_, i) => from + i * period);
    const model = chainOfBlocks(fine, type, inner, period);
    return () => model;
  }
  const chain = layerChain(scenario);
  if (typeof chain === "string") return chain;
  return (parts) => {
    const inner = [0];
    for (const length of minMaxLengths(layerUs(chain, type), Math.min(parts, chain.count)))
      inner.push(inner[inner.length - 1] + length);
    return chainOfBlocks(chain, type, inner, 0);
  };
}

function blocksOf(chain: LayerChain, type: number) {
  const { count, forwardUs, weightBytes, cutBytes } = chain;
  // The first and the last block may sum gradients of one tensor more or less.
  const alike = [forwardUs.subarray(type * count, (type + 1) * count), weightBytes];
  return repeatedBlocks({ alike, us: layerUs(chain, type), cutBytes });
}

const layerUs = ({ count, forwardUs, backwardUs }: LayerChain, type: number): Float64Array =>
  Float64Array.from({ length: count }, (_, v) => forwardUs[type * count + v] + backwardUs[type * count + v]);

/** @param inner where each block starts, and where the last one ends */
function chainOfBlocks(
  chain: LayerChain,
  type: number,
  inner: readonly number[],
  period: number,
): ScenarioBlocks {
  const samples = chain.scenario.graph.batch ?? UNKNOWN_SAMPLES;
  const hasHead = inner[0] > 0;
  const starts = [...(hasHead ? [0] : []), ...inner];
  if (inner[inner.length - 1] < chain.count) starts.push(chain.count);
  const layers = starts.length - 1;
  const summed = (values: Float64Array) =>
    Float64Array.from({ length: layers }, (_, i) => sumOf(values, starts[i], starts[i + 1]));
  const ofSample = (bytes: Float64Array) => bytes.map((each) => each / samples);
  const sizes = Int32Array.from(powersOfTwo(samples).filter((size) => samples % size === 0));
  const times = [...sizes].map((size) => shareTimes(chain, type, size / samples));
  const firstBlock = hasHead ? 1 : 0;
  return {
    chain,
    starts,
    samples,
    period,
    blocks: {
      layers,
      firstBlock,
      endBlock: firstBlock + inner.length - 1,
      sizes,
      forwardUs: Float64Array.from(times.flatMap(({ forwardUs }) => [...summed(forwardUs)])),
      backwardUs: Float64Array.from(times.flatMap(({ backwardUs }) => [...summed(backwardUs)])),
      weightBytes: summed(chain.weightBytes),
      keptBytes: ofSample(summed(chain.keptBytes)),
      outputBytes: ofSample(
        Float64Array.from({ length: layers }, (_, i) => chain.cutBytes[starts[i + 1] - 1]),
      ),
      inputBytes: 0,
    },
  };
}
