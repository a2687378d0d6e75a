/**
 * U-Net (Ronneberger, Fischer, Brox: "U-Net: Convolutional Networks for Biomedical Image
 * Segmentation", MICCAI 2015; its figure 1). Convolutions have no padding, so skip connections are
 * cropped to the decoder's size. Images have one grey channel, each pixel has two classes, and a
 * step has one large image.
 */
import { concat, dropout, slice, softmaxCrossEntropy } from "../../layers/dense-layers.ts";
import { relu } from "../../layers/pointwise.ts";
import { createTape, type Tape, type Tensor } from "../../tape/tape.ts";
import type { ImageOptions } from "../parts/image-classifier.ts";
import { biasedConv, channelBias, conv2dTranspose, maxPool, oneTap } from "../parts/image-layers.ts";

/** Filters from the finest level to the coarsest. */
const widths = [64, 128, 256, 512, 1024] as const;
const CLASSES = 2;

export function unet({ batch, pixels }: ImageOptions): Tape {
  const tape = createTape();
  let x = tape.feed("images", [batch, 1, pixels, pixels]);
  const coarsest = widths.length - 1;
  const skips: Tensor[] = [];
  for (let level = 0; level < coarsest; level++) {
    x = twoConvs(tape, x, `down_${level + 1}`, widths[level]);
    if (level === coarsest - 1) x = dropout(tape, x, `down_${level + 1}/dropout`);
    skips.push(x);
    x = maxPool(tape, x, `down_${level + 1}/pool`, { kernel: [2, 2], stride: 2 });
  }
  x = dropout(tape, twoConvs(tape, x, "bottom", widths[coarsest]), "bottom/dropout");
  for (let level = coarsest - 1; level >= 0; level--)
    x = up(tape, x, skips[level], `up_${level + 1}`, widths[level]);

  const logits = biasedConv(tape, x, "segment", { filters: CLASSES, kernel: [1, 1] });
  const labels = tape.feed("labels", [batch, logits.shape[2], logits.shape[3]], "wide");
  softmaxCrossEntropy(tape, logits, labels, "loss");
  return tape;
}

function twoConvs(tape: Tape, x: Tensor, name: string, filters: number): Tensor {
  let y = x;
  for (const part of ["conv_1", "conv_2"]) {
    const convolved = biasedConv(tape, y, `${name}/${part}`, { filters, kernel: [3, 3] });
    y = relu(tape, convolved, `${name}/${part}/relu`);
  }
  return y;
}

function up(tape: Tape, x: Tensor, skip: Tensor, name: string, filters: number): Tensor {
  const grown = conv2dTranspose(tape, x, `${name}/grow/conv`, { filters, kernel: [2, 2], stride: 2 });
  const y = channelBias(tape, grown, `${name}/grow/bias`);
  const margin = [2, 3].map((axis) => Math.floor((skip.shape[axis] - y.shape[axis]) / 2));
  const cropped = slice(tape, skip, `${name}/crop`, y.shape, { windows: oneTap(margin) });
  return twoConvs(tape, concat(tape, [cropped, y], `${name}/concat`, 1), name, filters);
}
