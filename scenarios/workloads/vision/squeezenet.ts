/**
 * SqueezeNet 1.0 (Iandola, Han, Moskewicz, Ashraf, Dally, Keutzer: "SqueezeNet: AlexNet-level
 * accuracy with 50x fewer parameters and <0.5MB model size", 2016). A fire module squeezes the
 * channels with 1x1 convolutions and expands them with 1x1 and 3x3 ones side by side.
 */
import { concat, dropout } from "../layers/dense-layers.ts";
import { relu } from "../layers/pointwise.ts";
import type { Tape, Tensor } from "../tape/tape.ts";
import { CLASSES, type ImageOptions, imageClassifier } from "./parts/image-classifier.ts";
import { biasedConv, type ConvOptions, globalAvgPool, maxPool } from "./parts/image-layers.ts";

/**
 * Squeezed channels and the filters of each kind that expand them, for each fire module; `pool`
 * stands for a pooling.
 */
const modules = [
  "pool",
  [16, 64],
  [16, 64],
  [32, 128],
  "pool",
  [32, 128],
  [48, 192],
  [48, 192],
  [64, 256],
  "pool",
  [64, 256],
] as const;

export function squeezenet(options: ImageOptions): Tape {
  return imageClassifier(options, (tape, images) => {
    let x = conv(tape, images, "conv_1", { filters: 96, kernel: [7, 7], stride: 2 });
    modules.forEach((module, i) => {
      x =
        module === "pool"
          ? maxPool(tape, x, `pool_${i}`, { kernel: [3, 3], stride: 2, rounding: "ceil" })
          : fire(tape, x, `fire_${i}`, module[0], module[1]);
    });
    x = dropout(tape, x, "head/dropout");
    x = conv(tape, x, "head/conv", { filters: CLASSES, kernel: [1, 1] });
    return globalAvgPool(tape, x, "head/pool");
  });
}

function conv(tape: Tape, x: Tensor, name: string, options: ConvOptions): Tensor {
  return relu(tape, biasedConv(tape, x, name, options), `${name}/relu`);
}

function fire(tape: Tape, x: Tensor, name: string, squeezed: number, filters: number): Tensor {
  const narrow = conv(tape, x, `${name}/squeeze`, { filters: squeezed, kernel: [1, 1] });
  const small = conv(tape, narrow, `${name}/expand_1x1`, { filters, kernel: [1, 1] });
  const large = conv(tape, narrow, `${name}/expand_3x3`, { filters, kernel: [3, 3], padding: [1, 1] });
  return concat(tape, [small, large], `${name}/concat`, 1);
}
