/**
 * VGG of 16 and 19 weighted layers (Simonyan and Zisserman: "Very Deep Convolutional Networks for
 * Large-Scale Image Recognition", ICLR 2015; configurations D and E of its table 1), on 224x224
 * images.
 */
import { dense, dropout } from "../layers/dense-layers.ts";
import { relu } from "../layers/pointwise.ts";
import type { Tape, Tensor } from "../tape/tape.ts";
import { CLASSES, imageClassifier } from "./parts/image-classifier.ts";
import { biasedConv, flatten, maxPool } from "./parts/image-layers.ts";

/** Convolutions in each of the five stages. */
const depths = { 16: [2, 2, 3, 3, 3], 19: [2, 2, 4, 4, 4] } as const;

export type VggDepth = keyof typeof depths;

const stageWidths = [64, 128, 256, 512, 512] as const;
const HIDDEN_WIDTH = 4096;

export function vgg(depth: VggDepth, { batch }: { readonly batch: number }): Tape {
  return imageClassifier({ batch, pixels: 224 }, (tape, images) => {
    let x = images;
    stageWidths.forEach((filters, s) => {
      for (let c = 1; c <= depths[depth][s]; c++) x = convolution(tape, x, `conv_${s + 1}_${c}`, filters);
      x = maxPool(tape, x, `pool_${s + 1}`, { kernel: [2, 2], stride: 2 });
    });
    x = hidden(tape, flatten(tape, x, "flatten"), "hidden_1");
    return dense(tape, hidden(tape, x, "hidden_2"), "logits", CLASSES);
  });
}

function convolution(tape: Tape, x: Tensor, name: string, filters: number): Tensor {
  const y = biasedConv(tape, x, name, { filters, kernel: [3, 3], padding: [1, 1] });
  return relu(tape, y, `${name}/relu`);
}

function hidden(tape: Tape, x: Tensor, name: string): Tensor {
  const y = relu(tape, dense(tape, x, name, HIDDEN_WIDTH), `${name}/relu`);
  return dropout(tape, y, `${name}/dropout`);
}
