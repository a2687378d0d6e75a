/**
 * The stage problem of RaNNC (Tanaka et al., IPDPS 2021): blocks in a topological order, to be cut
 * into stages with replicas. The nodes of the cluster form `copies` groups, and each group runs a
 * copy of the pipeline.
 */

export interface RanncStageCost {
  readonly forwardUs: number;
  readonly backwardUs: number;
  /** Transfers of all inputs and outputs of the stage. */
  readonly transferUs: number;
  readonly bytes: number;
  /** All-reduce of the weights; the replicas are not counted in. */
  readonly allReduceUs: number;
}

export interface RanncProblem {
  readonly blocks: number;
  readonly batch: number;
  readonly deviceBytes: number;
  /**
   * Costs of the blocks first..end-1 on so many devices of one copy, for one micro-batch. A device
   * has ceil(batch / (devices x copies x micro-batches)) samples of it. With more than one
   * micro-batch the stage keeps its inputs and computes the rest again.
   */
  cost(
    first: number,
    end: number,
    shape: { readonly devices: number; readonly copies: number; readonly microBatches: number },
  ): RanncStageCost;
}

export interface RanncShape {
  readonly stages: number;
  /** Devices of one copy of the pipeline; all are used. */
  readonly devices: number;
  readonly copies: number;
  readonly microBatches: number;
}

export interface RanncStage {
  readonly first: number;
  /** One beyond the last block. */
  readonly end: number;
  /** Devices within a copy. */
  readonly devices: number;
}

/** Numbers of devices that a stage may have: powers of two, no more than samples. */
export function mayHaveDevices({ batch }: RanncProblem, shape: RanncShape, devices: number): boolean {
  const isPowerOfTwo = (devices & (devices - 1)) === 0;
  return isPowerOfTwo && devices <= Math.ceil(batch / (shape.copies * shape.microBatches));
}

/** The slowest forward pass and the slowest backward pass, transfers included. */
export function slowestPasses(
  problem: RanncProblem,
  shape: RanncShape,
  stages: readonly RanncStage[],
): number {
  let [forward, backward] = [0, 0];
  for (const { first, end, devices } of stages) {
    const cost = problem.cost(first, end, { ...shape, devices });
    forward = Math.max(forward, cost.forwardUs + cost.transferUs);
    backward = Math.max(backward, cost.backwardUs + cost.transferUs);
  }
  return forward + backward;
}

/**
 * RaNNC's time of an iteration. A step of the pipeline takes as long as the slowest forward and the
 * slowest backward pass of the stages at work. The longest all-reduce ends the iteration.
 */
export function estimatedTime(
  problem: RanncProblem,
  shape: RanncShape,
  stages: readonly RanncStage[],
): number {
  const costs = stages.map(({ first, end, devices }) => problem.cost(first, end, { ...shape, devices }));
  let time = 0;
  for (let step = 0; step < shape.microBatches + stages.length - 1; step++) {
    const active = costs.slice(Math.max(0, step - shape.microBatches + 1), step + 1);
    time += Math.max(...active.map(({ forwardUs, transferUs }) => forwardUs + transferUs));
    time += Math.max(...active.map(({ backwardUs, transferUs }) => backwardUs + transferUs));
  }
  return time + Math.max(...costs.map(({ allReduceUs }) => allReduceUs));
}
