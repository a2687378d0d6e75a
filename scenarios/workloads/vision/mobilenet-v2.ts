/**
 * MobileNet-V2 (Sandler, Howard, Zhu, Zhmoginov, Chen: "MobileNetV2: Inverted Residuals and Linear
 * Bottlenecks", CVPR 2018; its table 2): blocks that expand the channels, filter each by itself,
 * and project to few channels without a non-linearity.
 */
import { add, dense, dropout } from "../layers/dense-layers.ts";
import { relu6 } from "../layers/pointwise.ts";
import type { Tape, Tensor } from "../tape/tape.ts";
import { CLASSES, type ImageOptions, imageClassifier } from "./parts/image-classifier.ts";
import { type ConvOptions, convBn, depthwiseConv2d, globalAvgPool } from "./parts/image-layers.ts";
import { batchNorm } from "./parts/normalisation.ts";

/** Expansion, output channels, repetitions, stride of the first of them. */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;
const STEM_WIDTH = 32;
const HEAD_WIDTH = 1280;

export function mobilenetV2(options: ImageOptions): Tape {
  return imageClassifier(options, (tape, images) => {
    const kernel = [3, 3] as const;
    let x = unit(tape, images, "stem", { filters: STEM_WIDTH, kernel, stride: 2, padding: [1, 1] });
    stages.forEach(([expansion, filters, repetitions, stride], s) => {
      for (let r = 1; r <= repetitions; r++)
        x = block(tape, x, `stage_${s + 1}/block_${r}`, { expansion, filters, stride: r === 1 ? stride : 1 });
    });
    x = unit(tape, x, "head", { filters: HEAD_WIDTH, kernel: [1, 1] });
    x = dropout(tape, globalAvgPool(tape, x, "head/pool"), "head/dropout");
    return dense(tape, x, "head/logits", CLASSES);
  });
}

interface Block {
  readonly expansion: number;
  readonly filters: number;
  readonly stride: number;
}

function block(tape: Tape, x: Tensor, name: string, { expansion, filters, stride }: Block): Tensor {
  const channels = x.shape[1];
  const expanded =
    expansion === 1 ? x : unit(tape, x, `${name}/expand`, { filters: expansion * channels, kernel: [1, 1] });
  const window = { kernel: [3, 3], stride, padding: [1, 1] } as const;
  let y = depthwiseConv2d(tape, expanded, `${name}/depthwise/conv`, window);
  y = relu6(tape, batchNorm(tape, y, `${name}/depthwise/bn`), `${name}/depthwise/relu6`);
  y = convBn(tape, y, `${name}/project`, { filters, kernel: [1, 1] });
  return stride === 1 && channels === filters ? add(tape, x, y, `${name}/add`) : y;
}

const unit = (tape: Tape, x: Tensor, name: string, options: ConvOptions): Tensor =>
  relu6(tape, convBn(tape, x, name, options), `${name}/relu6`);
