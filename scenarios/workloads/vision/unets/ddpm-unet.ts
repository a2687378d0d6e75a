/**
 * The U-Net of denoising diffusion (Ho, Jain, Abbeel: "Denoising Diffusion Probabilistic Models",
 * NeurIPS 2020) as released for CIFAR-10. It has four levels of two residual blocks, with
 * self-attention at 16x16 pixels and at the bottom. Every block adds features of the time step to
 * its channels. The network learns the noise in an image.
 */

import {
  add,
  addRepeated,
  batchMatMul,
  concat,
  dense,
  dropout,
  scaleAndShift,
} from "../../layers/dense-layers.ts";
import { softmax, swish } from "../../layers/pointwise.ts";
import { createTape, type Tape, type Tensor } from "../../tape/tape.ts";
import { expectMultiple } from "../../workload.ts";
import type { ImageOptions } from "../parts/image-classifier.ts";
import { biasedConv, reshape, upsample } from "../parts/image-layers.ts";
import { meanSquaredError } from "../parts/losses.ts";
import { groupNorm } from "../parts/normalisation.ts";

export interface DdpmOptions extends ImageOptions {
  /** Channels of the finest level, a multiple of the normalisation's groups. */
  readonly channels: number;
}

/** Width of each level in multiples of the finest one's. */
const multiples = [1, 2, 2, 2] as const;
const BLOCKS = 2;
const ATTENTION_PIXELS = 16;
const NORM_GROUPS = 32;
/** Number of features of the time step, in multiples of the finest level's channels. */
const TIME_MULTIPLE = 4;

export function ddpmUnet({ batch, pixels, channels }: DdpmOptions): Tape {
  expectMultiple("ddpm-unet", "pixels", pixels, 2 ** (multiples.length - 1));
  expectMultiple("ddpm-unet", "channels", channels, NORM_GROUPS);
  const tape = createTape();
  const images = tape.feed("noisy_images", [batch, 3, pixels, pixels]);
  const time = timeFeatures(tape, tape.feed("time_steps", [batch], "wide"), channels);
  const block = (x: Tensor, name: string, width: number) => residualBlock(tape, x, time, name, width);
  const blockOfLevel = (x: Tensor, level: number, name: string) => {
    const y = block(x, name, channels * multiples[level]);
    return y.shape[2] === ATTENTION_PIXELS ? attention(tape, y, `${name}/attention`) : y;
  };

  const skips = [conv(tape, images, "in", channels)];
  const top = () => skips[skips.length - 1];
  multiples.forEach((multiple, level) => {
    for (let b = 1; b <= BLOCKS; b++) skips.push(blockOfLevel(top(), level, `down_${level + 1}/block_${b}`));
    if (level < multiples.length - 1)
      skips.push(conv(tape, top(), `down_${level + 1}/shrink`, channels * multiple, 2));
  });
  const bottom = top().shape[1];
  let x = block(top(), "middle/block_1", bottom);
  x = block(attention(tape, x, "middle/attention"), "middle/block_2", bottom);
  for (let level = multiples.length - 1; level >= 0; level--) {
    const name = `up_${level + 1}`;
    for (let b = 1; b <= BLOCKS + 1; b++) {
      const joined = concat(tape, [x, skips.pop()!], `${name}/block_${b}/concat`, 1);
      x = blockOfLevel(joined, level, `${name}/block_${b}`);
    }
    if (level > 0) x = conv(tape, upsample(tape, x, `${name}/upsample`, 2), `${name}/grow`, x.shape[1]);
  }
  const noise = conv(tape, activated(tape, x, "out"), "out", 3);
  meanSquaredError(tape, noise, tape.feed("noise", noise.shape), "loss");
  return tape;
}

/** Sinusoids of the time step through two dense layers. */
function timeFeatures(tape: Tape, steps: Tensor, channels: number): Tensor {
  const [sinusoids] = tape.record({
    name: "time/sinusoids",
    type: "TimestepEmbedding",
    inputs: [steps],
    outputs: [[...steps.shape, channels]],
    flops: 5 * steps.shape[0] * channels,
  });
  const width = TIME_MULTIPLE * channels;
  const hidden = swish(tape, dense(tape, sinusoids, "time/dense_1", width), "time/swish");
  return dense(tape, hidden, "time/dense_2", width);
}

const conv = (tape: Tape, x: Tensor, name: string, filters: number, stride = 1): Tensor =>
  biasedConv(tape, x, name, { filters, kernel: [3, 3], stride, padding: [1, 1] });

/** A dense layer on the channels of each pixel. */
const pixelwise = (tape: Tape, x: Tensor, name: string, filters: number): Tensor =>
  biasedConv(tape, x, name, { filters, kernel: [1, 1] });

const activated = (tape: Tape, x: Tensor, name: string): Tensor =>
  swish(tape, groupNorm(tape, x, `${name}/norm`, NORM_GROUPS), `${name}/swish`);

function residualBlock(tape: Tape, x: Tensor, time: Tensor, name: string, width: number): Tensor {
  const first = conv(tape, activated(tape, x, `${name}/first`), `${name}/first`, width);
  const shift = dense(tape, swish(tape, time, `${name}/time/swish`), `${name}/time/dense`, width);
  const shifted = addRepeated(tape, first, shift, `${name}/time/add`, "bcyx,bc->bcyx");
  const active = dropout(tape, activated(tape, shifted, `${name}/second`), `${name}/second/dropout`);
  const second = conv(tape, active, `${name}/second`, width);
  const shortcut = x.shape[1] === width ? x : pixelwise(tape, x, `${name}/shortcut`, width);
  return add(tape, shortcut, second, `${name}/add`);
}

/** Self-attention between the pixels, with one head. */
function attention(tape: Tape, x: Tensor, name: string): Tensor {
  const [batch, channels, height, width] = x.shape;
  const pixels = height * width;
  const normed = groupNorm(tape, x, `${name}/norm`, NORM_GROUPS);
  const [query, key, value] = ["query", "key", "value"].map((part) => {
    const projected = pixelwise(tape, normed, `${name}/${part}`, channels);
    return reshape(tape, projected, `${name}/${part}/reshape`, [batch, channels, pixels]);
  });
  const square = { shape: [batch, pixels, pixels], inner: channels, axes: "bkt,bks->bts" };
  const scores = scaleAndShift(
    tape,
    batchMatMul(tape, query, key, `${name}/scores`, square),
    `${name}/scale`,
  );
  const weights = softmax(tape, scores, `${name}/softmax`);
  const result = batchMatMul(tape, weights, value, `${name}/context`, {
    shape: [batch, channels, pixels],
    inner: pixels,
    axes: "bts,bcs->bct",
  });
  const image = reshape(tape, result, `${name}/reshape`, x.shape);
  return add(tape, x, pixelwise(tape, image, `${name}/output`, channels), `${name}/add`);
}
