/**
 * DenseNet-121 (Huang, Liu, van der Maaten, Weinberger: "Densely Connected Convolutional Networks",
 * CVPR 2017): each layer of a block reads the results of all layers before it. The concatenation
 * grows by one layer's result at a time, as frameworks run it.
 */
import { concat, dense } from "../layers/dense-layers.ts";
import { relu } from "../layers/pointwise.ts";
import type { Tape, Tensor } from "../tape/tape.ts";
import { CLASSES, type ImageOptions, imageClassifier } from "./parts/image-classifier.ts";
import { avgPool, conv2d, convUnit, globalAvgPool, maxPool } from "./parts/image-layers.ts";
import { batchNorm } from "./parts/normalisation.ts";

/** Layers in each of the four blocks. */
const blocks = [6, 12, 24, 16] as const;
/** Channels that each layer adds. */
const GROWTH = 32;
/** A layer first reduces its input to this many times the growth. */
const BOTTLENECK = 4;
const STEM_WIDTH = 64;

export function densenet121(options: ImageOptions): Tape {
  return imageClassifier(options, (tape, images) => {
    const kernel = [7, 7] as const;
    let x = convUnit(tape, images, "stem", { filters: STEM_WIDTH, kernel, stride: 2, padding: [3, 3] });
    x = maxPool(tape, x, "stem/pool", { kernel: [3, 3], stride: 2, padding: [1, 1] });
    blocks.forEach((layers, b) => {
      if (b > 0) x = transition(tape, x, `transition_${b}`);
      for (let l = 1; l <= layers; l++) x = denseLayer(tape, x, `block_${b + 1}/layer_${l}`);
    });
    x = activated(tape, x, "head");
    return dense(tape, globalAvgPool(tape, x, "head/pool"), "head/logits", CLASSES);
  });
}

function denseLayer(tape: Tape, x: Tensor, name: string): Tensor {
  let y = activated(tape, x, `${name}/in`);
  y = conv2d(tape, y, `${name}/reduce/conv`, { filters: BOTTLENECK * GROWTH, kernel: [1, 1] });
  y = activated(tape, y, `${name}/reduce`);
  y = conv2d(tape, y, `${name}/grow/conv`, { filters: GROWTH, kernel: [3, 3], padding: [1, 1] });
  return concat(tape, [x, y], `${name}/concat`, 1);
}

/** Halves channels, height and width. */
function transition(tape: Tape, x: Tensor, name: string): Tensor {
  const y = conv2d(tape, activated(tape, x, name), `${name}/conv`, {
    filters: x.shape[1] / 2,
    kernel: [1, 1],
  });
  return avgPool(tape, y, `${name}/pool`, { kernel: [2, 2], stride: 2 });
}

const activated = (tape: Tape, x: Tensor, name: string): Tensor =>
  relu(tape, batchNorm(tape, x, `${name}/bn`), `${name}/relu`);
