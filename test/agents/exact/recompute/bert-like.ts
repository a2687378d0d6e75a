/** A uniform model as deep as vPipe's BERT, on eight stages with little memory. */
import type { MemoryChain, MemorySetting } from "../../../../agents/exact/recompute/memory-chain.ts";

/** 97 units as in a BERT of 24 layers, with a third of their time forward. */
export const uniform: MemoryChain = {
  count: 97,
  forwardUs: new Float64Array(97).fill(1000),
  backwardUs: new Float64Array(97).fill(2000),
  activationBytes: new Float64Array(97).fill(60e6),
  weightBytes: new Float64Array(97).fill(14e6),
  outputBytes: new Float64Array(97).fill(8e6),
};
/** Eight stages that hold a version of the weights for each micro-batch in flight. */
export const onEight = (memoryBytes: number, hostBytesPerUs = 0): MemorySetting => ({
  stages: 8,
  memoryBytes,
  hostBytesPerUs,
  linkBytesPerUs: 12_000,
  scheme: "stash",
  microBatches: 32,
  stateFactor: 3,
});
