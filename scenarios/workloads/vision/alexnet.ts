/**
 * AlexNet in two forms. The first is as published for two GPUs (Krizhevsky, Sutskever, Hinton:
 * "ImageNet Classification with Deep Convolutional Neural Networks", NIPS 2012). It has grouped
 * convolutions, local response normalisation, and images of 227x227 so that the windows fit. The
 * second has a single tower (Krizhevsky: "One weird trick for parallelizing convolutional neural
 * networks", 2014), as in torchvision and as PipeDream profiled it.
 */
import { dense, dropout } from "../layers/dense-layers.ts";
import { relu } from "../layers/pointwise.ts";
import type { Tape, Tensor } from "../tape/tape.ts";
import { CLASSES, imageClassifier } from "./parts/image-classifier.ts";
import { biasedConv, flatten, maxPool } from "./parts/image-layers.ts";
import { localResponseNorm } from "./parts/normalisation.ts";

interface Layer {
  readonly filters: number;
  readonly window: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
  /** The layers after the rectifier. */
  readonly after?: readonly ("norm" | "pool")[];
}

const versions = {
  alexnet: {
    pixels: 227,
    layers: [
      { filters: 96, window: 11, stride: 4, after: ["norm", "pool"] },
      { filters: 256, window: 5, padding: 2, groups: 2, after: ["norm", "pool"] },
      { filters: 384, window: 3, padding: 1 },
      { filters: 384, window: 3, padding: 1, groups: 2 },
      { filters: 256, window: 3, padding: 1, groups: 2, after: ["pool"] },
    ],
  },
  "alexnet-owt": {
    pixels: 224,
    layers: [
      { filters: 64, window: 11, stride: 4, padding: 2, after: ["pool"] },
      { filters: 192, window: 5, padding: 2, after: ["pool"] },
      { filters: 384, window: 3, padding: 1 },
      { filters: 256, window: 3, padding: 1 },
      { filters: 256, window: 3, padding: 1, after: ["pool"] },
    ],
  },
} as const satisfies Readonly<Record<string, { readonly pixels: number; readonly layers: readonly Layer[] }>>;

export type AlexNetVersion = keyof typeof versions;

/** Number of neighbouring channels in a local response normalisation. */
const NORM_DEPTH = 5;
const HIDDEN_WIDTH = 4096;

export function alexnet(version: AlexNetVersion, { batch }: { readonly batch: number }): Tape {
  const { pixels, layers } = versions[version];
  return imageClassifier({ batch, pixels }, (tape, images) => {
    let x = images;
    layers.forEach((layer, i) => {
      x = convolution(tape, x, `conv_${i + 1}`, layer);
    });
    x = hidden(tape, flatten(tape, x, "flatten"), "hidden_1");
    return dense(tape, hidden(tape, x, "hidden_2"), "logits", CLASSES);
  });
}

function convolution(tape: Tape, x: Tensor, name: string, layer: Layer): Tensor {
  const { filters, window, stride, padding = 0, groups, after = [] } = layer;
  const options = { filters, kernel: [window, window], padding: [padding, padding], stride, groups } as const;
  let y = relu(tape, biasedConv(tape, x, name, options), `${name}/relu`);
  for (const step of after)
    y =
      step === "norm"
        ? localResponseNorm(tape, y, `${name}/norm`, NORM_DEPTH)
        : maxPool(tape, y, `${name}/pool`, { kernel: [3, 3], stride: 2 });
  return y;
}

function hidden(tape: Tape, x: Tensor, name: string): Tensor {
  const y = relu(tape, dense(tape, x, name, HIDDEN_WIDTH), `${name}/relu`);
  return dropout(tape, y, `${name}/dropout`);
}
