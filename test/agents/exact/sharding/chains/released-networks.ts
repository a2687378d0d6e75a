/** Networks of AccPar's released code, batch 512, as lists of layers. */
import type { ChainLayer } from "../../../../../agents/exact/sharding/chains/type-chain.ts";
import type { LayerEdge } from "../../../../../agents/exact/sharding/chains/type-graph.ts";

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

/** Places of the first layers of blocks, and of the layer that a block's sum goes to. */
export interface ReleasedResnet {
  readonly layers: readonly ChainLayer[];
  readonly shortcuts: readonly LayerEdge[];
}

const WIDTHS = [64, 128, 256, 512];
const MAPS = [56, 28, 14, 7];

/**
 * The released lists were not seen. Sums of data parallelism are 7 times all weights. So all layers
 * of a stage have its width, without projections, and the last layer has 2048 inputs in all three.
 * Maps of one size in a stage follow from the sums of HyPar, as other sizes miss them by 0.1% and
 * more. Shortcuts lead from the first layer of a block to the layer after it. That follows from the
 * sums of AccPar, with the fault of the released program (released-shortcuts.ts).
 */
function resnet(blocks: readonly number[], layersOf: (width: number, map: number) => Conv[]): ReleasedResnet {
  const inBlocks = blocks.flatMap((count, stage) =>
    Array.from({ length: count }, () => layersOf(WIDTHS[stage], MAPS[stage])),
  );
  const [{ length: depth }] = inBlocks;
  return {
    layers: network([[3, 64, 224, 56, 7], ...inBlocks.flat()], [2048, 1000]),
    shortcuts: inBlocks.map((_, block) => ({ from: 1 + block * depth, to: 1 + (block + 1) * depth })),
  };
}

const basic = (width: number, map: number): Conv[] => [
  [width, width, map, map, 3],
  [width, width, map, map, 3],
];
const bottleneck = (width: number, map: number): Conv[] => [
  [width, width, map, map, 1],
  [width, width, map, map, 3],
  [width, 4 * width, map, map, 1],
];

export const resnet18 = resnet([2, 2, 2, 2], basic);
export const resnet34 = resnet([3, 4, 6, 3], basic);
export const resnet50 = resnet([3, 4, 6, 3], bottleneck);
