/**
 * DistIR's grid: data, tensor and pipeline degrees that multiply to the world's size, all powers of
 * two, and numbers of micro-batches (Santhanam et al., EuroMLSys 2021, released code).
 */

export interface Degrees {
  readonly data: number;
  readonly tensor: number;
  readonly pipeline: number;
  readonly microBatches: number;
}

export interface GridLimits {
  readonly batch: number;
  /** Heads of attention. As in the code, the tensor degree need not divide them. */
  readonly heads: number;
  /** Stages that there can be; absent for any number. */
  readonly stages?: number;
}

const MOST_MICRO_BATCHES = 128;

/** Pre: `world` is a power of two. */
export function degreesOf(world: number, { batch, heads, stages = world }: GridLimits): Degrees[] {
  const found: Degrees[] = [];
  for (let data = 1; data <= Math.min(world, batch); data *= 2)
    for (let tensor = 1; tensor <= Math.min(world / data, heads); tensor *= 2) {
      const pipeline = world / data / tensor;
      if (pipeline > stages) continue;
      if (pipeline === 1) found.push({ data, tensor, pipeline, microBatches: 1 });
      else
        for (let count = 2; count <= Math.min(MOST_MICRO_BATCHES, batch / data); count *= 2)
          found.push({ data, tensor, pipeline, microBatches: count });
    }
  return found;
}
