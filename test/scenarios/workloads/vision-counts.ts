/**
 * Published counts of the networks on images. Figures of torchvision were read in the files
 * torchvision/models/*.py: `num_params`, and `_ops` in giga multiply-adds of one 224x224 image.
 * Networks without a published count of work are counted by hand below, from their papers' figures
 * alone.
 */
import type { CountRow } from "./count-row.ts";

const torchvision = "torchvision: num_params, _ops in multiply-adds";
const gpipe = "GPipe table 1 and torchgpipe's memory benchmark (parameters, three digits)";
const torchgpipe = "torchgpipe's memory benchmark (parameters, four digits)";

export const visionCounts: readonly CountRow[] = [
  {
    name: "alexnet",
    parameters: (233 * 2 ** 20) / 4,
    gigaMultiplyAdds: 0.727,
    source: "convnet-burden (albanie): 233 MB; a multiply-add is one, counts pooling and rectifiers, too",
  },
  { name: "alexnet-owt", exactParameters: 61_100_840, gigaMultiplyAdds: 0.714, source: torchvision },
  { name: "vgg-16", exactParameters: 138_357_544, gigaMultiplyAdds: 15.47, source: torchvision },
  { name: "vgg-19", exactParameters: 143_667_240, gigaMultiplyAdds: 19.632, source: torchvision },
  // With the auxiliary classifier, which counts of work for evaluation leave out.
  { name: "inception-v3", given: { aux: 1 }, exactParameters: 27_161_264, source: torchvision },
  { name: "inception-v3", gigaMultiplyAdds: 5.713, source: torchvision },
  {
    name: "inception-v3",
    parameters: 23_817_000,
    gigaFlop: 11.469,
    source:
      "OpenVINO model zoo, googlenet-v3-pytorch: FLOP; scales of normalisations folded into convolutions",
  },
  { name: "resnet-18", exactParameters: 11_689_512, gigaMultiplyAdds: 1.814, source: torchvision },
  { name: "resnet-34", exactParameters: 21_797_672, gigaMultiplyAdds: 3.664, source: torchvision },
  { name: "resnet-50", exactParameters: 25_557_032, gigaMultiplyAdds: 4.089, source: torchvision },
  { name: "resnet-101", exactParameters: 44_549_160, gigaMultiplyAdds: 7.801, source: torchvision },
  { name: "resnet-152", exactParameters: 60_192_808, gigaMultiplyAdds: 11.514, source: torchvision },
  // With the widths of ResNet-50 it is one.
  {
    name: "wide-resnet",
    given: { channels: 64, factor: 1 },
    exactParameters: 25_557_032,
    gigaMultiplyAdds: 4.089,
    source: torchvision,
  },
  { name: "squeezenet", exactParameters: 1_248_424, gigaMultiplyAdds: 0.819, source: torchvision },
  { name: "densenet-121", exactParameters: 7_978_856, gigaMultiplyAdds: 2.834, source: torchvision },
  { name: "mobilenet-v2", exactParameters: 3_504_872, gigaMultiplyAdds: 0.301, source: torchvision },
  {
    name: "nasnet-a-mobile",
    exactParameters: 5_289_978,
    source: "trainable parameters in the summary of Keras' NASNetMobile",
  },
  {
    name: "nasnet-a-mobile",
    parameters: 5_300_000,
    gigaMultiplyAdds: 0.564,
    source: "Keras' page of NASNet, from the paper: 5.3 million, 564 million multiply-adds",
  },
  {
    name: "nasnet-a-large",
    exactParameters: 88_753_150,
    source: "trainable parameters in the summary of Keras' NASNetLarge",
  },
  {
    name: "nasnet-a-large",
    parameters: 88_900_000,
    gigaMultiplyAdds: 23.8,
    source: "Keras' page of NASNet, from the paper: 88.9 million, 23.8 billion multiply-adds",
  },
  { name: "amoebanet-d", given: { layers: 18, filters: 208 }, parameters: 82e6, source: gpipe },
  { name: "amoebanet-d", given: { layers: 18, filters: 416 }, parameters: 318e6, source: gpipe },
  { name: "amoebanet-d", given: { layers: 18, filters: 544 }, parameters: 542e6, source: gpipe },
  { name: "amoebanet-d", given: { layers: 36, filters: 544 }, parameters: 1.05e9, source: gpipe },
  { name: "amoebanet-d", given: { layers: 72, filters: 512 }, parameters: 1.84e9, source: gpipe },
  { name: "amoebanet-d", gigaMultiplyAdds: amoebanetMultiplyAdds(18, 256) / 1e9, source: "derived" },
  { name: "vit-b-16", exactParameters: 86_567_656, gigaMultiplyAdds: 17.564, source: torchvision },
  { name: "vit-l-16", exactParameters: 304_326_632, gigaMultiplyAdds: 61.555, source: torchvision },
  {
    name: "unet",
    exactParameters: 31_030_658,
    source: "Keras summaries of the network of figure 1, one channel to two classes of 388x388",
  },
  { name: "unet", gigaMultiplyAdds: unetMultiplyAdds() / 1e9, source: "derived" },
  { name: "unet-gpipe", given: { convs: 6, channels: 72 }, parameters: 362.2e6, source: torchgpipe },
  { name: "unet-gpipe", given: { convs: 48, channels: 160 }, parameters: 15.82e9, source: torchgpipe },
  { name: "unet-gpipe", gigaMultiplyAdds: unetGpipeMultiplyAdds(5, 64) / 1e9, source: "derived" },
  {
    name: "ddpm-unet",
    parameters: 35_700_000,
    source: "the authors' release, scripts/run_cifar.py: 35.7 million",
  },
  { name: "ddpm-unet", gigaMultiplyAdds: ddpmMultiplyAdds() / 1e9, source: "derived" },
];

