/**
 * Random models of repeated blocks for PipeDream-2BW's planner, and the least time by trying every
 * width, depth, micro-batch and recomputation.
 */
import fc from "fast-check";
import type { BlockChain } from "../../../../../agents/exact/stages/equal-stages/equal-stages.ts";
import type { WidthDepthOptions } from "../../../../../agents/exact/stages/equal-stages/width-depth.ts";

const SIZES = Int32Array.from([1, 2, 4, 8, 16]);

export interface Uniform {
  readonly blocks: number;
  readonly launchUs: number;
  readonly forwardUs: number;
  readonly backwardUs: number;
  readonly weightBytes: number;
  readonly keptBytes: number;
  readonly outputBytes: number;
  /** An embedding before the blocks and a head after them. */
  readonly ends: boolean;
}

export function chainOf(model: Uniform): BlockChain {
  const layers = model.blocks + (model.ends ? 2 : 0);
  const factor = Array.from({ length: layers }, (_, i) =>
    model.ends && (i === 0 || i === layers - 1) ? 3 : 1,
  );
  const times = (us: number) =>
    Float64Array.from([...SIZES].flatMap((b) => factor.map((f) => f * (model.launchUs + b * us))));
  return {
    layers,
    firstBlock: model.ends ? 1 : 0,
    endBlock: model.ends ? layers - 1 : layers,
    sizes: SIZES,
    forwardUs: times(model.forwardUs),
    backwardUs: times(model.backwardUs),
    weightBytes: Float64Array.from(factor, (f) => f * model.weightBytes),
    keptBytes: Float64Array.from(factor, (f) => f * model.keptBytes),
    outputBytes: Float64Array.from(factor, () => model.outputBytes),
    inputBytes: 2,
  };
}

const amount = (max: number) => fc.integer({ min: 1, max });
export const randomChain = fc
  .record({
    blocks: fc.constantFrom(8, 12, 16, 24, 48, 64),
    launchUs: fc.integer({ min: 0, max: 40 }),
    forwardUs: amount(20),
    backwardUs: amount(40),
    weightBytes: amount(1_000),
    keptBytes: amount(200),
    outputBytes: amount(50),
    ends: fc.boolean(),
  })
  .map(chainOf);

export const randomOptions = fc.record({
  devices: fc.constantFrom(8, 16, 64),
  memoryBytes: fc.integer({ min: 500, max: 60_000 }),
  batch: fc.constantFrom(32, 64, 512, 1_024),
  mayGrow: fc.boolean(),
  microBatch: fc.constant("best" as const),
  stateFactor: fc.constantFrom(0, 3),
  bytesPerUs: fc
    .tuple(amount(20), amount(20))
    .map(([stages, replicas]) => (width: number, depth: number) => ({
      stages: depth > 8 ? stages / 2 : stages,
      replicas: replicas / width,
    })),
});

/** The least time of a sample over every w, d, b and r, layer by layer from the description. */
export function tryEverything(chain: BlockChain, options: WidthDepthOptions): number {
  let least = Infinity;
  const blocks = chain.endBlock - chain.firstBlock;
  for (let w = 1; w <= options.devices; w++)
    for (let d = 1; d <= options.devices; d++)
      for (const [s, b] of chain.sizes.entries())
        for (const r of [0, 1]) {
          if (w * d !== options.devices || blocks % d !== 0) continue;
          const share = options.batch / (b * w);
          if (!options.mayGrow && (share < d || share !== Math.floor(share))) continue;
          const m = Math.max(d, Math.floor(share));
          const stageOf = (layer: number) =>
            Math.min(d - 1, Math.max(0, Math.floor(((layer - chain.firstBlock) * d) / blocks)));
          const bandwidth = options.bytesPerUs(w, d);
          let slowest = 0;
          let fits = true;
          for (let i = 0; i < d; i++) {
            const own = Array.from({ length: chain.layers }, (_, v) => v).filter((v) => stageOf(v) === i);
            const sum = (values: Float64Array, offset = 0) =>
              own.reduce((total, v) => total + values[offset + v], 0);
            const weights = sum(chain.weightBytes);
            const input = (own[0] === 0 ? chain.inputBytes : chain.outputBytes[own[0] - 1]) * b;
            const kept = sum(chain.keptBytes) * b;
            const flying = Math.min(m, d - i);
            const activations = r === 1 ? kept + flying * input : flying * kept;
            if (2 * weights + options.stateFactor * weights + activations > options.memoryBytes) fits = false;
            const forward = sum(chain.forwardUs, s * chain.layers);
            const work = forward * (1 + r) + sum(chain.backwardUs, s * chain.layers);
            const moved = i === 0 ? 0 : (2 * input) / bandwidth.stages;
            const sync = (2 * (w - 1) * weights) / w / bandwidth.replicas / m;
            slowest = Math.max(slowest, work + moved, sync);
          }
          if (fits) least = Math.min(least, slowest / (b * w));
        }
  return least;
}
