/** Networks of AccPar's released code, batch 512, as lists of layers. */
import type { ChainLayer } from "../../../../../agents/exact/sharding/chains/type-chain.ts";

export const dense = (batch: number, inputChannels: number, outputChannels: number): ChainLayer => ({
  batch,
  inputChannels,
  outputChannels,
  inputArea: 1,
  outputArea: 1,
  kernelArea: 1,
});

/** Channels, maps before and after (pooled, as the released lists have them), kernel. */
type Conv = readonly [number, number, number, number, number];
const network = (convs: readonly Conv[], widths: readonly number[]): ChainLayer[] => [
  ...convs.map(([inputChannels, outputChannels, from, to, kernel]) => ({
    batch: 512,
    inputChannels,
    outputChannels,
    inputArea: from ** 2,
    outputArea: to ** 2,
    kernelArea: kernel ** 2,
  })),
  ...widths.slice(1).map((width, i) => dense(512, widths[i], width)),
];
/**
 * The released list was not seen. Maps of 28 x 28 before the second and third layer were found by
 * trying. With AlexNet's usual 27 and 13 the last two sums are 0.3% and 2% lower.
 */
export const alexnet = network(
  [
    [3, 96, 227, 28, 11],
    [96, 256, 28, 28, 5],
    [256, 384, 28, 13, 3],
    [384, 384, 13, 13, 3],
    [384, 256, 13, 6, 3],
  ],
  [9216, 4096, 4096, 1000],
);
export const vgg11 = network(
  [
    [3, 64, 224, 112, 3],
    [64, 128, 112, 56, 3],
    [128, 256, 56, 56, 3],
    [256, 256, 56, 28, 3],
    [256, 512, 28, 28, 3],
    [512, 512, 28, 14, 3],
    [512, 512, 14, 14, 3],
    [512, 512, 14, 7, 3],
  ],
  [25088, 4096, 4096, 1000],
);
