/**
 * Stages of equal numbers of blocks, as PipeDream-2BW cuts a model of repeated blocks (Narayanan et
 * al., ICML 2021). Layers before the first block, such as an embedding, belong to the first stage,
 * layers after the last block to the last one.
 */

/** A chain of layers. Times are for a micro-batch, bytes of activations for one sample. */
export interface BlockChain {
  readonly layers: number;
  /** Repeated layers: from `firstBlock` up to but not including `endBlock`. */
  readonly firstBlock: number;
  readonly endBlock: number;
  /** Samples of a micro-batch that there are times for, ascending. */
  readonly sizes: Int32Array;
  /** Times of each layer by size, shape [sizes, layers]. */
  readonly forwardUs: Float64Array;
  readonly backwardUs: Float64Array;
  readonly weightBytes: Float64Array;
  /** Kept for the backward pass, one sample. */
  readonly keptBytes: Float64Array;
  /** Handed to the next layer, one sample. */
  readonly outputBytes: Float64Array;
  /** Handed to the first layer, one sample. */
  readonly inputBytes: number;
}

export interface EqualStage {
  /** Layers from `from` up to but not including `to`. */
  readonly from: number;
  readonly to: number;
  readonly weightBytes: number;
  /** For one sample. */
  readonly keptBytes: number;
  readonly inputBytes: number;
}

/** Null where the blocks do not divide into so many stages. */
export function equalStages(chain: BlockChain, depth: number): EqualStage[] | null {
  const blocks = chain.endBlock - chain.firstBlock;
  if (depth < 1 || blocks % depth !== 0 || (blocks === 0 && depth > 1)) return null;
  return Array.from({ length: depth }, (_, stage) => {
    const from = stage === 0 ? 0 : chain.firstBlock + (stage * blocks) / depth;
    const to = stage === depth - 1 ? chain.layers : chain.firstBlock + ((stage + 1) * blocks) / depth;
    return {
      from,
      to,
      weightBytes: sumOf(chain.weightBytes, from, to),
      keptBytes: sumOf(chain.keptBytes, from, to),
      inputBytes: from === 0 ? chain.inputBytes : chain.outputBytes[from - 1],
    };
  });
}

export function sumOf(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i];
  return sum;
}
