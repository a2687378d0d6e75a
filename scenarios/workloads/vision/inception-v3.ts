/**
 * Inception-V3 (Szegedy, Vanhoucke, Ioffe, Shlens, Wojna: "Rethinking the Inception Architecture
 * for Computer Vision", CVPR 2016), made for 299x299 images; layer shapes as in the TensorFlow-slim
 * and torchvision releases. The auxiliary classifier is optional.
 */
import { concat, dense } from "../layers/dense-layers.ts";
import type { Tape, Tensor } from "../tape/tape.ts";
import { auxiliaryClassifier } from "./parts/auxiliary-classifier.ts";
import { CLASSES, type ImageOptions, imageClassifier } from "./parts/image-classifier.ts";
import { avgPool, convUnit, globalAvgPool, maxPool, samePadding } from "./parts/image-layers.ts";

export interface InceptionOptions extends ImageOptions {
  readonly aux: boolean;
}

/**
 * A convolution: filters, height and width of its window, stride. Padding keeps the size where the
 * stride is 1.
 */
type Conv = readonly [filters: number, height: number, width: number, stride?: number];

export function inceptionV3({ aux, ...options }: InceptionOptions): Tape {
  return imageClassifier(options, (tape, images, labels) => {
    let x = stem(tape, images);
    x = block35(tape, x, "mixed_5b", 32);
    x = block35(tape, x, "mixed_5c", 64);
    x = block35(tape, x, "mixed_5d", 64);
    x = reduction17(tape, x, "mixed_6a");
    x = block17(tape, x, "mixed_6b", 128);
    x = block17(tape, x, "mixed_6c", 160);
    x = block17(tape, x, "mixed_6d", 160);
    x = block17(tape, x, "mixed_6e", 192);
    if (aux) auxiliaryClassifier(tape, x, labels, [0, 0]);
    x = reduction8(tape, x, "mixed_7a");
    x = block8(tape, x, "mixed_7b");
    x = block8(tape, x, "mixed_7c");
    return dense(tape, globalAvgPool(tape, x, "head/pool"), "head/logits", CLASSES);
  });
}

function stem(tape: Tape, images: Tensor): Tensor {
  let x = convUnit(tape, images, "conv_1a", { filters: 32, kernel: [3, 3], stride: 2 });
  x = convUnit(tape, x, "conv_2a", { filters: 32, kernel: [3, 3] });
  x = convUnit(tape, x, "conv_2b", { filters: 64, kernel: [3, 3], padding: [1, 1] });
  x = maxPool(tape, x, "pool_3a", { kernel: [3, 3], stride: 2 });
  x = convUnit(tape, x, "conv_3b", { filters: 80, kernel: [1, 1] });
  x = convUnit(tape, x, "conv_4a", { filters: 192, kernel: [3, 3] });
  return maxPool(tape, x, "pool_5a", { kernel: [3, 3], stride: 2 });
}

/** Convolutions one after the other. */
function branch(tape: Tape, x: Tensor, name: string, ...convs: readonly Conv[]): Tensor {
  let y = x;
  convs.forEach(([filters, height, width, stride = 1], i) => {
    const kernel = [height, width] as const;
    const padding = stride === 2 ? ([0, 0] as const) : samePadding(kernel);
    y = convUnit(tape, y, `${name}/conv_${i}`, { filters, kernel, stride, padding });
  });
  return y;
}

function pooledBranch(tape: Tape, x: Tensor, name: string, filters: number): Tensor {
  const pooled = avgPool(tape, x, `${name}/pool`, { kernel: [3, 3], padding: [1, 1] });
  return branch(tape, pooled, name, [filters, 1, 1]);
}

const join = (tape: Tape, parts: readonly Tensor[], name: string): Tensor =>
  concat(tape, parts, `${name}/concat`, 1);

function block35(tape: Tape, x: Tensor, name: string, poolFilters: number): Tensor {
  return join(
    tape,
    [
      branch(tape, x, `${name}/b1x1`, [64, 1, 1]),
      branch(tape, x, `${name}/b5x5`, [48, 1, 1], [64, 5, 5]),
      branch(tape, x, `${name}/b3x3dbl`, [64, 1, 1], [96, 3, 3], [96, 3, 3]),
      pooledBranch(tape, x, `${name}/bpool`, poolFilters),
    ],
    name,
  );
}

function reduction17(tape: Tape, x: Tensor, name: string): Tensor {
  return join(
    tape,
    [
      branch(tape, x, `${name}/b3x3`, [384, 3, 3, 2]),
      branch(tape, x, `${name}/b3x3dbl`, [64, 1, 1], [96, 3, 3], [96, 3, 3, 2]),
      maxPool(tape, x, `${name}/bpool`, { kernel: [3, 3], stride: 2 }),
    ],
    name,
  );
}

function block17(tape: Tape, x: Tensor, name: string, c: number): Tensor {
  return join(
    tape,
    [
      branch(tape, x, `${name}/b1x1`, [192, 1, 1]),
      branch(tape, x, `${name}/b7x7`, [c, 1, 1], [c, 1, 7], [192, 7, 1]),
      branch(tape, x, `${name}/b7x7dbl`, [c, 1, 1], [c, 7, 1], [c, 1, 7], [c, 7, 1], [192, 1, 7]),
      pooledBranch(tape, x, `${name}/bpool`, 192),
    ],
    name,
  );
}

function reduction8(tape: Tape, x: Tensor, name: string): Tensor {
  return join(
    tape,
    [
      branch(tape, x, `${name}/b3x3`, [192, 1, 1], [320, 3, 3, 2]),
      branch(tape, x, `${name}/b7x7x3`, [192, 1, 1], [192, 1, 7], [192, 7, 1], [192, 3, 3, 2]),
      maxPool(tape, x, `${name}/bpool`, { kernel: [3, 3], stride: 2 }),
    ],
    name,
  );
}

/** Two of the four branches end in a pair of convolutions side by side. */
function block8(tape: Tape, x: Tensor, name: string): Tensor {
  const single = branch(tape, x, `${name}/b3x3`, [384, 1, 1]);
  const double = branch(tape, x, `${name}/b3x3dbl`, [448, 1, 1], [384, 3, 3]);
  return join(
    tape,
    [
      branch(tape, x, `${name}/b1x1`, [320, 1, 1]),
      branch(tape, single, `${name}/b3x3a`, [384, 1, 3]),
      branch(tape, single, `${name}/b3x3b`, [384, 3, 1]),
      branch(tape, double, `${name}/b3x3dbl_a`, [384, 1, 3]),
      branch(tape, double, `${name}/b3x3dbl_b`, [384, 3, 1]),
      pooledBranch(tape, x, `${name}/bpool`, 192),
    ],
    name,
  );
}
