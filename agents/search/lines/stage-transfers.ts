/**
 * What crosses between the stages of a pipeline. A tensor goes straight from the stage that makes
 * it to each stage that reads it, and only once. So does a skip connection that passes stages by:
 * no stage in between relays it (the portals of torchgpipe, Kim et al., 2020).
 */

export interface Tensor {
  /** Layer that makes it. */
  readonly from: number;
  /** Layers that read it. */
  readonly to: readonly number[];
  readonly bytes: number;
}

export interface StageTransfer {
  readonly fromStage: number;
  readonly toStage: number;
  readonly bytes: number;
}

/** Transfers of one micro-batch's forward pass, in the order of the tensors. */
export function stageTransfers(tensors: readonly Tensor[], stageOf: ArrayLike<number>): StageTransfer[] {
  return tensors.flatMap(({ from, to, bytes }) => {
    const fromStage = stageOf[from];
    const readers = new Set(to.map((layer) => stageOf[layer]));
    readers.delete(fromStage);
    return [...readers].map((toStage) => ({ fromStage, toStage, bytes }));
  });
}