/**
 * Cell by cell. For a state of width c, 1x1 needs c^2 weights, 1x7 and 7x1 together 11/8 c^2, and
 * 3x3 slightly more than c^2.
 */
function amoebanetMultiplyAdds(layers: number, filters: number): number {
  let total = 112 ** 2 * 27 * (filters / 4);
  let [size, width, channels, before] = [112, filters / 4, filters / 4, filters / 4];
  const reduce = () => {
    width *= 2;
    const half = size / 2;
    const squeezed = size ** 2 * (width * (channels + before) + width ** 2 / 4);
    total += squeezed + half ** 2 * width ** 2 * (9 / 16 + 1 / 4 + 11 / 8 + 1);
    [size, before, channels] = [half, channels, 3 * width];
  };
  const normal = () => {
    // The image of the cell before a reduction is twice as high and wide. At stride 2 only this
    // size is computed.
    total += size ** 2 * (width * (channels + before) + 3 * width ** 2 + (22 / 8) * width ** 2);
    [before, channels] = [channels, 4 * width];
  };
  reduce();
  reduce();
  for (let stage = 0; stage < 3; stage++) {
    if (stage > 0) reduce();
    for (let cell = 0; cell < layers / 3; cell++) normal();
  }
  return total + channels * 1000;
}

/**
 * Height of the result, and channels in and out of each convolution, from figure 1 of the paper.
 */
function unetMultiplyAdds(): number {
  const conv3 = [
    ...[
      [570, 1, 64],
      [568, 64, 64],
      [282, 64, 128],
      [280, 128, 128],
      [138, 128, 256],
      [136, 256, 256],
    ],
    ...[
      [66, 256, 512],
      [64, 512, 512],
      [30, 512, 1024],
      [28, 1024, 1024],
    ],
    ...[
      [54, 1024, 512],
      [52, 512, 512],
      [102, 512, 256],
      [100, 256, 256],
      [198, 256, 128],
      [196, 128, 128],
    ],
    ...[
      [390, 128, 64],
      [388, 64, 64],
    ],
  ];
  const up2 = [
    [56, 1024, 512],
    [104, 512, 256],
    [200, 256, 128],
    [392, 128, 64],
  ];
  const of = (rows: readonly number[][], weights: number) =>
    rows.reduce((sum, [size, from, to]) => sum + size ** 2 * from * to * weights, 0);
  // Each output pixel of a transposed 2x2 convolution at stride 2 depends on one input pixel.
  return of(conv3, 9) + of(up2, 1) + 388 ** 2 * 64 * 2;
}

function unetGpipeMultiplyAdds(convs: number, channels: number): number {
  let total = 192 ** 2 * (channels / 2);
  for (let level = 0; level < 5; level++) {
    const [area, width] = [(192 / 2 ** level) ** 2, channels * 2 ** level];
    const below = level === 0 ? 3 : width / 2;
    total += 9 * area * (below * width + (convs - 1) * width ** 2);
    total += 9 * area * (2 * width * (width / 2) + (convs - 1) * (width / 2) ** 2);
  }
  const narrow = channels * 16;
  return total + 9 * 6 ** 2 * (narrow * 2 * narrow + (convs - 2) * (2 * narrow) ** 2 + 2 * narrow * narrow);
}

function ddpmMultiplyAdds(): number {
  const conv = (size: number, from: number, to: number) => 9 * size ** 2 * from * to;
  const block = (size: number, from: number, to: number) =>
    conv(size, from, to) + conv(size, to, to) + 512 * to + (from === to ? 0 : size ** 2 * from * to);
  const attention = (size: number, width: number) => 4 * size ** 2 * width ** 2 + 2 * size ** 4 * width;
  const [c, w] = [128, 256];
  const down =
    conv(32, 3, c) +
    (2 * block(32, c, c) + conv(16, c, c)) +
    (block(16, c, w) + block(16, w, w) + 2 * attention(16, w) + conv(8, w, w)) +
    (2 * block(8, w, w) + conv(4, w, w)) +
    2 * block(4, w, w);
  const middle = 2 * block(4, w, w) + attention(4, w);
  const up =
    3 * block(4, 2 * w, w) +
    conv(8, w, w) +
    (3 * block(8, 2 * w, w) + conv(16, w, w)) +
    (2 * block(16, 2 * w, w) + block(16, w + c, w) + 3 * attention(16, w) + conv(32, w, w)) +
    (block(32, w + c, c) + 2 * block(32, 2 * c, c)) +
    conv(32, c, 3);
  const time = c * 4 * c + (4 * c) ** 2;
  return down + middle + up + time;
}
